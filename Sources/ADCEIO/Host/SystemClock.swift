public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The machine's clocks as the kernel wants them: an `Instant` is the wall clock as it stood at boot
/// plus the boot clock, so that it never jumps; what the wall clock says beside it is an offset.
public struct SystemClock: Sendable {
  /// Identifies this boot of the machine.
  public let bootID: Hash128
  public let wallAtBootMilliseconds: Int64
  /// With a pretended time both clocks stand still: the answer is of that very moment, to the
  /// millisecond, however long it takes.
  private let stopped: (now: Instant, wall: Instant)?

  /// Goes on with the instants of an earlier process of the same boot, so that limits keep their
  /// meaning whatever was done to the wall clock since. `wall` pretends that it is that time.
  public init(continuing earlier: ControlRecord.Clock? = nil, wall pretended: Instant? = nil) {
    let id = SystemClock.readBootID()
    let real = SystemClock.milliseconds(CLOCK_REALTIME)
    let sinceBoot = SystemClock.milliseconds(SystemClock.bootClock)
    bootID = id
    if let earlier, earlier.bootID == id {
      wallAtBootMilliseconds = earlier.wallAtBootMilliseconds
    } else {
      wallAtBootMilliseconds = real - sinceBoot
    }
    let now = Instant(milliseconds: wallAtBootMilliseconds + sinceBoot)
    stopped = pretended.map { (now, $0) }
  }

  /// Never goes back while the machine is up, and goes on while it sleeps.
  public var now: Instant {
    if let stopped { return stopped.now }
    return Instant(
      milliseconds: wallAtBootMilliseconds + SystemClock.milliseconds(SystemClock.bootClock))
  }

  /// What to add to `now` to get the wall clock, in milliseconds.
  public var wallOffsetMilliseconds: Int64 {
    if let stopped { return stopped.wall - stopped.now }
    return SystemClock.milliseconds(CLOCK_REALTIME) - now.milliseconds
  }

  /// The wall clock, as it is.
  static var wallMilliseconds: Int64 { milliseconds(CLOCK_REALTIME) }

  #if canImport(Glibc)
    private static let bootClock = CLOCK_BOOTTIME
  #else
    private static let bootClock = CLOCK_MONOTONIC
  #endif

  static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The kernel's boot id; where there is none, every process is taken for a boot of its own, which
  /// is the worst case for the limits.
  private static func readBootID() -> Hash128 {
    do throws(SystemCallFailure) {
      return Hash128(of: try FileTree.read("/proc/sys/kernel/random/boot_id"))
    } catch {
      return Hash128(
        high: UInt64(bitPattern: milliseconds(CLOCK_REALTIME)), low: UInt64(getpid()))
    }
  }
}
