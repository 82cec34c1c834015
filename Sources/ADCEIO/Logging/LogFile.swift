#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How every process that writes to a log opens it: the daemon, its supervisor, and the child's
/// own output.
///
/// A link is followed: a log that leads elsewhere, as to `/dev/stderr`, is its owner's wish.
enum LogFile {
  /// Whoever may administer the machine reads logs; nobody else does.
  static let mode: mode_t = 0o640
  static let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC

  /// The log to append to, made with its folder if it is not there.
  static func open(_ path: String) throws(SystemCallFailure) -> OpenFile {
    try FileTree.makeFolders(PathText.parent(path))
    return try OpenFile.open(path, flags, mode: mode)
  }
}
