#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How long something takes, in seconds: of this process's processors, all threads together, and by
/// the clock on the wall.
///
/// What is compared is the former: what other processes take from us does not count, nor how long the
/// disk takes.
struct Stopwatch {
  private(set) var cpu: Double = 0
  private(set) var wall: Double = 0

  /// Adds what `body` takes.
  mutating func time<R: ~Copyable>(_ body: () throws -> R) rethrows -> R {
    let (cpuBegan, wallBegan) = (
      Stopwatch.seconds(CLOCK_PROCESS_CPUTIME_ID), Stopwatch.seconds(CLOCK_MONOTONIC)
    )
    defer {
      cpu += Stopwatch.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuBegan
      wall += Stopwatch.seconds(CLOCK_MONOTONIC) - wallBegan
    }
    return try body()
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
