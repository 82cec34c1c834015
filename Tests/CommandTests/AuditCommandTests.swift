import Foundation
import Testing

/// `adce audit`.
@Suite(.waitsForProcesses) struct AuditCommandTests {
  private static let entry = Shape.object([
    "at": .time, "who": .text, "uid": .nullable(.count), "how": .text, "action": .text,
    "what": .map(.any), "why": .nullable(.text), "outcome": .text,
  ])

  private static func audit(_ lake: DemoLake, _ more: String...) throws -> [JSON] {
    let outcome = try Program.adce.run(
      lake.options + ["audit", "--output", "json", "--since", "2020-01-01T00:00:00Z"] + more)
    #expect(outcome.code == 0, "\(outcome)")
    return try outcome.jsonLines()
  }

  private static func actions(_ entries: [JSON]) -> [String] {
    entries.compactMap { $0["action"].text }
  }

  @Test func `all that a run does is told, each attempt with its end`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let entries = try Self.audit(lake)
    for entry in entries { #expect(Self.entry.faults(in: entry) == []) }
    let actions = Self.actions(entries)
    #expect(actions.first == "start")
    #expect(actions.last == "stop")
    #expect(actions.count { $0 == "cycle_begin" } == 2)
    #expect(actions.count { $0 == "cycle_end" } == 2)
    let begun = entries.filter { $0["action"].text == "attempt_begin" }
    let ended = entries.filter { $0["action"].text == "attempt_end" }
    #expect(!begun.isEmpty)
    #expect(
      Set(begun.compactMap { $0["what"]["attempt"].integer })
        == Set(ended.compactMap { $0["what"]["attempt"].integer }))
    let stored = ended.compactMap { $0["what"]["stored"].integer }.reduce(0, +)
    #expect(stored == lake.holes.count)
    #expect(try Self.actions(Self.audit(lake, "--action", "cycle")).count == 4)
    #expect(try Self.audit(lake, "--limit", "3").count == 3)
    #expect(try lake.adce("audit").output.hasPrefix("AT "))
  }

  @Test func `what an operator does is told with name, reason and outcome`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let key = lake.holes[0].key
    #expect(try lake.adce("gaps", "waive", key, "--reason", "lost in a fire").code == 0)
    #expect(try lake.adce("gaps", "waive", "no/such/key", "--reason", "none").code == 1)
    let entries = try Self.audit(lake, "--action", "waive")
    // Each is told before it is done, and then with what came of it.
    #expect(entries.count == 4)
    #expect(entries.indices.filter { entries[$0]["outcome"].text == "asked" } == [0, 2])
    let first = entries[1]
    #expect(first["who"].text == NSUserName())
    #expect(first["uid"].integer == Int(geteuid()))
    #expect(first["why"].text == "lost in a fire")
    #expect(first["outcome"].text == "accepted 1")
    #expect(first["what"]["keys"].list.first?.text == key)
    #expect(entries.last?["outcome"].text?.hasPrefix("refused: ") == true)
    #expect(try Self.actions(Self.audit(lake, "--who", NSUserName())).contains("waive"))
    #expect(try !Self.actions(Self.audit(lake, "--who", "adce")).contains("waive"))
  }

  @Test func `what is asked of a running loop is told before it is done, and after`() throws {
    let lake = try DemoLake(latencyMilliseconds: 50)
    let loop = try lake.start("run")
    try #require(try wait(20) { try lake.origin.requests().count > 1 }, "\(loop.errorsSoFar)")
    #expect(try lake.adce("pause").code == 0)
    loop.send(SIGTERM)
    #expect(try loop.end(within: 20).code == 0)
    let pauses = try Self.audit(lake, "--action", "pause")
    #expect(pauses.compactMap { $0["outcome"].text } == ["asked", "accepted 1"])
    #expect(pauses.allSatisfy { $0["how"].text == "control" && $0["who"].text == NSUserName() })
    let stops = try Self.audit(lake, "--action", "stop")
    #expect(stops.compactMap { $0["how"].text }.contains("signal"))
    #expect(stops.compactMap { $0["outcome"].text }.contains("drained"))
  }

  @Test func `what commands do by themselves is told before it is done, and after`() throws {
    let lake = try DemoLake()
    let state = lake.folder.path("state")
    #expect(try lake.adce("state", "compact").code == 65)
    #expect(!Files.exist(state))
    #expect(try lake.adce("reconcile", "--accept-vanished").code == 0)
    let copy = lake.folder.path("copy")
    #expect(try lake.adce("state", "backup", copy).code == 0)
    #expect(try lake.adce("state", "backup", copy).code == 73)
    #expect(try lake.adce("state", "compact").code == 0)
    let run = try lake.adce(
      "scrapers", "run", "origin_box_score", "--limit", "3", "--season", "2023-24", "--wait", "5")
    #expect(run.code == 0, "\(run)")

    func outcomes(_ action: String) throws -> [String] {
      let entries = try Self.audit(lake, "--action", action)
      #expect(entries.allSatisfy { $0["how"].text == "command" && $0["who"].text == NSUserName() })
      return entries.compactMap { $0["outcome"].text }
    }
    #expect(try outcomes("accept_vanished") == ["asked", "accepted 0"])
    let backups = try outcomes("state_backup")
    #expect(backups.prefix(3) == ["asked", "ok", "asked"])
    #expect(backups.count == 4 && backups[3].hasPrefix("refused: "))
    #expect(try outcomes("state_compact") == ["asked", "ok"])
    #expect(try outcomes("scrapers_run") == ["asked", "ok: 3 filled, 0 failed"])
    let what = try Self.audit(lake, "--action", "scrapers_run")[0]["what"]
    #expect(what["scraper"].text == "origin_box_score")
    #expect(what["season"].text == "2023-24")
    #expect(what["limit"].integer == 3)
    let compared = try Self.audit(lake, "--action", "accept_vanished")
    #expect(compared[0]["why"].text == "reconcile --accept-vanished")
    let backup = try Self.audit(lake, "--action", "state_backup")
    #expect(backup[0]["what"]["directory"].text == copy)
  }

  @Test func `--follow goes on with what is done meanwhile`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let follower = try lake.start("audit", "--follow", "--action", "pause", "--output", "json")
    usleep(300_000)
    #expect(try lake.adce("pause").code == 0)
    #expect(wait(20) { follower.outputSoFar.contains("accepted 1") }, "\(follower.errorsSoFar)")
    #expect(!follower.hasEnded)
    follower.send(SIGINT)
    let end = try follower.end(within: 10)
    #expect(end.code == 128 + SIGINT, "\(end)")
    #expect(try Self.actions(end.jsonLines()).allSatisfy { $0 == "pause" })
  }

  @Test func `a dry run, which does nothing, is not told of`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--dry-run").code == 0)
    let outcome = try lake.adce("audit")
    #expect(outcome.code == 0)
    #expect(outcome.output == "nothing was done\n")
    #expect(!Files.exist(lake.folder.path("state")))
  }

  @Test func `an audit that cannot be written is said once, and the run goes on`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    try FileManager.default.removeItem(atPath: lake.folder.path("state/audit"))
    try lake.folder.write("", to: "state/audit")
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(run.errors.split(separator: "\n").count { $0.contains("audit log") } == 1)
    #expect(try lake.faults() == [])
  }
}
