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

  @Test func `a run is recorded, and replayed in another process to the same end`() throws {
    let folder = try TemporaryFolder()
    let trace = folder.path("trace.json")
    let first = try Program.simulator.run(
      ["run", "--swarm", "--seed", "3", "--duration", "1d", "--json", "--record", trace],
      within: 60)
    #expect(first.code == 0, "\(first)")
    let again = try Program.simulator.run(["replay", trace, "--json"], within: 60)
    #expect(again.code == 0, "\(again)")
    #expect(again.output == first.output)
    let part = try Program.simulator.run(["replay", trace, "--until", "30", "--show"], within: 60)
    #expect(part.output.contains("after step 30"), "\(part)")
    // One digit of one step.
    let text = try folder.text(of: "trace.json")
    let steps = try #require(text.range(of: "\"steps\":["))
    let end = try #require(text[steps.upperBound...].firstIndex(of: ","))
    try folder.write(text.replacingCharacters(in: steps.upperBound..<end, with: "1"), to: "other")
    let differs = try Program.simulator.run(["replay", folder.path("other")], within: 60)
    #expect(differs.code == 67, "\(differs)")
    #expect(differs.output.contains(" step 1: "), "\(differs)")
    #expect(try Program.simulator.run(["replay", folder.path("none")]).code == 65)
  }

  @Test func `a swarm tells what fired, and a failing run how to see it again`() throws {
    let swarm = try Program.simulator.run(
      ["swarm", "--seeds", "1..6", "--duration", "1d", "--jobs", "2"], within: 120)
    #expect(swarm.code == 0, "\(swarm)")
    #expect(swarm.output.contains("6 of 6 seeds"), "\(swarm)")
    #expect(swarm.output.contains("operatorReload"), "\(swarm)")
    let canary = try Program.simulator.run(["run", "--canary", "--seed", "1"], within: 60)
    #expect(canary.code == 65, "\(canary)")
    #expect(canary.errors.hasSuffix("adce-sim run --seed 1 --canary\n"), "\(canary)")
    let none = try Program.simulator.run(["shrink", "1", "--runs", "1"], within: 60)
    #expect(none.code == 1, "\(none)")
  }

  @Test func `a run and a swarm are written as pages, whatever else is printed`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.html")
    let run = try simulate(7, "--report", path)
    #expect(run.code == 0, "\(run)")
    let digest = try #require(run.json()["digest"].text)
    #expect(try folder.text(of: "run.html").contains(digest))
    #expect(try simulate(7).output == run.output)
    let last = "18446744073709551615"
    let swarm = try Program.simulator.run(
      [
        "swarm", "--seeds", last, "--count", "3", "--duration", "1h", "--json", "--report",
        folder.path("swarm.html"),
      ], within: 120)
    #expect(swarm.code == 0, "\(swarm)")
    #expect(try swarm.json()["seeds"] == .integer(1))
    #expect(try swarm.json()["failures"] == .list([]))
    #expect(try folder.text(of: "swarm.html").contains("--seeds \(last)..\(last)"))
    #expect(try simulate(7, "--report", folder.path("none/run.html")).code == 73)
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
    ["run", "--seed", "x"], ["run", "--duration", "soon"], ["run", "--duration=-1h"],
    ["swarm", "--seeds", "9..1"], ["nothing"],
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
