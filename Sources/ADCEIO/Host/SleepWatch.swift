internal import Glibc

/// Notices that the machine has slept (was suspended): then the boot clock has gone on, and the
/// monotonic clock has not.
struct SleepWatch {
  private var asleepMilliseconds: Int64?

  /// How long it has slept since the last look; nil if it has not, by a second or more.
  mutating func look() -> Int64? {
    look(
      boot: SystemClock.milliseconds(CLOCK_BOOTTIME),
      monotonic: SystemClock.milliseconds(CLOCK_MONOTONIC))
  }

  mutating func look(boot: Int64, monotonic: Int64) -> Int64? {
    let asleep = boot - monotonic
    defer { asleepMilliseconds = asleep }
    guard let before = asleepMilliseconds, asleep - before >= 1000 else { return nil }
    return asleep - before
  }
}
