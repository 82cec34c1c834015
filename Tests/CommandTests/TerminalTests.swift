import Foundation
import Testing

/// What a person sees, on a pseudo-terminal that `script` (util-linux) makes.
@Suite(
  .waitsForProcesses, .enabled(if: PseudoTerminal.canBeMade, "there is no util-linux `script`"))
struct TerminalTests {
  /// What a terminal is sent by a command of a lake.
  private func screen(
    _ lake: DemoLake, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Outcome {
    let command = ([Program.adce.path] + lake.options + arguments).map { "'\($0)'" }
    return try RunningProgram(
      PseudoTerminal.script, ["-qec", command.joined(separator: " "), "/dev/null"],
      environment: environment.merging(["TERM": "xterm"]) { given, _ in given }
    ).end()
  }

  @Test func `a run shows its progress in one line, and leaves none of it`() throws {
    let lake = try DemoLake(latencyMilliseconds: 100)
    let run = try screen(lake, "run", "--once", "--wait", "5")
    #expect(run.code == 0, "\(run)")
    #expect(run.output.contains("\r\u{1B}[K"))
    #expect(run.output.contains(" gaps · "))
    #expect(run.output.contains(" running · "))
    #expect(run.output.contains("400 of 400 present"))
    // Every progress line is wiped before anything else is written.
    let shown = run.output.replacing("\r\n", with: "\n").split(separator: "\n").map {
      visible(String($0))
    }
    #expect(shown.contains { $0.contains("400 of 400 present") })
    #expect(!shown.contains { $0.contains(" gaps · ") })
    for line in shown where line.count > 100 { Issue.record("\(line.count) columns: \(line)") }
  }

  @Test func `a terminal that cannot erase is shown none`() throws {
    let lake = try DemoLake()
    let run = try screen(lake, "run", "--once", "--wait", "5", environment: ["TERM": "dumb"])
    #expect(run.code == 0)
    #expect(!run.output.contains("\u{1B}"), "\(run)")
  }

  @Test(arguments: [(20, 60), (75, 75), (200, 200)])
  func `a table is cut to the terminal's width, its names never`(
    _ columns: Int, _ width: Int
  ) throws {
    let lake = try DemoLake()
    let check = ([Program.adce.path] + lake.options + ["scrapers", "check"]).map { "'\($0)'" }
    let outcome = try RunningProgram(
      PseudoTerminal.script,
      ["-qec", "stty cols \(columns); " + check.joined(separator: " "), "/dev/null"],
      environment: ["TERM": "dumb"]
    ).end()
    let lines = outcome.output.replacing("\r\n", with: "\n").split(separator: "\n")
    #expect(lines.count == 5, "\(outcome)")
    #expect(outcome.output.contains("origin     play_by_play  origin_play_by_play"))
    #expect(outcome.output.contains("…") == (width < 200), "\(outcome)")
    // What is left of the prose has twelve columns at least.
    for line in lines where line.count > max(width, 58) { Issue.record("\(line.count): \(line)") }
  }

  @Test func `a quiet run shows none`() throws {
    let lake = try DemoLake()
    let run = try screen(lake, "run", "--once", "--wait", "5", "--quiet")
    #expect(run.code == 0)
    #expect(!run.output.contains("\u{1B}[K"))
  }

  @Test func `colour is for terminals, unless NO_COLOR is set`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let coloured = try screen(lake, "coverage").output
    #expect(coloured.contains("\u{1B}["))
    let plain = try screen(lake, "coverage", environment: ["NO_COLOR": "1"]).output
    #expect(!plain.contains("\u{1B}"))
    let piped = try lake.adce("coverage").output
    #expect(plain.replacing("\r\n", with: "\n") == piped)
    #expect(withoutColour(coloured).replacing("\r\n", with: "\n") == piped)
    // Nobody who reads JSON wants colour, wherever it goes.
    #expect(!(try screen(lake, "coverage", "--output", "json").output.contains("\u{1B}")))
  }

  /// What is left on a line after carriage returns and erasures.
  private func visible(_ line: String) -> String {
    withoutColour(line.components(separatedBy: "\r\u{1B}[K").last ?? "")
  }

  private func withoutColour(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
  }
}

enum PseudoTerminal {
  static let script = "/usr/bin/script"

  /// The options are those of util-linux.
  static let canBeMade: Bool = {
    #if os(Linux)
      Files.exist(script)
    #else
      false
    #endif
  }()
}
