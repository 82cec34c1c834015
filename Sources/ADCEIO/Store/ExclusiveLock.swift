#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The lock of flock(2) that one process has alone, on a file that others look at.
enum ExclusiveLock {
  /// Who asks whether it is held takes a shared lock for a moment (`StateClaim.holder`,
  /// `PIDFile.holder`): a writer that comes just then asks again, so often, 10 ms apart.
  static let attempts = 20

  /// 0, or why not: `EWOULDBLOCK` if another process holds it.
  static func take(
    _ descriptor: Int32, pause: () -> Void = { usleep(10_000) }
  ) -> Int32 {
    var left = attempts
    while true {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK where left > 0:
        left -= 1
        pause()
      default: return errno
      }
    }
  }
}
