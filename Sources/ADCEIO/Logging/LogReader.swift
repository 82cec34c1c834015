internal import Glibc

/// Reads a log that grows and is rotated: `NAME`, before it `NAME.1`, `NAME.2`, ….
public struct LogReader: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The last lines, over as many of the older files as it takes; nil = there is no log.
  public func tail(lines count: Int) throws(SystemCallFailure) -> [UInt8]? {
    guard try FileTree.exists(path) else { return nil }
    var result: [UInt8] = []
    var left = count
    var number = 0
    while left > 0 {
      let name = number == 0 ? path : "\(path).\(number)"
      guard try FileTree.exists(name) else { break }
      let (bytes, lines) = try LogReader.tail(of: name, lines: left)
      result = bytes + result
      left -= lines
      number += 1
    }
    return result
  }

  private static func tail(
    of path: String, lines count: Int
  ) throws(SystemCallFailure) -> (bytes: [UInt8], lines: Int) {
    let file = try OpenFile.open(path, O_RDONLY)
    var end = Int(try file.status().bytes)
    var bytes: [UInt8] = []
    var ends = 0
    // The first line end from the back closes the last line; one more is before the first wanted.
    while end > 0, ends <= count {
      let size = min(end, 64 << 10)
      end -= size
      var chunk = [UInt8](repeating: 0, count: size)
      let got = pread(file.descriptor, &chunk, size, off_t(end))
      guard got >= 0 else { throw SystemCallFailure("pread", path) }
      bytes = chunk.prefix(got) + bytes
      ends += chunk.prefix(got).count { $0 == newline }
    }
    var lines = ends
    if bytes.last != newline, !bytes.isEmpty {
      bytes.append(newline)
      lines += 1
    }
    guard lines > count else { return (bytes, lines) }
    var extra = lines - count
    let start = bytes.firstIndex {
      if $0 == newline { extra -= 1 }
      return extra == 0
    }
    return (Array(bytes[((start ?? -1) + 1)...]), count)
  }

  private static let newline = UInt8(ascii: "\n")

  /// Hands over what is written from `offset` on, for ever, also after a rotation; ends when
  /// `write` returns false.
  public func follow(
    from offset: Int64? = nil, _ write: ([UInt8]) -> Bool
  ) throws(SystemCallFailure) {
    var file = try OpenFile.open(path, O_RDONLY)
    var at: Int64
    if let offset { at = offset } else { at = try file.status().bytes }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let got = pread(file.descriptor, &chunk, chunk.count, off_t(at))
      guard got >= 0 else { throw SystemCallFailure("pread", path) }
      if got > 0 {
        at += Int64(got)
        guard write(Array(chunk[..<got])) else { return }
        continue
      }
      usleep(100_000)
      if try file.status().bytes < at { at = 0 }
      // Another file has its name: what is left of the old one was read above, so the new one is
      // next, from its beginning.
      if LogReader.identity(path) != LogReader.identity(of: file.descriptor),
        try FileTree.exists(path), pread(file.descriptor, &chunk, 1, off_t(at)) == 0
      {
        file = try OpenFile.open(path, O_RDONLY)
        at = 0
      }
    }
  }

  private static func identity(_ path: String) -> UInt64? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  private static func identity(of descriptor: Int32) -> UInt64? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : nil
  }
}

extension LogReader {
  /// Bytes of a file; 0 if it is not there.
  public static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// What a file holds from `offset` on, at most 64 KiB of it; nothing if it cannot be read.
  public static func bytes(of path: String, from offset: Int64) -> [UInt8] {
    do throws(SystemCallFailure) {
      let file = try OpenFile.open(path, O_RDONLY)
      var chunk = [UInt8](repeating: 0, count: 64 << 10)
      let got = pread(file.descriptor, &chunk, chunk.count, off_t(offset))
      return Array(chunk.prefix(max(0, got)))
    } catch {
      return []
    }
  }
}
