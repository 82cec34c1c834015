/// A moment on the host's steady clock, in milliseconds since 1970-01-01T00:00:00Z.
///
/// It is the wall clock as it stood at boot plus the boot clock, so that it never jumps within
/// one boot. A jump of the wall clock reaches the kernel as an event; everything civil (what is
/// due, what is stale) is asked of the wall clock, everything measured (limits, backoff) of this.
public struct Instant: Hashable, Comparable, Sendable {
  /// Milliseconds since the Unix epoch; negative before it.
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public init(seconds: Int64) { self.milliseconds = seconds &* 1000 }

  /// Whole seconds since the Unix epoch, rounded down.
  public var seconds: Int64 {
    milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
  }

  /// The earliest representable moment that arithmetic may still move: about the year −4,700.
  public static let distantPast = Instant(milliseconds: -(1 << 47))
  /// The latest such moment: about the year 6,400. "Never" as a wake-up time.
  public static let distantFuture = Instant(milliseconds: 1 << 47)

  public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

  public static func + (a: Instant, milliseconds: Int64) -> Instant {
    Instant(milliseconds: a.milliseconds &+ milliseconds)
  }
  public static func - (a: Instant, milliseconds: Int64) -> Instant {
    Instant(milliseconds: a.milliseconds &- milliseconds)
  }
  /// Milliseconds from `b` to `a`.
  public static func - (a: Instant, b: Instant) -> Int64 { a.milliseconds &- b.milliseconds }
}

/// Spans of time in milliseconds, so that a constant says its unit.
public enum Span {
  public static let second: Int64 = 1000
  public static let minute: Int64 = 60 * second
  public static let hour: Int64 = 60 * minute
  public static let day: Int64 = 24 * hour
}
