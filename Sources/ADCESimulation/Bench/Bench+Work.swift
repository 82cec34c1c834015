import ADCEKernel

// What is done without a disk: a simulated day, the queue, the kernel by itself.

extension Bench {
  /// A simulated day under the reference faults: what `adce-sim run --seed 1 --duration 24h` does.
  func day(_ measurement: inout Measurement) {
    var last: SimulationReport?
    let best = measurement.measure(rounds: rounds(3), differing: .dayDiffering) {
      var round = Measurement.Round()
      let report = round.watch.time {
        var simulation = Simulation(.reference(seed: 1, plan: plan))
        return simulation.run()
      }
      round.digest = report.trace
      round.counts = [
        .daySteps: Int64(report.steps), .dayEffects: Int64(report.effects),
        .dayMutations: Int64(report.mutations), .dayCommits: Int64(report.commits),
        .dayBytes: report.bytesCommitted, .dayAttempts: Int64(report.attempts),
        .dayRequests: Int64(report.requests), .dayStored: Int64(report.success.inTheEnd),
        .dayViolations: Int64(report.violations.count),
      ]
      last = report
      return round
    }
    measurement[.dayRatio] = .timed(best.ratio)
    guard let last else { return }
    let percent = { SimulationReport.Success.percent($0, of: last.success.attempted) }
    measurement[.dayFirst] = .rate(percent(last.success.first))
    measurement[.dayWithin] = .rate(percent(last.success.withinAttempts))
    measurement[.dayFinal] = .rate(percent(last.success.inTheEnd))
    measurement[.dayRequestsPerStored] = .rate(
      Double(last.requests) / Double(max(1, last.success.inTheEnd)))
  }

  /// Two seasons of 1,250 games and nothing of them in the lake: ten thousand objects, of sources that
  /// set no limit.
  static func emptyLake(isSmall: Bool) -> World {
    var plan = WorldPlan.small
    plan.pastSeasons = 1
    plan.gamesPerSeason = isSmall ? 125 : 1250
    plan.gamesPerDay = 0
    plan.playerSeasons = 0
    plan.holesMicro = 1_000_000
    var policy = WorldPolicy()
    policy.maxConcurrent = 16
    policy.maxConcurrentGlobal = 64
    return World(plan: plan, seed: 1, policy: policy)
  }

  /// All of an empty lake becomes tasks, which are chosen, started and done.
  func queue(_ measurement: inout Measurement) {
    let world = Bench.emptyLake(isSmall: isSmall)
    let best = measurement.measure(rounds: rounds(5), differing: .queueDiffering) {
      var round = Measurement.Round()
      var host = BareHost(world, .once, .answering)
      round.watch.time { host.run() }
      round.digest = host.kernel.digest
      round.counts = [
        .queueItems: host.counts.stored, .queueTasks: Int64(host.kernel.tasksMade),
        .queueSteps: host.counts.steps, .queueEffects: host.counts.effects,
        .queueMutations: host.counts.mutations, .queueBytes: host.counts.bytes,
      ]
      return round
    }
    measurement[.queueRatio] = .timed(best.ratio)
  }

  /// Limits, retries, breakers and cool-downs: the reference world's sources answer one attempt in
  /// eight.
  func kernel(_ measurement: inout Measurement) {
    let world = World(plan: plan, seed: 1)
    let steps: Int64 = isSmall ? 1000 : 20_000
    let best = measurement.measure(rounds: rounds(5), differing: .kernelDiffering) {
      var round = Measurement.Round()
      var host = BareHost(world, .loop, .failing, holdings: world.holdings)
      round.watch.time { host.run(stepsMax: steps) }
      round.digest = host.kernel.digest
      round.counts = [
        .kernelSteps: host.counts.steps, .kernelEffects: host.counts.effects,
        .kernelMutations: host.counts.mutations, .kernelBytes: host.counts.bytes,
      ]
      return round
    }
    measurement[.kernelEventsPerPass] = .timed(Double(steps) / best.ratio)
  }
}
