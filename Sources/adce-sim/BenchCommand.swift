import ADCESimulation
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `adce-sim bench`: what the reference scenarios take.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the reference scenarios, and compare them with their budget.",
    usage: "adce-sim bench [--check | --update] [--budget <file>] [--small] [--json]",
    discussion: """
      Reconciles a lake of 172,754 objects, simulates a day of it, works off a
      queue of ten thousand, gives the kernel twenty thousand events, and commits
      to a store. What is counted is compared exactly; what is timed, as a ratio
      to a calibration loop that is timed in turn with it. Exit status: 0 if the
      budget is kept, 65 if a figure moved or missed its bound, 70 if it could
      not be measured, 78 if the budget is none.

        adce-sim bench --check
        adce-sim bench --update
      """)

  @Flag(help: "Compare with the budget.") var check = false
  @Flag(help: "Write what was counted into the budget.") var update = false
  @Option(help: .init("The budget.", valueName: "file"))
  var budget = "config/performance_budget.yaml"
  @Flag(help: "A small world and few rounds: to try it out.") var small = false
  @Flag(help: "Print one JSON document.") var json = false

  func validate() throws {
    if check, update { throw ValidationError("--check compares, --update writes: name one") }
  }

  func run() async throws {
    let budget = try budgetIfNeeded()
    let outcome = try measure()
    if update, let budget { try write(budget.updated(with: outcome.figures)) }
    // No budget makes good what must be 0.
    let judged = check ? outcome.figures : outcome.figures.filter(\.mustBeZero)
    let judgements = budget?.judge(judged)
    let report = BenchReport(outcome, judgements ?? [])
    print(json ? report.json : report.text)
    guard report.isKept else {
      Output.error("adce-sim bench --check" + (small ? " --small" : ""))
      throw ExitCode(65)
    }
  }

  /// Before anything is measured: what is wrong with the file is told at once.
  private func budgetIfNeeded() throws -> PerformanceBudget? {
    guard check || update else { return nil }
    do throws(PerformanceBudget.Unreadable) {
      return try PerformanceBudget(path: budget)
    } catch {
      Output.error("\(error)")
      throw ExitCode(78)
    }
  }

  private func measure() throws -> Bench.Outcome {
    var bench = Bench()
    bench.isSmall = small
    let isTerminal = isatty(STDERR_FILENO) == 1 && !json
    if isTerminal { bench.progress = { Output.error("\r\($0) …      ", terminator: "") } }
    defer { if isTerminal { Output.error("\r", terminator: "") } }
    do {
      return try bench.run()
    } catch {
      Output.error("adce-sim: \(error)")
      throw ExitCode(70)
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    do {
      try PerformanceBudget.write(bytes, to: budget)
    } catch {
      Output.error("adce-sim: \(error)")
      throw ExitCode(74)
    }
  }
}
