#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension S3Request.Body {
  /// Bytes.
  var count: Int64 {
    switch self {
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, _, let count): count
    }
  }

  /// Part of it; the range lies within.
  func slice(_ range: Range<Int64>) -> S3Request.Body {
    switch self {
    case .bytes(let bytes): .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    case .file(let path, let offset, _):
      .file(
        path: path, offset: offset + range.lowerBound,
        count: range.upperBound - range.lowerBound)
    }
  }

  /// Reads all of it, a file in pieces of 256 KiB.
  ///
  /// - Throws: `local`, if the file cannot be read, or is shorter.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(S3Failure) {
    switch self {
    case .bytes(let bytes): bytes.withUnsafeBytes(body)
    case .file(let path, let offset, let count):
      do throws(SystemCallFailure) {
        let file = try OpenFile.open(path, O_RDONLY)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var done: Int64 = 0
        while done < count {
          let wanted = Int(min(Int64(buffer.count), count - done))
          let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
          let got = try file.read(into: piece, at: offset + done)
          guard got > 0 else { throw SystemCallFailure(call: "pread", path: path, code: EIO) }
          body(UnsafeRawBufferPointer(rebasing: piece[..<got]))
          done += Int64(got)
        }
      } catch {
        throw S3Failure(.local, error.description)
      }
    }
  }
}
