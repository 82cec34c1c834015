import ADCESimulation
import ArgumentParser

/// `adce-sim run`: one world, one seed.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulate one world from one seed.",
    usage: """
      adce-sim run [--seed <seed>] [--duration <duration>] [--crashes <n>]
                   [--small] [--calm] [--json]
      """,
    discussion: """
      The same seed gives the same digest, in every process and build. Exit status:
      0 if every property held, 65 if one did not.
      """)

  @Option(help: "Seed of the world and of its faults.") var seed: UInt64 = 1
  @Option(help: "How long to simulate: 90m, 24h, 7d.") var duration = SimulatedDuration(hours: 24)
  @Option(help: .init("Kill and recover the kernel so many times.", valueName: "n")) var crashes = 0
  @Flag(help: "A world of some hundred objects instead of 172,754.") var small = false
  @Flag(help: "No faults.") var calm = false
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    var options = Simulation.Options()
    options.seed = seed
    options.durationMilliseconds = duration.milliseconds
    options.crashes = crashes
    if small { options.plan = .small }
    if calm { options.faults = .none }
    var simulation = Simulation(options)
    let report = simulation.run()
    print(json ? report.json : report.text)
    if !report.violations.isEmpty {
      if !json {
        print("adce-sim run --seed \(seed) --duration \(duration)\(small ? " --small" : "")")
      }
      throw ExitCode(65)
    }
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
