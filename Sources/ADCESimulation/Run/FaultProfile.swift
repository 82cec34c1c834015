import ADCEKernel

/// How often a source fails, and how.
public struct FaultProfile: Hashable, Sendable {
  /// In millionths of the requests.
  public var transientMicro: Int
  public var throttledMicro: Int
  public var hangMicro: Int
  public var truncatedMicro: Int
  /// Some objects are not there, for ever (`World.isAbsentForEver`).
  public var hasAbsent: Bool

  /// The reference profile: 6 % transient 5xx, 2 % 429 with Retry-After, 1 % 404 for ever, 0.5 %
  /// hang, 0.5 % truncated.
  public static let reference = FaultProfile(
    transientMicro: 60_000, throttledMicro: 20_000, hangMicro: 5_000, truncatedMicro: 5_000,
    hasAbsent: true)
  public static let none = FaultProfile(
    transientMicro: 0, throttledMicro: 0, hangMicro: 0, truncatedMicro: 0, hasAbsent: false)

  struct Answer {
    enum Outcome {
      case stored(bytes: Int)
      case failed(FailureClass)
    }
    var outcome: Outcome
    var milliseconds: Int64
    var retryAfterMilliseconds: Int64?

    var isStored: Bool {
      if case .stored = outcome { true } else { false }
    }
  }

  func answer(_ world: World, index: Int, attempt: UInt64) -> Answer {
    let latency = 40 + Int64(world.draw.bits(.latency, UInt64(index), attempt) % 400)
    if hasAbsent, world.isAbsentForEver(index) {
      return Answer(outcome: .failed(.absent), milliseconds: latency)
    }
    var share = world.draw.millionth(.faults, UInt64(index), attempt)
    if share < transientMicro {
      return Answer(outcome: .failed(.transient), milliseconds: latency)
    }
    share -= transientMicro
    if share < throttledMicro {
      return Answer(
        outcome: .failed(.throttled), milliseconds: latency, retryAfterMilliseconds: 5000)
    }
    share -= throttledMicro
    if share < hangMicro {
      return Answer(outcome: .failed(.transient), milliseconds: 30_000)
    }
    share -= hangMicro
    if share < truncatedMicro {
      return Answer(outcome: .failed(.invalid), milliseconds: latency)
    }
    return Answer(outcome: .stored(bytes: world.size(of: index)), milliseconds: latency)
  }
}
