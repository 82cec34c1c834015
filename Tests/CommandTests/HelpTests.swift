import Foundation
import Testing

@Suite(.waitsForProcesses) struct HelpTests {
  private static let commands = [
    [], ["run"], ["reconcile"], ["status"], ["health"], ["coverage"], ["gaps"], ["gaps", "list"],
    ["gaps", "waive"], ["tasks"], ["tasks", "list"], ["tasks", "show"], ["tasks", "retry"],
    ["tasks", "cancel"], ["scrapers"], ["scrapers", "list"], ["scrapers", "show"],
    ["scrapers", "check"], ["scrapers", "run"], ["config"], ["config", "check"],
    ["config", "show"],
    ["config", "suggest"], ["state"], ["state", "verify"], ["state", "export"],
    ["state", "backup"], ["state", "compact"], ["export"], ["export", "metrics"], ["audit"],
    ["init"],
    ["pause"], ["resume"], ["reload"], ["start"], ["stop"], ["restart"], ["logs"],
  ]

  @Test(arguments: commands)
  func `the help of a command fits a terminal of eighty columns`(_ command: [String]) throws {
    try expectReadable(Program.adce.run(command + ["--help"]), "adce \(command)")
  }

  @Test(arguments: [
    [], ["run"], ["swarm"], ["replay"], ["shrink"], ["crash-points"], ["bench"], ["serve"],
    ["demo"], ["origin"],
    ["fixtures"],
  ])
  func `so does that of the simulator`(_ command: [String]) throws {
    try expectReadable(Program.simulator.run(command + ["--help"]), "adce-sim \(command)")
  }

  private func expectReadable(_ help: Outcome, _ name: String) throws {
    #expect(help.code == 0)
    #expect(help.errors == "")
    let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    for line in lines where line.count > 80 {
      Issue.record("\(name): \(line.count) columns: \(line)")
    }
    // A text that was written wider than eighty columns is broken again at eighty: words alone.
    let overview = lines.prefix { !$0.hasPrefix("USAGE") }
    for (line, next) in zip(overview, overview.dropFirst())
    where !line.isEmpty && line.count < 40 && !line.hasPrefix(" ") && !next.isEmpty {
      Issue.record("\(name): a line breaks too early: \(line)")
    }
  }

  @Test func `the help shows examples, and the version is told`() throws {
    for command in ["run", "reconcile", "coverage", "gaps", "tasks", "scrapers", "config"] {
      let help = try Program.adce.run(["help", command])
      #expect(help.output.contains("  adce \(command)"), "\(command)")
    }
    let version = try Program.adce.run(["--version"])
    #expect(version.code == 0)
    #expect(version.output.contains(/^\d+\.\d+\.\d+\n$/))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completions are there for a shell`(_ shell: String) throws {
    let script = try Program.adce.run(["--generate-completion-script", shell])
    #expect(script.code == 0)
    #expect(script.output.contains("reconcile"))
    #expect(script.output.contains("fail-on-gaps"))
  }
}
