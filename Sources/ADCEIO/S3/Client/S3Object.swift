package import ADCEKernel

/// What S3 says of an object.
package struct S3Object: Hashable, Sendable {
  package var bytes: Int64
  /// By the server's clock, to the second.
  package var modified: Instant?
  /// As in the header, quotes and all.
  package var etag: String?
  /// `gzip`, as a rule; nil = the bytes are what they are.
  package var contentEncoding: String?
  /// The server's clock when it answered.
  package var serverTime: Instant?
  /// Base 64, where it was stored with one and asked for it.
  package var checksumSHA256: String?

  init(_ response: S3Response, now: Instant) {
    let total = response.header("content-range").flatMap { text in
      text.split(separator: "/").last.flatMap { Int64($0) }
    }
    bytes =
      total ?? response.header("content-length").flatMap { Int64($0) }
      ?? Int64(response.body.count)
    modified = response.header("last-modified").flatMap { HTTPDate.parse($0, now: now) }
    etag = response.header("etag")
    contentEncoding = response.header("content-encoding")
    serverTime = response.header("date").flatMap { HTTPDate.parse($0, now: now) }
    checksumSHA256 = response.header("x-amz-checksum-sha256")
  }

  /// The MD5 of the contents, if the tag is one: neither of several parts nor encrypted with KMS.
  package var md5: String? {
    guard let etag else { return nil }
    let digits = etag.utf8.filter { $0 != UInt8(ascii: "\"") }
    guard digits.count == 32 else { return nil }
    return String(decoding: digits, as: UTF8.self).lowercased()
  }
}
