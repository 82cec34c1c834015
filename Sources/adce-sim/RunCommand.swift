import ADCESimulation
import ArgumentParser
import Foundation

/// `adce-sim run`: one world, one seed.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulate one world from one seed.",
    usage: """
      adce-sim run [--seed <seed>] [--duration <duration>] [--swarm] [--canary]
                   [--small] [--calm] [--log] [--record <file>]
                   [--report <file>] [--json]
      """,
    discussion: """
      The same seed gives the same digest, in every process and build. Without
      --swarm the sources fail as in the reference profile, and nothing else does.
      Exit status: 0 if every property held, 65 if one did not, 66 if what should
      have come about did not, 70 if neither could be told.
      """)

  @Option(help: "Seed of the world and of its faults: a number, or a commit's hash.")
  var seed = Seed(1)
  @Option(help: "How long to simulate: 90m, 24h, 7d.") var duration: SimulatedDuration?
  @Flag(help: "One scenario of a swarm: a small world, a random owner, random faults.")
  var swarm = false
  @Flag(help: "A run that must fail: its sources allow half of what their owner believes.")
  var canary = false
  @Flag(help: "A world of some hundred objects instead of 172,754.") var small = false
  @Flag(help: "No faults.") var calm = false
  @Option(help: .init("Write a trace that can be replayed.", valueName: "file"))
  var record: String?
  @Option(help: .init("Write a page about it: HTML, without scripts.", valueName: "file"))
  var report: String?
  @Flag(help: "A line for each transition, before the rest.") var log = false
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    var simulation = Simulation(scenario)
    if log { simulation.log = { print($0) } }
    simulation.isRecording = record != nil
    if report != nil { simulation.sampler = Sampler(scenario) }
    let report = simulation.run()
    // Before any file: what it came to is not lost with one that cannot be written.
    print(json ? report.json : report.text)
    if let path = self.report, let sampler = simulation.sampler {
      try OutputFile.write(
        RunPage(scenario, report, sampler, command: reproduction).html, to: path)
    }
    if let record {
      let trace = Trace(scenario: scenario, report: report, steps: simulation.recorded)
      try OutputFile.write(String(decoding: trace.json, as: UTF8.self), to: record)
    }
    guard report.exitCode == 0 else {
      Output.error(reproduction)
      throw ExitCode(report.exitCode)
    }
  }

  private var scenario: Scenario {
    let milliseconds = duration?.milliseconds
    if canary { return .canary(seed: seed.value) }
    if swarm { return .swarm(seed: seed.value, duration: milliseconds ?? 7 * 86_400_000) }
    let plan = small ? WorldPlan.small : .full
    return calm
      ? .calm(seed: seed.value, plan: plan, duration: milliseconds ?? 86_400_000)
      : .reference(seed: seed.value, plan: plan, duration: milliseconds ?? 86_400_000)
  }

  private var reproduction: String {
    var words = ["adce-sim run --seed \(seed.value)"]
    if let duration { words.append("--duration \(duration)") }
    for (isSet, flag) in [
      (swarm, "--swarm"), (canary, "--canary"), (small, "--small"), (calm, "--calm"),
    ] where isSet {
      words.append(flag)
    }
    return words.joined(separator: " ")
  }
}

/// `90m`, `24h`, `7d`, `30s`.
struct SimulatedDuration: ExpressibleByArgument, CustomStringConvertible {
  var milliseconds: Int64
  var description: String

  init(hours: Int64) {
    milliseconds = hours * 3_600_000
    description = "\(hours)h"
  }

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
      count > 0, count <= 10_000_000
    else { return nil }
    milliseconds = count * unit
    description = argument
  }
}
