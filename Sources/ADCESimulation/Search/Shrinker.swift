import ADCEKernel

/// Cuts a failing scenario down to what it takes to fail in the same way: fewer faults, a shorter
/// time, a smaller world, a plainer owner (after A. Zeller and R. Hildebrandt, "Simplifying and
/// Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002).
public struct Shrinker {
  public private(set) var scenario: Scenario
  /// Scenarios tried.
  public private(set) var runs = 0
  private let verdict: SimulationReport.Verdict
  private let broken: Promise
  private let runsMax: Int
  private let progress: (Scenario, Int) -> Void

  /// nil if it does not fail; what only ran out of steps has not failed.
  public init?(
    _ scenario: Scenario, runsMax: Int = 2000,
    progress: @escaping (_ smaller: Scenario, _ runs: Int) -> Void = { _, _ in }
  ) {
    var simulation = Simulation(scenario)
    let report = simulation.run()
    guard let verdict = report.verdict, let broken = report.broken else { return nil }
    self.scenario = scenario
    self.verdict = verdict
    self.runsMax = runsMax
    self.progress = progress
    self.broken = broken
  }

  public mutating func shrink() {
    var before: Scenario
    repeat {
      before = scenario
      cutTime()
      dropFaults()
      shortenFaults()
      shrinkWorld()
      plainOwner()
    } while scenario != before && runs < runsMax
  }

  /// Whether the smaller scenario fails in the same way; it is taken then.
  private mutating func take(_ smaller: Scenario) -> Bool {
    guard smaller != scenario, runs < runsMax else { return false }
    runs += 1
    var simulation = Simulation(smaller)
    let report = simulation.run()
    guard report.verdict == verdict, report.broken == broken else { return false }
    scenario = smaller
    progress(smaller, runs)
    return true
  }

  /// A safety property fails at some moment: what comes after it is of no interest.
  private mutating func cutTime() {
    if verdict == .safety {
      var simulation = Simulation(scenario)
      let report = simulation.run()
      let elapsed = (report.simulatedSeconds + 1) * 1000
      if elapsed < scenario.durationMilliseconds { _ = take(cut(to: elapsed)) }
      return
    }
    while scenario.durationMilliseconds >= 2 * Span.minute {
      if !take(cut(to: scenario.durationMilliseconds / 2)) { return }
    }
  }

  /// Without what comes after a time.
  private func cut(to milliseconds: Int64) -> Scenario {
    var smaller = scenario
    smaller.durationMilliseconds = milliseconds
    smaller.faults = smaller.faults.filter { $0.begins < milliseconds }
    for index in smaller.faults.indices {
      smaller.faults[index].ends = min(smaller.faults[index].ends, milliseconds)
    }
    return smaller
  }

  private mutating func dropFaults() {
    var size = max(1, scenario.faults.count / 2)
    while size >= 1, !scenario.faults.isEmpty {
      var from = 0
      var hasTaken = false
      while from < scenario.faults.count {
        var smaller = scenario
        smaller.faults.removeSubrange(from..<min(from + size, smaller.faults.count))
        if take(smaller) { hasTaken = true } else { from += size }
      }
      if !hasTaken || size == 1 { size = size == 1 && hasTaken ? 1 : size / 2 }
    }
  }

  private mutating func shortenFaults() {
    for index in scenario.faults.indices {
      while true {
        var smaller = scenario
        let fault = smaller.faults[index]
        smaller.faults[index].ends = fault.begins + (fault.ends - fault.begins) / 2
        if fault.ends - fault.begins < 2 * Span.second || !take(smaller) { break }
      }
    }
  }

  private mutating func shrinkWorld() {
    func halve(_ path: WritableKeyPath<WorldPlan, Int>, to least: Int) {
      while scenario.plan[keyPath: path] > least {
        var smaller = scenario
        smaller.plan[keyPath: path] = max(least, scenario.plan[keyPath: path] / 2)
        if !take(smaller) { return }
      }
    }
    halve(\.pastSeasons, to: 0)
    halve(\.playerSeasons, to: 0)
    halve(\.gamesPerSeason, to: 1)
  }

  private mutating func plainOwner() {
    let plain = WorldPolicy()
    func reset<T: Equatable>(_ path: WritableKeyPath<WorldPolicy, T>) {
      guard scenario.policy[keyPath: path] != plain[keyPath: path] else { return }
      var smaller = scenario
      smaller.policy[keyPath: path] = plain[keyPath: path]
      _ = take(smaller)
    }
    reset(\.lake)
    reset(\.intervalMinutes)
    reset(\.perMinute)
    reset(\.perHour)
    reset(\.minDelayMilliseconds)
    reset(\.globalPerMinute)
    reset(\.scraperRateMicro)
    reset(\.scraperBurst)
    reset(\.maxConcurrent)
    reset(\.maxConcurrentGlobal)
    reset(\.attempts)
    reset(\.retryBaseMilliseconds)
    reset(\.retryMaxMilliseconds)
    reset(\.retryAfterMaxMilliseconds)
    reset(\.timeoutMilliseconds)
    reset(\.itemsPerTask)
    reset(\.commands)
    reset(\.cooldownMilliseconds)
    reset(\.cooldownMaxMilliseconds)
    reset(\.minTasksToTrigger)
    reset(\.maxRunMinutes)
    reset(\.maxLive)
    reset(\.verifyHours)
    reset(\.catalogDaysAhead)
    reset(\.publicationLagMilliseconds)
  }
}
