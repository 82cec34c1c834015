/// Whole gzip files in memory.
public enum Gzip {
  /// Whether some bytes begin like a gzip file (RFC 1952 §2.3.1).
  public static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B] as [UInt8])
  }

  /// One gzip member, without time or name in its header.
  public static func compress(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { compress($0) }
  }

  public static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 4 + 64)
    var deflater = GzipDeflater()
    deflater.deflate(bytes, isLast: true) { result.append(contentsOf: $0) }
    return result
  }

  /// What a gzip file begins with, at most `limit` bytes, by its own beginning: `bytes` may end
  /// anywhere in it.
  static func head(of bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    var inflater = GzipInflater()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: limit, alignment: 64)
    defer { piece.deallocate() }
    let outcome = bytes.withUnsafeBytes { all -> Result<Int, GzipError> in
      var rest = all
      do throws(GzipError) { return .success(try inflater.inflate(&rest, into: piece)) } catch {
        return .failure(error)
      }
    }
    return Array(piece[..<(try outcome.get())])
  }

  /// The contents of a gzip file of one or more members, at most `limit` bytes of them.
  public static func decompress(
    _ bytes: [UInt8], limit: Int = 1 << 30
  ) throws(GzipError) -> [UInt8] {
    var result: [UInt8] = []
    var inflater = GzipInflater()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { piece.deallocate() }
    var position = 0
    while true {
      // The inflater keeps no pointer, so the array may be borrowed anew each time.
      let outcome = bytes.withUnsafeBytes { all -> Result<Int, GzipError> in
        var rest = UnsafeRawBufferPointer(rebasing: all[position...])
        do throws(GzipError) {
          let written = try inflater.inflate(&rest, into: piece)
          position = all.count - rest.count
          return .success(written)
        } catch {
          return .failure(error)
        }
      }
      let written = try outcome.get()
      guard result.count + written <= limit else { throw .overLimit(limit) }
      result.append(contentsOf: piece[..<written])
      if written < piece.count { break }
    }
    try inflater.finish()
    return result
  }
}
