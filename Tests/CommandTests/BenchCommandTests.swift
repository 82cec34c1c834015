import Testing

@Suite(.waitsForProcesses) struct BenchCommandTests {
  private func bench(_ arguments: String...) throws -> Outcome {
    try Program.simulator.run(["bench", "--small"] + arguments, within: 120)
  }

  @Test func `what moved is told, and can be written`() throws {
    let folder = try TemporaryFolder()
    let budget = folder.path("budget.yaml")
    try folder.write(
      String(
        decoding: Files.bytes(Repository.path + "/config/performance_budget.yaml"), as: UTF8.self),
      to: "budget.yaml")
    let updated = try bench("--update", "--budget", budget)
    #expect(updated.code == 0, "\(updated)")
    // Of a small world: what was counted is kept, times are not judged here or are far below, and one
    // object that is not had may be a large share.
    let text = try folder.text(of: "budget.yaml").replacing(
      /(?m)^(  \w+: \{at_least: )[0-9.]+/, with: { "\($0.1)0" }
    )
    .replacing(/at_most: [0-9.]+/, with: "at_most: 1000000")
    try folder.write(text, to: "budget.yaml")
    let kept = try bench("--check", "--budget", budget)
    #expect(kept.code == 0, "\(kept)")
    #expect(!kept.output.contains("MOVED"), "\(kept)")
    try folder.write(
      text.replacing("items: {exact: 1000}", with: "items: {exact: 999}"), to: "budget.yaml")
    let moved = try bench("--check", "--budget", budget)
    #expect(moved.code == 65, "\(moved)")
    let lines = moved.lines.filter { $0.contains("MOVED") }
    #expect(lines.count == 2 && lines[0].hasPrefix("queue.items "), "\(moved)")
    #expect(lines[0].hasSuffix(" +1 (+0.1 %)"), "\(moved)")
    #expect(moved.errors == "adce-sim bench --check --small\n")
    let json = try bench("--check", "--budget", budget, "--json")
    #expect(json.code == 65, "\(json)")
    #expect(try json.json()["kept"] == .bool(false))
  }

  @Test func `a budget that is none is 78, before anything is measured`() throws {
    let folder = try TemporaryFolder()
    try folder.write("queue: {items: {exact: many}}\n", to: "budget.yaml")
    for name in ["budget.yaml", "none.yaml"] {
      let outcome = try bench("--check", "--budget", folder.path(name))
      #expect(outcome.code == 78, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.errors.contains(name), "\(outcome)")
    }
    #expect(try bench("--check", "--update").code == 64)
  }
}
