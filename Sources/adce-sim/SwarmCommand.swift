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
                     [--json]
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
  @Flag(help: "Print one JSON document.") var json = false

  func run() async throws {
    let last = seeds.last ?? seeds.first + UInt64(max(1, count)) - 1
    let swarm = Swarm(
      seeds: seeds.first..<last + 1,
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
      durationMilliseconds: duration?.milliseconds ?? 7 * 86_400_000)
    let began = Date()
    let end = budget.map { began.addingTimeInterval(Double($0.milliseconds) / 1000) }
    let isTerminal = isatty(STDERR_FILENO) == 1 && !json
    let total = last - seeds.first + 1
    let isOver = { @Sendable in end.map { Date() >= $0 } ?? false }
    let outcome = swarm.run(until: isOver) { outcome in
      guard isTerminal, outcome.runs % 10 == 0 else { return }
      let years = Double(outcome.simulatedSeconds) / 31_557_600
      let seconds = Date().timeIntervalSince(began)
      printError(
        String(
          format: "\r%d of %d seeds, %.1f years, %.0f steps/s, %d failed  ", outcome.runs,
          Int(total), years, Double(outcome.steps) / max(seconds, 0.001), outcome.failures.count),
        terminator: "")
    }
    if isTerminal { printError("") }
    let table = SwarmTable(outcome: outcome, asked: total, seconds: Date().timeIntervalSince(began))
    print(json ? table.json : table.text)
    for failure in outcome.failures.suffix(1) {
      let duration = duration.map { " --duration \($0)" } ?? ""
      printError("adce-sim run --swarm --seed \(failure.seed)\(duration)")
    }
    let code = outcome.failures.map(\.verdict.exitCode).min() ?? 0
    if code != 0 { throw ExitCode(code) }
    if everyClass, !outcome.idle.isEmpty { throw ExitCode(70) }
  }
}

/// What people see of a swarm.
struct SwarmTable {
  var outcome: Swarm.Outcome
  var asked: UInt64
  var seconds: Double

  var text: String {
    var lines = [
      String(
        format: "%d of %d seeds in %.1f s: %d passed, %d failed", outcome.runs, Int(asked), seconds,
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
    let fired = FaultClass.allCases.map {
      "\"\($0.name)\":\(outcome.fired[$0]?.times ?? 0)"
    }.joined(separator: ",")
    let failures = outcome.failures.map {
      "{\"seed\":\($0.seed),\"verdict\":\"\($0.verdict.rawValue)\",\"violation\":"
        + "\"\($0.violation.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\""))\"}"
    }.joined(separator: ",")
    return "{\"seeds\":\(outcome.runs),\"passed\":\(outcome.passed),\"steps\":\(outcome.steps),"
      + "\"simulated_seconds\":\(outcome.simulatedSeconds),\"requests\":\(outcome.requests),"
      + "\"gap_checks\":\(outcome.gapChecks),\"transitions\":\(outcome.coverage.count),"
      + "\"faults\":{\(fired)},\"failures\":[\(failures)]}"
  }
}

/// A line to standard error.
func printError(_ line: String, terminator: String = "\n") {
  FileHandle.standardError.write(Data((line + terminator).utf8))
}
