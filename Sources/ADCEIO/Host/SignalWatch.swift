#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Signals as calls on a thread of their own.
///
/// They must be blocked before any other thread begins, for threads inherit the mask: make the
/// watch first thing in `main`.
public enum SignalWatch {
  public static let terminate = SIGTERM
  public static let interrupt = SIGINT
  public static let hangUp = SIGHUP

  /// Blocks the signals in this thread and all that it starts from now on.
  public static func block(_ signals: [Int32]) {
    var set = signalSet(signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A peer that closes its end is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    hearChildren()
  }

  /// To be called before any child is started: who has inherited SIGCHLD as ignored never learns how
  /// its children end (wait(2), Notes).
  public static func hearChildren() { signal(SIGCHLD, SIG_DFL) }

  /// Calls `body` for each of the signals that comes, on another thread, for ever.
  public static func start(
    _ signals: [Int32], _ body: @escaping @Sendable (Int32) -> Void
  ) throws(HostFailure) {
    do throws(ThreadRefused) {
      try DedicatedThread {
        var set = signalSet(signals)
        while true {
          var number: Int32 = 0
          if sigwait(&set, &number) == 0 { body(number) }
        }
      }.detach()
    } catch {
      throw .ports("no thread could be started (errno \(error.errno))")
    }
  }

  private static func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}

/// Counts signals that came, from any thread.
public final class SignalCount: Sendable {
  private let value = Locked(0)

  public init() {}

  /// How many there have been, this one included.
  public func next() -> Int {
    value.withLock { count in
      count += 1
      return count
    }
  }
}
