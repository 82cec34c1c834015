#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Which file a path names, and when it was changed last: tells one that was replaced or rewritten
/// from the one that was read.
package struct FileVersion: Hashable, Sendable {
  private var device: UInt64
  private var inode: UInt64
  private var bytes: Int64
  private var modified: Int64
  private var modifiedNanoseconds: Int64

  /// Nil if there is no file, or it cannot be asked for.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Nil if there is no file.
  package static func of(_ path: String) throws(SystemCallFailure) -> FileVersion? {
    try status(of: path).map { FileVersion($0) }
  }

  /// What stat(2) says; nil if there is no file.
  static func status(of path: String) throws(SystemCallFailure) -> stat? {
    var status = stat()
    if stat(path, &status) == 0 { return status }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SystemCallFailure("stat", path)
  }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    bytes = Int64(status.st_size)
    #if canImport(Darwin)
      modified = Int64(status.st_mtimespec.tv_sec)
      modifiedNanoseconds = Int64(status.st_mtimespec.tv_nsec)
    #else
      modified = Int64(status.st_mtim.tv_sec)
      modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    #endif
  }
}
