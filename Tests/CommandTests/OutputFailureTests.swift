import Foundation
import Testing

/// What a command does when nobody can take its answer.
@Suite(.waitsForProcesses) struct OutputFailureTests {
  /// Runs a command of a lake by a shell's line in which it is `"$@"`.
  private func shell(_ line: String, _ lake: DemoLake, _ command: [String]) throws -> Outcome {
    try RunningProgram(
      "/bin/sh", ["-c", line, "sh", Program.adce.path] + lake.options + command
    ).end()
  }

  private static let commands = [
    ["state", "export"], ["gaps", "--output", "json"], ["gaps"], ["audit"], ["coverage"],
    ["config", "show"], ["reconcile"], ["tasks", "--help"], ["status"],
  ]

  @Test(
    .enabled(if: Files.exist("/dev/full"), "there is no /dev/full"),
    arguments: [">/dev/full", ">&-"])
  func `an answer that cannot be written is 74, said once`(_ redirection: String) throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    for command in Self.commands {
      let outcome = try shell("\"$@\" \(redirection)", lake, command + ["--quiet"])
      #expect(outcome.code == 74, "\(command): \(outcome)")
      let said = outcome.errors.split(separator: "\n").filter {
        $0.hasPrefix("adce: cannot write to the standard output")
      }
      #expect(said.count == 1, "\(command): \(outcome)")
    }
  }

  @Test func `a run whose summary cannot be written has done its work, and is 74`() throws {
    let lake = try DemoLake()
    let run = try shell("\"$@\" >/dev/full", lake, ["run", "--once", "--wait", "5"])
    #expect(run.code == 74, "\(run)")
    #expect(try lake.faults() == [])
  }

  @Test func `whoever has read enough is not complained of`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    for command in [["state", "export"], ["gaps"], ["config", "show"]] {
      let outcome = try shell("\"$@\" | head -n 1", lake, command)
      #expect(outcome.code == 0, "\(command): \(outcome)")
      #expect(outcome.errors == "", "\(command)")
      #expect(outcome.lines.count == 1)
    }
  }
}
