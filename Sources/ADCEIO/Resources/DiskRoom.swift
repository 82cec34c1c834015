#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Room on a file system, in bytes.
public struct DiskRoom: Hashable, Sendable {
  /// What an ordinary user may still write.
  public var freeBytes: Int64
  public var totalBytes: Int64

  public init(freeBytes: Int64, totalBytes: Int64) {
    self.freeBytes = freeBytes
    self.totalBytes = totalBytes
  }

  /// From what statvfs(3) tells, in blocks. More that is free than there is in all is a negative
  /// number without its sign: root has written into its reserve, and nothing is left.
  init(blockBytes: UInt64, free: UInt64, total: UInt64) {
    func bytes(_ blocks: UInt64) -> Int64 {
      let (product, overflows) = blocks.multipliedReportingOverflow(by: blockBytes)
      return overflows ? .max : Int64(clamping: product)
    }
    self.init(freeBytes: free > total ? 0 : bytes(free), totalBytes: bytes(total))
  }

  /// Of the file system that holds a path, or the nearest folder above it that is there.
  static func measured(at path: String) throws(SystemCallFailure) -> DiskRoom {
    var path = path
    while true {
      var status = statvfs()
      if statvfs(path, &status) == 0 {
        return DiskRoom(
          blockBytes: UInt64(status.f_frsize), free: UInt64(status.f_bavail),
          total: UInt64(status.f_blocks))
      }
      guard errno == ENOENT, path != "/", path != "." else {
        throw SystemCallFailure("statvfs", path)
      }
      path = PathText.parent(path)
    }
  }
}
