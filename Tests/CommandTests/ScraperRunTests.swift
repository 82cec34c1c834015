import Foundation
import Testing

/// `adce scrapers run`: one scraper by hand, by the same way as everything else.
@Suite(.waitsForProcesses) struct ScraperRunTests {
  private func isBoxScore(_ object: DemoLake.Object) -> Bool {
    object.key.hasPrefix("origin/box_score/")
  }

  @Test func `it fills the gaps of its scraper, and touches nothing else`() throws {
    let lake = try DemoLake()
    let wanted = lake.holes.filter(isBoxScore)
    let run = try lake.adce(
      "scrapers", "run", "origin_box_score", "--wait", "5", "--output", "json")
    #expect(run.code == 0, "\(run)")
    let answer = try run.json()
    #expect(answer["gaps"].integer == wanted.count)
    #expect(answer["asked"].integer == wanted.count)
    #expect(answer["filled"].integer == wanted.count)
    #expect(answer["failed"].integer == 0)
    #expect(answer["left"].integer == 0)
    #expect(answer["results"].list.compactMap { $0["key"].text }.sorted() == wanted.map(\.key))
    let asked = try lake.origin.requests().map(\.target).sorted()
    #expect(asked == wanted.compactMap(\.target).sorted())
    for hole in lake.holes { #expect(Files.exist(lake.path(of: hole)) == isBoxScore(hole)) }
    // It is known ever after: the rest is filled by the loop, and nothing is asked for twice.
    let done = try lake.adce("tasks", "list", "--state", "done", "--output", "json").jsonLines()
    #expect(done.reduce(0) { $0 + ($1["done"].integer ?? 0) } == wanted.count)
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
    #expect(try lake.adce("state", "verify").code == 0)
  }

  @Test func `season and limit narrow it`() throws {
    let lake = try DemoLake()
    let run = try lake.adce(
      "scrapers", "run", "origin_box_score", "--season", "2023-24", "--limit", "3", "--wait", "5",
      "--output", "json")
    #expect(run.code == 0, "\(run)")
    let answer = try run.json()
    let ofSeason = lake.holes.count { $0.key.hasPrefix("origin/box_score/2023-24/") }
    #expect(answer["gaps"].integer == ofSeason)
    #expect(answer["filled"].integer == 3)
    #expect(answer["left"].integer == ofSeason - 3)
    let targets = try lake.origin.requests().map(\.target)
    #expect(targets.count == 3)
    #expect(targets.allSatisfy { $0.hasPrefix("/nba/2023-24/box_score/") })
    // A task holds more keys than were tried: the others are still open in it.
    #expect(try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test func `keys are tried alone, and one that is no gap is told of`() throws {
    let lake = try DemoLake()
    let hole = try #require(lake.holes.first(where: isBoxScore))
    let present = try #require(
      lake.objects.first { isBoxScore($0) && !lake.holes.contains($0) })
    let run = try lake.adce(
      "scrapers", "run", "origin_box_score", "--key", hole.key, "--key", present.key, "--wait", "5")
    #expect(run.code == 0, "\(run)")
    #expect(run.output.contains("1 asked for in 1 attempt: 1 filled"), "\(run)")
    #expect(run.errors.contains("\"\(present.key)\" was not asked for"), "\(run)")
    #expect(try lake.origin.requests().map(\.target) == [hole.target])
    let unknown = try lake.adce(
      "scrapers", "run", "origin_box_score", "--key", "origin/box_score/x.json", "--wait", "0")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("is not expected"), "\(unknown)")
  }

  @Test func `a queue full of other work does not keep it from its own`() throws {
    let lake = try DemoLake { file, text in
      file.hasPrefix("config/")
        ? text.replacing("max_tasks_per_run: 200", with: "max_tasks_per_run: 4") : text
    }
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let before = try lake.adce("tasks", "--output", "json").jsonLines()
    #expect(before.count == 4)
    let scrapers = Set(before.compactMap { $0["scraper"].text })
    let other = try #require(
      ["origin_box_score", "origin_player_log", "standings"].first { !scrapers.contains($0) })
    let run = try lake.adce("scrapers", "run", other, "--wait", "5", "--output", "json")
    #expect(run.code == 0, "\(run)")
    let answer = try run.json()
    #expect(answer["left"].integer == 0, "\(answer)")
    #expect((answer["filled"].integer ?? 0) > 0)
    // What was in the queue waits there as it did.
    let after = try lake.adce("tasks", "--output", "json").jsonLines()
    #expect(Set(after.compactMap { $0["id"].text }) == Set(before.compactMap { $0["id"].text }))
    #expect(after.allSatisfy { $0["state"].text == "pending" && $0["attempts"].integer == 0 })
  }

  @Test func `what fails is told with its reason, and is 1`() throws {
    let lake = try DemoLake(failEvery: 1) { _, text in
      text.replacing("max_attempts: 5, base_delay: 0.5", with: "max_attempts: 2, base_delay: 0.01")
    }
    let run = try lake.adce(
      "scrapers", "run", "origin_box_score", "--limit", "2", "--wait", "5")
    #expect(run.code == 1, "\(run)")
    #expect(run.output.contains("2 asked for in 4 attempts: 0 filled, 2 failed"), "\(run)")
    #expect(run.output.contains("503"), "\(run)")
    #expect(try lake.origin.requests().count == 4)
    // By hand a parked task is tried again at once.
    let again = try lake.adce(
      "scrapers", "run", "origin_box_score", "--limit", "2", "--wait", "5")
    #expect(again.code == 1, "\(again)")
    #expect(try lake.origin.requests().count > 4)
  }

  @Test func `what cannot be run is refused, and a state that is held is 75`() throws {
    let lake = try DemoLake(latencyMilliseconds: 500)
    let unknown = try lake.adce("scrapers", "run", "nobody")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("there is no scraper \"nobody\""))
    let type = try lake.adce("scrapers", "run", "origin_box_score", "--data-type", "player_log")
    #expect(type.code == 1)
    #expect(type.errors.contains("origin/box_score"), "\(type)")
    #expect(try lake.origin.requests() == [])
    #expect(!Files.exist(lake.folder.path("state")))

    let loop = try lake.start("run")
    let hasBegun = try wait(20) { try !lake.origin.requests().isEmpty }
    try #require(hasBegun, "\(loop.errorsSoFar)")
    let second = try lake.adce("scrapers", "run", "origin_box_score")
    #expect(second.code == 75, "\(second)")
    #expect(second.errors.contains("process \(loop.pid) "))
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
  }

  @Test func `a program is run by hand as by the loop`() throws {
    let lake = try DemoLake()
    let wanted = lake.holes.count { $0.target == nil }
    let run = try lake.adce("scrapers", "run", "standings", "--wait", "5", "--output", "json")
    #expect(run.code == 0, "\(run)")
    #expect(try run.json()["filled"].integer == wanted)
    #expect(try lake.origin.requests() == [])
  }
}
