internal import ADCEIO
import ADCEKernel
internal import Dispatch

/// Tries every crash point of a scenario: each must end with all that can be had, and no promise
/// broken on the way (after A. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
public struct CrashPoints: Sendable {
  public struct Outcome: Sendable {
    public struct Failure: Sendable {
      public var point: CrashPoint
      public var verdict: SimulationReport.Verdict
      public var violation: String
    }

    /// Durable writes of the run in which nothing dies.
    public var writes: UInt64 = 0
    public var runs = 0
    /// Recoveries that wrote nothing, in which there was nothing to die at.
    public var emptyRecoveries = 0
    /// In the order of their points.
    public var failures: [Failure] = []
  }

  public var name: String
  public var scenario: Scenario

  public init(name: String, scenario: Scenario) {
    self.name = name
    self.scenario = scenario
  }

  /// Small enough to try each of their points: a directory that is filled, a listing behind sources
  /// that fail and commands of several objects, a bucket whose daily reports and operators change
  /// the plan.
  public static var reference: [CrashPoints] {
    var plan = WorldPlan.small
    (plan.pastSeasons, plan.gamesPerSeason, plan.playerSeasons) = (0, 5, 3)
    plan.holesMicro = 500_000
    func scenario(
      _ seed: UInt64, hours: Int64, _ faults: [(FaultClass, micro: Int, at: Int64)],
      _ change: (inout WorldPolicy) -> Void
    ) -> Scenario {
      var policy = WorldPolicy()
      policy.perMinute = plan.requestsPerMinute
      policy.cooldownMilliseconds = Span.hour
      policy.cooldownMaxMilliseconds = 2 * Span.hour
      change(&policy)
      let duration = hours * Span.hour
      return Scenario(
        seed: seed, plan: plan, policy: policy, durationMilliseconds: duration,
        faults: faults.enumerated().map { index, fault in
          Fault(
            number: UInt32(index + 1), kind: fault.0, begins: fault.at * Span.minute,
            ends: duration, micro: fault.micro)
        }, mustConverge: true, stepsBetweenChecks: 64)
    }
    return [
      CrashPoints(name: "a directory is filled", scenario: scenario(1, hours: 3, []) { _ in }),
      CrashPoints(
        name: "sources fail, commands bring several objects",
        scenario: scenario(
          2, hours: 4,
          [(.serverError, 200_000, 0), (.throttled, 50_000, 0), (.storeRefused, 50_000, 0)]
        ) {
          $0.lake = .listing
          $0.commands = 0b01011
          $0.itemsPerTask = 3
          $0.attempts = 2
        }),
      CrashPoints(
        name: "reports a day old, operators at work",
        scenario: scenario(
          3, hours: 30,
          [
            (.operatorWaive, 500_000, 30), (.operatorRetry, 900_000, 45),
            (.operatorCancel, 700_000, 90), (.operatorReload, 3, 120), (.refused, 100_000, 0),
          ]
        ) {
          $0.lake = .inventory
          $0.intervalMinutes = 240
        }),
    ]
  }

  /// Tries all of them on `jobs` threads; `progress` is called after each run, by one thread at a
  /// time.
  public func run(jobs: Int, progress: @Sendable (Outcome) -> Void = { _ in }) -> Outcome {
    var whole = Simulation(scenario)
    whole.keepsStore = true
    let report = whole.run()
    var outcome = Outcome()
    outcome.writes = report.commitsTried
    guard report.verdict == .pass, report.violations.isEmpty else {
      outcome.failures = [
        .init(
          point: CrashPoint(write: 0, side: .before), verdict: report.verdict ?? .unknown,
          violation: report.violations.first ?? "it does not pass without a crash")
      ]
      return outcome
    }
    let points = (1...max(1, report.commitsTried)).flatMap { write in
      CrashPoint.Side.allCases.flatMap { side in
        [nil, .before, .after].map { CrashPoint(write: write, side: side, inRecovery: $0) }
      }
    }
    let state = Locked((next: 0, outcome: outcome))
    DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
      while true {
        let point: CrashPoint? = state.withLock { state in
          guard state.next < points.count, state.outcome.failures.count < 20 else { return nil }
          defer { state.next += 1 }
          return points[state.next]
        }
        guard let point else { return }
        let report = CrashPoints.report(scenario, at: point)
        state.withLock { state in
          state.outcome.runs += 1
          if point.inRecovery != nil, report.crashes == 1 { state.outcome.emptyRecoveries += 1 }
          if report.crashes == 0 {
            state.outcome.failures.append(
              .init(point: point, verdict: .unknown, violation: "nothing died"))
          }
          if report.verdict != .pass || !report.violations.isEmpty {
            state.outcome.failures.append(
              .init(
                point: point, verdict: report.verdict ?? .unknown,
                violation: report.violations.first ?? "the budget of steps was spent"))
          }
          progress(state.outcome)
        }
      }
    }
    outcome = state.withLock { $0.outcome }
    outcome.failures.sort { ($0.point.write, "\($0.point)") < ($1.point.write, "\($1.point)") }
    return outcome
  }

  /// One run.
  static func report(_ scenario: Scenario, at point: CrashPoint) -> SimulationReport {
    var simulation = Simulation(scenario)
    simulation.crashPoint = point
    simulation.keepsStore = true
    return simulation.run()
  }
}
