public import ADCEKernel

/// A world, its owner's configuration, and all that goes wrong in it: what a run is made of. Two
/// runs of one scenario are the same to the last step.
public struct Scenario: Hashable, Sendable, Codable {
  public var seed: UInt64
  public var plan: WorldPlan
  public var policy: WorldPolicy
  /// In which faults happen.
  public var durationMilliseconds: Int64
  /// In the order of their numbers.
  public var faults: [Fault]
  /// After the faults are over, everything that can be had is stored within a bound.
  public var mustConverge: Bool
  /// Rarely, or often: how many steps there are between two looks at everything.
  public var stepsBetweenChecks: Int
  /// The sources allow half of what their owner believes: a run that must fail, to show that what
  /// fails is reported.
  public var isCanary = false

  /// The reference profile for all of the time: 6 % transient 5xx, 2 % 429 with Retry-After, 0.5 %
  /// hang, 0.5 % truncated; 1 % of the objects are 404 for ever.
  public static func reference(
    seed: UInt64, plan: WorldPlan = .full, duration: Int64 = Span.day
  ) -> Scenario {
    let rates: [(FaultClass, Int)] = [
      (.serverError, 60_000), (.throttled, 20_000), (.hang, 5000), (.truncatedBody, 5000),
    ]
    return Scenario(
      seed: seed, plan: plan, policy: .standard(plan), durationMilliseconds: duration,
      faults: rates.enumerated().map { index, rate in
        Fault(
          number: UInt32(index + 1), kind: rate.0, begins: 0, ends: .max, micro: rate.1)
      }, mustConverge: false, stepsBetweenChecks: 4096)
  }

  /// A world in which nothing fails.
  public static func calm(
    seed: UInt64, plan: WorldPlan = .full, duration: Int64 = Span.day
  ) -> Scenario {
    Scenario(
      seed: seed, plan: plan, policy: .standard(plan), durationMilliseconds: duration,
      faults: [], mustConverge: false, stepsBetweenChecks: 4096)
  }

  /// One of a swarm (A. Groce et al., "Swarm Testing", ISSTA 2012): a random owner, and a random
  /// subset of the classes of faults, each with a random weight; one in sixteen has none.
  public static func swarm(
    seed: UInt64, plan: WorldPlan = .small, duration: Int64 = 7 * Span.day
  ) -> Scenario {
    let draw = Draw(seed: seed)
    var faults: [Fault] = []
    if draw.bits(.schedule, 0) % 16 != 0 {
      // How many classes there are is drawn too: few, deep, or many at once.
      let share = draw.one(of: [100_000, 250_000, 500_000, 800_000], .schedule, 1)
      for kind in FaultClass.allCases {
        let turn = UInt64(kind.rawValue) << 8
        guard draw.millionth(.schedule, 2, turn) < share else { continue }
        let most = kind.shape == .moment ? 6 : 3
        for index in 0..<(1 + Int(draw.bits(.schedule, 3, turn) % UInt64(most))) {
          faults.append(
            fault(kind, number: faults.count + 1, turn + UInt64(index), draw, duration))
        }
      }
    }
    return Scenario(
      seed: seed, plan: plan, policy: .drawn(draw), durationMilliseconds: duration,
      faults: faults, mustConverge: true, stepsBetweenChecks: 256)
  }

  /// A run that must fail.
  public static func canary(seed: UInt64) -> Scenario {
    var scenario = swarm(seed: seed, duration: Span.day)
    scenario.policy.perMinute = 20
    scenario.policy.scraperRateMicro = 0
    scenario.policy.minDelayMilliseconds = 0
    scenario.isCanary = true
    return scenario
  }

  private static func fault(
    _ kind: FaultClass, number: Int, _ turn: UInt64, _ draw: Draw, _ duration: Int64
  ) -> Fault {
    let begins = draw.within(0...(duration - 1), .schedule, 4, turn)
    let length =
      kind.shape == .moment
      ? 1 : draw.logarithmic(kind.lengths, .schedule, 5, turn)
    var micro = Int(
      draw.logarithmic(kind.chances, .schedule, 6, turn))
    if kind.shape != .chance { micro = draw.millionth(.schedule, 6, turn) }
    var source: Int?
    switch kind {
    case .slowAnswer, .hang, .serverError, .throttled, .resetBefore, .refused, .blockPage,
      .truncatedBody, .sourceDown, .operatorPause:
      let choice = Int(draw.bits(.schedule, 7, turn) % UInt64(World.placement.count * 2))
      source = choice < World.placement.count ? choice : nil
    default: break
    }
    return Fault(
      number: UInt32(number), kind: kind, begins: begins, ends: min(begins + length, duration),
      micro: micro, source: source)
  }
}
