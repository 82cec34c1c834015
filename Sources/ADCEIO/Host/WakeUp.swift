internal import CProcess
internal import Glibc

/// What a thread sleeps on: until another thread wakes it, a time has passed, or somebody has set
/// the wall clock.
///
/// The time is the boot clock's, which goes on while the machine sleeps: what has become due
/// meanwhile is looked at as soon as it is awake.
final class WakeUp: Sendable {
  private let signalled: Int32
  private let timer: Int32
  private let clockWatch: Int32

  init() throws(HostFailure) {
    let made = [adce_wake_make(), adce_boot_timer_make(), adce_clock_watch_make()]
    guard made.allSatisfy({ $0 >= 0 }) else {
      let code = errno
      for descriptor in made where descriptor >= 0 { close(descriptor) }
      throw .ports("no timer could be made (\(text(of: code)))")
    }
    (signalled, timer, clockWatch) = (made[0], made[1], made[2])
    _ = adce_clock_watch_arm(clockWatch)
  }

  deinit {
    for descriptor in [signalled, timer, clockWatch] { close(descriptor) }
  }

  /// Wakes the sleeper, or the next one; from any thread.
  func signal() {
    var one: UInt64 = 1
    // Full is as good: it wakes.
    _ = write(signalled, &one, 8)
  }

  /// Forgets signals that came. Look for what they told of after this, not before.
  func clear() {
    var count: UInt64 = 0
    _ = read(signalled, &count, 8)
  }

  /// Sleeps for at most so long, an hour at the longest.
  func wait(milliseconds: Int64) {
    guard milliseconds > 0 else { return }
    let span = min(milliseconds, 3_600_000)
    let isTimed = adce_boot_timer_set(timer, span) == 0
    var watched = [signalled, timer, clockWatch].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    // The timer ends the wait; the rest is for a system that refuses timers.
    _ = poll(&watched, 3, isTimed ? -1 : Int32(span))
    if watched[2].revents != 0 { _ = adce_clock_watch_arm(clockWatch) }
  }
}
