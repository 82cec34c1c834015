#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Plain files and folders, not durable: for what is generated and for tests.
package enum FileTree {
  /// Makes a folder and those above it that are not there.
  package static func makeFolders(_ path: String) throws(SystemCallFailure) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw SystemCallFailure("mkdir", path)
    }
    try makeFolders(String(path[..<slash]))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw SystemCallFailure("mkdir", path)
    }
  }

  /// Whether anything is there, a broken link too.
  package static func exists(_ path: String) throws(SystemCallFailure) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    if errno == ENOENT || errno == ENOTDIR { return false }
    throw SystemCallFailure("lstat", path)
  }

  /// An empty file to write to, in place of what was there.
  package static func create(_ path: String) throws(SystemCallFailure) -> OpenFile {
    try OpenFile.open(path, O_WRONLY | O_CREAT | O_TRUNC)
  }

  package static func write(_ bytes: [UInt8], to path: String) throws(SystemCallFailure) {
    try create(path).write(bytes)
  }

  /// The names in a folder, sorted; hidden ones too.
  package static func names(in folder: String) throws(SystemCallFailure) -> [String] {
    var listing = try FolderListing.of(OpenFile.open(folder, O_RDONLY | O_DIRECTORY))
    var names: [String] = []
    while let entry = try listing.next() {
      names.append(String(decoding: entry.name, as: UTF8.self))
    }
    return names.sorted()
  }

  package static func read(_ path: String) throws(SystemCallFailure) -> [UInt8] {
    try OpenFile.open(path, O_RDONLY).readAll(limit: Int.max)
  }
}
