#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension Fixtures {
  /// A file that could not be written: which, and the system's error number.
  public struct WritingFailed: Error, Hashable, CustomStringConvertible {
    public var path: String
    public var errorNumber: Int32

    public var description: String {
      "cannot write \(path): \(String(cString: strerror(errorNumber)))"
    }
  }

  /// Writes every generated file under `directory`, making the folders that are missing. Files that
  /// already hold the same name are replaced; others stay.
  public static func write(to directory: String) throws(WritingFailed) {
    for file in files() {
      let path = directory + "/" + file.path
      try makeFolders(above: path)
      try write(file.bytes, to: path)
    }
  }

  private static func makeFolders(above path: String) throws(WritingFailed) {
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      end = path.index(after: slash)
      let folder = String(path[..<slash])
      guard !folder.isEmpty else { continue }
      if mkdir(folder, 0o777) != 0 && errno != EEXIST {
        throw WritingFailed(path: folder, errorNumber: errno)
      }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(WritingFailed) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw WritingFailed(path: path, errorNumber: errno) }
    var written = 0
    var failure: Int32 = 0
    while written < bytes.count && failure == 0 {
      // Sound: the pointer is used only inside the closure, and the slice bounds the count.
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe posixWrite(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 { written += count } else if errno != EINTR { failure = errno }
    }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else { throw WritingFailed(path: path, errorNumber: failure) }
  }
}

/// `write(2)`, which `Fixtures.write` would hide.
private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
