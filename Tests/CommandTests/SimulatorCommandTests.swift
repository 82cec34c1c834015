import Foundation
import Testing

@Suite(.waitsForProcesses) struct SimulatorCommandTests {
  private func simulate(_ seed: Int, _ more: String...) throws -> Outcome {
    try Program.simulator.run(
      ["run", "--small", "--json", "--seed", String(seed)] + more, within: 60)
  }

  @Test func `the same seed gives the same digest in two processes`() throws {
    let first = try simulate(7)
    #expect(first.code == 0, "\(first)")
    let answer = try first.json()
    #expect(Shapes.simulation.faults(in: answer) == [])
    #expect(answer["seed"].integer == 7)
    #expect(answer["simulated_seconds"].double == 86_400)
    #expect(answer["violations"] == .list([]))
    let second = try simulate(7)
    #expect(second.output == first.output)
    #expect(try simulate(8).json()["digest"] != answer["digest"])
  }

  @Test func `crashes change nothing of what holds`() throws {
    let outcome = try simulate(7, "--crashes", "20", "--duration", "6h")
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try outcome.json()["violations"] == .list([]))
  }

  @Test func `a demo neither empties nor fills a folder that is not its own`() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "mine/config/notes.txt")
    try folder.write("done", to: "mine/complete")
    let outcome = try Program.simulator.run([
      "demo", "--directory", folder.path("mine"), "--adce", Program.adce.path, "--template",
      Repository.path + "/fixtures/demo",
    ])
    #expect(outcome.code == 73, "\(outcome)")
    #expect(outcome.errors.contains("no demo"))
    #expect(Files.below(folder.path("mine")) == ["complete", "config/notes.txt"])
  }

  @Test(arguments: [
    ["run", "--seed", "x"], ["run", "--duration", "soon"], ["run", "--duration=-1h"], ["nothing"],
  ])
  func `what is written wrong is 64`(_ arguments: [String]) throws {
    #expect(try Program.simulator.run(arguments).code == 64)
  }

  @Test func `fixtures are the same, byte for byte, each time`() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.simulator.run(["fixtures", folder.path("fixtures")], within: 60)
    #expect(outcome.code == 0, "\(outcome)")
    let written = Files.below(folder.path("fixtures"))
    #expect(!written.isEmpty)
    for file in written {
      #expect(
        try Files.bytes(folder.path("fixtures/" + file))
          == Files.bytes(Repository.path + "/fixtures/" + file), "\(file)")
    }
  }
}
