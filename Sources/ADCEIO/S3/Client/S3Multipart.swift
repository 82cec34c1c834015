/// When and how an object is sent in parts ("Amazon S3 multipart upload limits").
package struct S3Multipart: Hashable, Sendable {
  /// An object larger than this, in bytes, is sent in parts. At most 5 GiB.
  package var above: Int64 = 64 << 20
  /// Of a part, in bytes; more where there would be over 10,000. At least 5 MiB at AWS.
  package var partBytes: Int64 = 16 << 20
  /// Parts on their way at a time.
  package var workers = 4

  static let partsMax: Int64 = 10_000
  /// 5 TiB.
  static let bytesMax: Int64 = 5 << 40

  package init() {}

  /// Where the parts of an object lie.
  package func parts(of count: Int64) -> [Range<Int64>] {
    let smallest = (count + S3Multipart.partsMax - 1) / S3Multipart.partsMax
    let size = max(1, partBytes, smallest)
    return stride(from: 0, to: count, by: Int64.Stride(size)).map { $0..<min($0 + size, count) }
  }
}
