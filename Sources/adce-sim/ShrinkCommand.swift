import ADCESimulation
import ArgumentParser
import Foundation

/// `adce-sim shrink`: the least that fails in the same way.
struct ShrinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shrink",
    abstract: "Cut a failing run down to the least that fails in the same way.",
    usage: "adce-sim shrink (<seed> [--canary] | --trace <file>) [--write <file>]",
    discussion: """
      Drops faults, shortens the time, and makes the world smaller and its owner
      plainer, as long as the run fails in the same way. Writes the trace, and
      prints a test for it.

        adce-sim shrink 288 --write fixtures/regressions/stale-copy.json
      """)

  @Argument(help: "Of a failing run of a swarm.") var seed: Seed?
  @Flag(help: "Of the canary, which must fail.") var canary = false
  @Option(help: .init("A failing trace.", valueName: "file")) var trace: String?
  @Option(help: .init("Where the trace goes.", valueName: "file")) var write: String?
  @Option(help: .init("Runs at most.", valueName: "n")) var runs = 2000
  @Option(help: "How long faults happened in the run.") var duration: SimulatedDuration?

  func run() async throws {
    let scenario: Scenario
    if let trace {
      scenario = try Trace(contentsOf: URL(fileURLWithPath: trace)).scenario
    } else if let seed, canary {
      scenario = .canary(seed: seed.value)
    } else if let seed {
      scenario = .swarm(seed: seed.value, duration: duration?.milliseconds ?? 7 * 86_400_000)
    } else {
      throw ValidationError("name a seed, or a trace with --trace")
    }
    let isTerminal = isatty(STDERR_FILENO) == 1
    let shrinker = Shrinker(scenario, runsMax: runs) { smaller, runs in
      guard isTerminal else { return }
      Output.error(
        "\r\(runs) runs: \(smaller.faults.count) faults, \(smaller.durationMilliseconds / 60_000) "
          + "min, \(smaller.plan.objectsDue) objects   ", terminator: "")
    }
    guard var shrinker else {
      Output.error("it does not fail: there is nothing to shrink")
      throw ExitCode(1)
    }
    shrinker.shrink()
    if isTerminal { Output.error("") }
    // Twice, so that whoever is given it can rely on it.
    let (first, recorded) = Simulation.record(shrinker.scenario)
    let (second, _) = Simulation.record(shrinker.scenario)
    guard first.trace == second.trace else {
      Output.error("two runs of the shrunk scenario differ")
      throw ExitCode(67)
    }
    var kept = recorded
    kept.steps = []
    let text = try kept.json
    print(first.text)
    if let write {
      try OutputFile.write(String(decoding: text, as: UTF8.self), to: write)
      let name = URL(fileURLWithPath: write).deletingPathExtension().lastPathComponent
      print(
        """

        @Test func `\(name.replacingOccurrences(of: "-", with: " "))`() throws {
          try expectPass("\(name)")
        }
        """)
    } else {
      print(String(decoding: text, as: UTF8.self))
    }
  }
}
