import ADCEIO
import ADCESimulation
import ArgumentParser
import Foundation

/// `adce-sim crash-points`: a death at each durable write.
struct CrashPointsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crash-points",
    abstract: "Let the process die at each durable write of a run, one by one.",
    usage: "adce-sim crash-points [--jobs <n>] [--json]",
    discussion: """
      Three small scenarios are run once to count their durable writes, then once
      for each crash before and after each of them, alone and followed by another
      one before or after the first write of the recovery. All of it must end with
      everything that can be had, and no promise broken on the way. Exit status:
      0 if it does, else that of the worst failure, as of run.
      """)

  @Option(help: .init("Threads; as many as there are cores.", valueName: "n")) var jobs: Int?
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    let isTerminal = isatty(STDERR_FILENO) == 1 && !json
    var documents: [SettingValue] = []
    var codes: [Int32] = []
    for scenario in CrashPoints.reference {
      let outcome = scenario.run(jobs: jobs) { outcome in
        guard isTerminal, outcome.runs % 50 == 0 else { return }
        Output.error("\r\(outcome.runs) of \(outcome.writes * 6) crashes", terminator: "")
      }
      if isTerminal { Output.error("\r", terminator: "") }
      codes += outcome.failures.map(\.verdict.exitCode)
      documents.append(document(scenario, outcome))
      if !json { print(text(scenario, outcome)) }
    }
    if json { print(SettingValue.map([.init("scenarios", .list(documents))]).json) }
    if let code = codes.min() { throw ExitCode(code) }
  }

  private func text(_ scenario: CrashPoints, _ outcome: CrashPoints.Outcome) -> String {
    let first =
      "\(scenario.name): \(outcome.writes) durable writes, \(outcome.runs) crashes tried, "
      + "\(outcome.emptyRecoveries) of recoveries that wrote nothing, "
      + "\(outcome.failures.count) failed"
    let failures = outcome.failures.map { "  FAILED \($0.point): \($0.violation)" }
    return ([first] + failures).joined(separator: "\n")
  }

  private func document(
    _ scenario: CrashPoints, _ outcome: CrashPoints.Outcome
  ) -> SettingValue {
    .map([
      .init("name", .text(scenario.name)), .init("writes", .integer(Int64(outcome.writes))),
      .init("crashes", .integer(Int64(outcome.runs))),
      .init("empty_recoveries", .integer(Int64(outcome.emptyRecoveries))),
      .init(
        "failures",
        .list(
          outcome.failures.map {
            .map([
              .init("point", .text("\($0.point)")), .init("verdict", .text($0.verdict.rawValue)),
              .init("violation", .text($0.violation)),
            ])
          })),
    ])
  }
}
