import Foundation
import Testing

/// Filters and limits: what is left out must not look like health.
@Suite(.waitsForProcesses) struct FilterTests {
  private func reconciledLake() throws -> DemoLake {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    return lake
  }

  @Test func `a filter that names nothing known is refused with the names that are`() throws {
    let lake = try reconciledLake()
    for (command, known) in [
      (["gaps", "--source", "orign"], "did you mean \"origin\"?"),
      (["gaps", "--source", "nope"], "origin, standings"),
      (["gaps", "--data-type", "nope"], "box_score, by_team, play_by_play, player_log"),
      (["gaps", "--source", "standings", "--data-type", "box_score"], "by_team"),
      (["gaps", "--season", "1800"], "2023-24, 2024-25"),
      (["gaps", "--source", "nope", "--output", "json"], "origin, standings"),
      (["tasks", "--source", "nope"], "origin, standings"),
      (["scrapers", "--source", "nope"], "origin, standings"),
    ] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 64, "\(command): \(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.errors.hasPrefix("adce: there is no "), "\(command): \(outcome)")
      #expect(outcome.errors.contains(known), "\(command): \(outcome)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `a limit keeps the most important gaps, and says how many there are`() throws {
    let lake = try reconciledLake()
    let ranks = ["critical", "high", "medium", "low"]
    func rank(_ priority: String?) -> Int { ranks.firstIndex { $0 == priority } ?? -1 }
    let all = try lake.adce("gaps", "--output", "json").jsonLines()
    let sorted = all.map { rank($0["priority"].text) }.sorted()
    try #require(sorted.first != sorted.last, "the lake has gaps of one priority only")
    let few = try lake.adce("gaps", "--limit", "5", "--output", "json").jsonLines()
    #expect(few.map { rank($0["priority"].text) } == Array(sorted.prefix(5)))

    let table = try lake.adce("gaps").lines.dropFirst()
    #expect(table.count == all.count)
    #expect(table.map { rank($0.split(separator: " ").first.map(String.init)) } == sorted)

    let cut = try lake.adce("gaps", "--limit", "5").lines
    #expect(cut.count == 7)
    #expect(cut.last == "5 of \(all.count) shown")
    #expect(try lake.adce("gaps", "--limit", "0").output == "0 of \(all.count) shown\n")
    let tasks = try lake.adce("tasks", "--output", "json").lines.count
    #expect(try lake.adce("tasks", "--limit", "1").lines.last == "1 of \(tasks) shown")
    #expect(try lake.adce("gaps", "--limit", "9999").lines.count == all.count + 1)
  }
}
