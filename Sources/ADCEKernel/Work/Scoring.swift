/// score = (base + age) × multiplier − penalty + success, in millionths of a point.
///
/// A task's stored score takes its age as at the epoch, so that all tasks of a source age alike
/// and keep their order; `gain` is what all of them have gained since.
struct Scoring: Sendable {
  let policy: Configuration.Scoring

  func multiplierMicro(of source: String) -> Int64 {
    policy.multipliersMicro.first { $0.source == source }?.micro ?? policy.defaultMultiplierMicro
  }

  /// The score as stored.
  func score(
    priority: Priority, source: String, firstDetected: Instant, objects: Int,
    successMicro: Int64
  ) -> Int64 {
    let base = policy.baseMicro[Int(priority.rawValue)]
    guard policy.enabled else { return base }
    let age = Scoring.scaled(-firstDetected.milliseconds, policy.ageMicroPerHour, Span.hour)
    let weighted = Scoring.scaled(base + age, multiplierMicro(of: source), 1_000_000)
    let penalty = min(
      Scoring.scaled(Int64(objects), abs(policy.gapSizeMicro), 1), policy.penaltyMicroMax)
    let success = Scoring.scaled(successMicro, policy.successMicro, 1_000_000)
    return weighted + (policy.gapSizeMicro < 0 ? -penalty : penalty) + success
  }

  /// What every task of a source has gained by `now`.
  func gain(of source: String, at now: Instant) -> Int64 {
    guard policy.enabled else { return 0 }
    let age = Scoring.scaled(now.milliseconds, policy.ageMicroPerHour, Span.hour)
    return Scoring.scaled(age, multiplierMicro(of: source), 1_000_000)
  }

  /// value × factor ÷ divisor, rounded towards zero, without overflow on the way, clamped to a
  /// quarter of the range so that sums of scores cannot overflow either.
  static func scaled(_ value: Int64, _ factor: Int64, _ divisor: Int64) -> Int64 {
    let result = Int128(value) * Int128(factor) / Int128(divisor)
    let bound = Int128(Int64.max / 4)
    return Int64(max(-bound, min(bound, result)))
  }
}
