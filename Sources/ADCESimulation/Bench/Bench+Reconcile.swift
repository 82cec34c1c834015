import ADCEIO
import ADCEKernel

extension Bench {
  /// What `adce reconcile` does, from the files of the definition to tasks on disk.
  func reconcile(in folder: String, _ measurement: inout Measurement) throws {
    let project = WorldProject(World(plan: plan, seed: 1))
    let written = try project.write(to: "\(folder)/world")
    let truth: [GapKind: Set<String>] = [
      .missing: Set(project.missingKeys), .undersized: Set(project.undersizedKeys),
      .stale: Set(project.staleKeys),
    ]
    var number = 0
    let best = try measurement.measure(rounds: rounds(5), differing: .reconcileDiffering) {
      number += 1
      return try reconcile(written, state: "\(folder)/state-\(number)", truth)
    }
    measurement[.reconcileRatio] = .timed(best.ratio)
    measurement[.reconcileSeconds] = .timed(best.wall)
  }

  private func reconcile(
    _ written: WorldProject.Written, state: String, _ truth: [GapKind: Set<String>]
  ) throws -> Measurement.Round {
    var round = Measurement.Round()
    var counts = (commits: Int64(0), mutations: Int64(0), bytes: Int64(0))
    var observer = Host.Observer()
    observer.onCommit = { decision in
      counts.commits += 1
      counts.mutations += Int64(decision.mutations.count)
      counts.bytes += Int64(decision.arena.count)
    }
    let host = try round.watch.time {
      let outcome = ConfigurationLoader.load(
        ConfigurationLocations(configDirectory: written.configDirectory))
      guard let loaded = outcome.configuration else {
        throw Failure(
          description:
            "its own configuration: \(outcome.errors.map(\.text).joined(separator: "\n"))")
      }
      var options = Host.Options()
      options.mode = .reconcile
      options.pretendedNow = WorldPlan.begin
      options.report = try Host.report(at: written.report, of: loaded.lake)
      let host = try Host.open(stateDirectory: state, loaded: loaded, options: options)
      guard try host.run(observer) == .finished, host.scanFailure == nil else {
        throw Failure(description: "its comparison failed: \(host.scanFailure ?? "it was stopped")")
      }
      return host
    }
    round.counts = host.withKernel { kernel, now in Bench.gaps(kernel, now, truth) }
    round.counts[.reconcileCommits] = counts.commits
    round.counts[.reconcileMutations] = counts.mutations
    round.counts[.reconcileBytes] = counts.bytes
    return round
  }

  /// What the kernel tells, and how much of it is not so.
  private static func gaps(
    _ kernel: borrowing Kernel, _ now: Instant, _ truth: [GapKind: Set<String>]
  ) -> [Figure.Name: Int64] {
    let analysis = kernel.analyse(at: now)
    var told: [GapKind: Set<String>] = [:]
    kernel.forEachGap(analysis, at: now) { gap in
      told[gap.kind, default: []].insert(gap.key.map { String(decoding: $0, as: UTF8.self) } ?? "")
      return true
    }
    let kinds: [GapKind] = [.missing, .undersized, .stale]
    let wrong = kinds.map { (told[$0] ?? []).symmetricDifference(truth[$0] ?? []).count }
    return [
      .reconcileExpected: Int64(analysis.total.expected),
      .reconcileMissing: Int64(analysis.total.missing),
      .reconcileUndersized: Int64(analysis.total.undersized),
      .reconcileStale: Int64(analysis.total.stale),
      .reconcileWrongKeys: Int64(wrong.reduce(0, +)),
      .reconcileTasks: Int64(kernel.tasksMade),
    ]
  }
}
