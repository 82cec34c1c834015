import ADCEIO
import ADCESimulation
import ArgumentParser
import Foundation

/// `adce-sim swarm`: many seeds.
struct SwarmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swarm",
    abstract: "Simulate many small worlds, each with an owner and faults of its own.",
    usage: """
      adce-sim swarm [--seeds <a..b>] [--count <n>] [--jobs <n>]
                     [--budget <time>] [--duration <duration>] [--every-class]
                     [--report <file>] [--json]
      """,
    discussion: """
      Each seed is a world of some hundred objects with a random owner, and a
      random subset of the classes of faults for a week; then nothing fails any
      more, and everything that can be had must come within a bound. Exit status:
      0 if all passed, else that of the worst failure, and 70 where with
      --every-class one of the classes never did anything.

        adce-sim swarm --seeds 1..1000 --jobs 2
        adce-sim swarm --seeds $(git rev-parse HEAD) --count 256
      """)

  @Option(help: .init("The seeds, or the first one; a commit's hash will do.", valueName: "a..b"))
  var seeds = SeedRange(first: 1)
  @Option(help: .init("How many, where only the first is named.", valueName: "n")) var count = 100
  @Option(help: .init("Threads; as many as there are cores.", valueName: "n")) var jobs: Int?
  @Option(help: .init("Begin no other seed after so long.", valueName: "time"))
  var budget: SimulatedDuration?
  @Option(help: "How long faults happen in each world.") var duration: SimulatedDuration?
  @Flag(help: "Fail if a class of faults never did anything.") var everyClass = false
  @Option(help: .init("Write a page about it: HTML, without scripts.", valueName: "file"))
  var report: String?
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    let range = seeds.first...last
    let swarm = Swarm(
      seeds: range,
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
      durationMilliseconds: duration?.milliseconds ?? 7 * 86_400_000)
    let began = Date()
    let end = budget.map { began.addingTimeInterval(Double($0.milliseconds) / 1000) }
    let isTerminal = isatty(STDERR_FILENO) == 1 && !json
    let total = SwarmTable.count(of: range)
    let isOver = { @Sendable in end.map { Date() >= $0 } ?? false }
    let outcome = swarm.run(until: isOver) { outcome in
      guard isTerminal, outcome.runs % 10 == 0 else { return }
      let years = Double(outcome.simulatedSeconds) / 31_557_600
      let seconds = Date().timeIntervalSince(began)
      Output.error(
        String(
          format: "\r%d of %@ seeds, %.1f years, %.0f steps/s, %d failed  ", outcome.runs,
          total, years, Double(outcome.steps) / max(seconds, 0.001), outcome.failures.count),
        terminator: "")
    }
    if isTerminal { Output.error("") }
    let table = SwarmTable(outcome: outcome, asked: total, seconds: Date().timeIntervalSince(began))
    print(json ? table.json : table.text)
    if let report {
      let duration = duration
      let page = SwarmPage(outcome, command: command(range)) {
        SwarmCommand.reproduction($0, duration)
      }
      try OutputFile.write(page.html, to: report)
    }
    for failure in outcome.failures.suffix(1) {
      Output.error(SwarmCommand.reproduction(failure.seed, duration))
    }
    let code = outcome.failures.map(\.verdict.exitCode).min() ?? 0
    if code != 0 { throw ExitCode(code) }
    if everyClass, !outcome.idle.isEmpty { throw ExitCode(70) }
  }

  /// The last seed there is, where more are asked for.
  private var last: UInt64 {
    if let last = seeds.last { return last }
    let (last, overflow) = seeds.first.addingReportingOverflow(UInt64(max(1, count)) - 1)
    return overflow ? .max : last
  }

  private func command(_ range: ClosedRange<UInt64>) -> String {
    let duration = duration.map { " --duration \($0)" } ?? ""
    return "adce-sim swarm --seeds \(range.lowerBound)..\(range.upperBound)\(duration)"
  }

  /// Runs one seed of it again.
  private static func reproduction(_ seed: UInt64, _ duration: SimulatedDuration?) -> String {
    let duration = duration.map { " --duration \($0)" } ?? ""
    return "adce-sim run --swarm --seed \(seed)\(duration)"
  }
}

/// What people see of a swarm.
struct SwarmTable {
  var outcome: Swarm.Outcome
  /// How many seeds were asked for.
  var asked: String
  var seconds: Double

  var text: String {
    var lines = [
      String(
        format: "%d of %@ seeds in %.1f s: %d passed, %d failed", outcome.runs, asked, seconds,
        outcome.passed, outcome.failures.count),
      String(
        format: "%.1f simulated years, %d steps (%.0f a second), %d requests, %d crashes",
        Double(outcome.simulatedSeconds) / 31_557_600, Int(outcome.steps),
        Double(outcome.steps) / max(seconds, 0.001), outcome.requests, Int(outcome.crashes)),
      "\(outcome.gapChecks) times every gap was compared with the truth; "
        + "\(outcome.coverage.count) transitions seen",
      "slowest to be complete after its last fault: seed \(outcome.slowest.seed), "
        + "\(outcome.slowest.milliseconds / 60_000) min",
      "", "fault class             times    runs",
    ]
    for kind in FaultClass.allCases {
      let (times, runs) = outcome.fired[kind] ?? (0, 0)
      let name = kind.name.padding(toLength: 20, withPad: " ", startingAt: 0)
      lines.append(String(format: "%@ %8d %7d", name, times, runs) + (times == 0 ? "  never" : ""))
    }
    for failure in outcome.failures {
      lines.append("")
      lines.append("seed \(failure.seed): \(failure.verdict.rawValue)")
      lines.append("  \(failure.violation)")
    }
    return lines.joined(separator: "\n")
  }

  var json: String {
    SettingValue.map([
      .init("seeds", .integer(Int64(outcome.runs))),
      .init("passed", .integer(Int64(outcome.passed))),
      .init("steps", .number("\(outcome.steps)")),
      .init("simulated_seconds", .integer(outcome.simulatedSeconds)),
      .init("requests", .integer(Int64(outcome.requests))),
      .init("gap_checks", .integer(Int64(outcome.gapChecks))),
      .init("transitions", .integer(Int64(outcome.coverage.count))),
      .init(
        "faults",
        .map(
          FaultClass.allCases.map {
            .init($0.name, .integer(Int64(outcome.fired[$0]?.times ?? 0)))
          })),
      .init(
        "failures",
        .list(
          outcome.failures.map {
            .map([
              // Some seeds are beyond what a signed number holds.
              .init("seed", .number("\($0.seed)")), .init("verdict", .text($0.verdict.rawValue)),
              .init("violation", .text($0.violation)),
            ])
          })),
    ]).json
  }

  /// How many seeds a range holds, which may be one more than any number says.
  static func count(of range: ClosedRange<UInt64>) -> String {
    let (count, overflow) = (range.upperBound - range.lowerBound).addingReportingOverflow(1)
    return overflow ? "18446744073709551616" : "\(count)"
  }
}
