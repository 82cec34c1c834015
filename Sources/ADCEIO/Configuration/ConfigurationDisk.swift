#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a load asks of the disk. Tests answer from memory.
package protocol ConfigurationDisk: Sendable {
  func read(_ path: String) -> ConfigurationReading
  func isFile(_ path: String) -> Bool
  func isFolder(_ path: String) -> Bool
  func isExecutable(_ path: String) -> Bool
  /// The header of a catalog; nil if it cannot be read.
  func columns(ofCatalog path: String) -> [String]?
}

package enum ConfigurationReading: Sendable {
  case absent
  /// There, but not to be read; why.
  case unreadable(String)
  case bytes([UInt8])
}

/// The machine's own disk.
package struct LocalDisk: ConfigurationDisk {
  package init() {}

  package func columns(ofCatalog path: String) -> [String]? { CatalogFile.columns(path) }

  package func read(_ path: String) -> ConfigurationReading {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable(message(errno))
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    // One byte over the bound is enough to know that a file is over it.
    while bytes.count <= YAMLDocument.Bounds.bytes {
      // The buffer is as long as the count that is given with it.
      let count = chunk.withUnsafeMutableBytes { buffer in
        Self.readOnce(descriptor, buffer)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return .unreadable(message(errno))
      }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return .bytes(bytes)
  }

  private static func readOnce(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }

  package func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package func isExecutable(_ path: String) -> Bool {
    isFile(path) && access(path, X_OK) == 0
  }

  private func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Paths as text: joined and normalised, nothing asked of the disk.
enum PathText {
  /// `path` as seen from `folder`; absolute ones stay.
  static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// The folder that holds `path`; `.` for a bare name.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Without `.`, `..` and doubled slashes, as text (a link's `..` is not followed).
  static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    let isAbsolute = path.hasPrefix("/")
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !(part == ".." && isAbsolute) {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
  }

  /// The working directory, absolute; `/` if it cannot be told.
  static var workingDirectory: String {
    guard let pointer = getcwd(nil, 0) else { return "/" }
    // getcwd(nil, 0) allocates a NUL-terminated string that is ours to free.
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
