internal import ADCEIO
internal import Dispatch

/// Many scenarios, one a seed, on several threads.
public struct Swarm: Sendable {
  /// What all of them came to.
  public struct Outcome: Sendable {
    public struct Failure: Sendable {
      public var seed: UInt64
      public var verdict: SimulationReport.Verdict
      public var violation: String
    }

    public var runs = 0
    public var passed = 0
    public var steps: UInt64 = 0
    public var simulatedSeconds: Int64 = 0
    public var requests = 0
    public var gapChecks = 0
    public var crashes: UInt64 = 0
    /// How often each class has done something, and in how many runs.
    public var fired: [FaultClass: (times: Int, runs: Int)] = [:]
    public var coverage = TransitionCoverage()
    /// By seed.
    public var failures: [Failure] = []
    /// The longest that any world took to be complete after its last fault, and which.
    public var slowest: (seed: UInt64, milliseconds: Int64) { latest.first ?? (0, 0) }
    /// The ten that took longest, the slowest first.
    public private(set) var latest: [(seed: UInt64, milliseconds: Int64)] = []

    /// Classes that have never done anything.
    public var idle: [FaultClass] { FaultClass.allCases.filter { fired[$0] == nil } }

    mutating func add(_ report: SimulationReport) {
      runs += 1
      steps += report.steps
      simulatedSeconds += report.simulatedSeconds
      requests += report.requests
      gapChecks += report.gapChecks
      crashes += report.crashes
      for (kind, count) in report.faults {
        let old = fired[kind] ?? (0, 0)
        fired[kind] = (old.times + count, old.runs + 1)
      }
      coverage.merge(report.coverage)
      if let time = report.convergedAfter {
        latest.append((report.seed, time))
        // By seed where they are equal: threads end in any order.
        latest.sort { ($1.milliseconds, $0.seed) < ($0.milliseconds, $1.seed) }
        if latest.count > 10 { latest.removeLast() }
      }
      if report.verdict == .pass, report.violations.isEmpty {
        passed += 1
      } else {
        failures.append(
          Failure(
            seed: report.seed, verdict: report.verdict ?? .unknown,
            violation: report.violations.first ?? "the budget of steps was spent"))
        failures.sort { $0.seed < $1.seed }
      }
    }
  }

  public var seeds: ClosedRange<UInt64>
  public var jobs: Int
  public var durationMilliseconds: Int64
  /// After so many failures no other seed is begun.
  public var failuresMax = 20

  public init(seeds: ClosedRange<UInt64>, jobs: Int, durationMilliseconds: Int64) {
    self.seeds = seeds
    self.jobs = jobs
    self.durationMilliseconds = durationMilliseconds
  }

  /// Runs them all, or until `isOver`; `progress` is called after each, by one thread at a time.
  public func run(
    until isOver: @Sendable () -> Bool = { false }, progress: @Sendable (Outcome) -> Void = { _ in }
  ) -> Outcome {
    // nil after the last one, which may be the last there is.
    let state = Locked((next: Optional(seeds.lowerBound), outcome: Outcome()))
    DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
      while true {
        let seed: UInt64? = state.withLock { state in
          guard let next = state.next, state.outcome.failures.count < failuresMax, !isOver()
          else { return nil }
          state.next = next < seeds.upperBound ? next + 1 : nil
          return next
        }
        guard let seed else { return }
        var simulation = Simulation(.swarm(seed: seed, duration: durationMilliseconds))
        let report = simulation.run()
        state.withLock { state in
          state.outcome.add(report)
          progress(state.outcome)
        }
      }
    }
    return state.withLock { $0.outcome }
  }
}
