import ADCESimulation
import ArgumentParser
import Foundation

/// `adce-sim replay`: a recorded run, again.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run a recorded trace again, and stop where it is not as it was.",
    usage: "adce-sim replay <trace> [--until <step>] [--show] [--log] [--json]",
    discussion: """
      Exit status: that of the run's verdict, 67 if a step was not as it was
      recorded.

        adce-sim run --swarm --seed 7 --record seven.json
        adce-sim replay seven.json --until 400 --show
      """)

  @Argument(help: "Made by `run --record` or `shrink`.") var trace: String
  @Option(help: .init("Stop after this step.", valueName: "step")) var until: UInt64?
  @Flag(help: "Print the state at the end.") var show = false
  @Flag(help: "A line for each transition.") var log = false
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    let recorded: Trace
    do {
      recorded = try Trace(contentsOf: URL(fileURLWithPath: trace))
    } catch let error as Trace.Unreadable {
      Output.error("adce-sim: \(error)")
      throw ExitCode(65)
    }
    var simulation = Simulation(replaying: recorded)
    if let until { simulation.stopsAfter = until }
    if log { simulation.log = { print($0) } }
    let report = simulation.run()
    if show { print(simulation.state) }
    print(json ? report.json : report.text)
    if until == nil, report.verdict?.rawValue == recorded.verdict, report.digest != recorded.digest
    {
      Output.error("the state at the end has another digest than was recorded: \(recorded.digest)")
      throw ExitCode(67)
    }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }
}
