import Foundation
import Testing

/// What the commands advise works, and what they did not do they say.
@Suite(.waitsForProcesses) struct AdviceTests {
  @Test func `reconcile names only commands that work then`() throws {
    let lake = try DemoLake()
    let dry = try lake.adce("reconcile", "--dry-run")
    #expect(dry.code == 0)
    #expect(!dry.output.contains("`adce"), "\(dry)")
    #expect(try lake.adce("reconcile").output.contains("`adce run --once` fetches it"))
    #expect(try lake.adce("pause").code == 0)
    #expect(try lake.adce("reconcile").output.contains("`adce resume` goes on"))
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let beside = try daemon.adce("reconcile").output
    #expect(!beside.contains("run --once"), "\(beside)")
    #expect(try daemon.adce("resume").code == 0)
    #expect(wait(20) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }, "\(daemon.log)")
    #expect(try daemon.adce("stop").code == 0)
    let whole = try lake.adce("reconcile").output
    #expect(!whole.contains("`adce"), "\(whole)")
  }

  @Test func `of several tasks those that were left alone are named, and it is 1`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let partly = try lake.adce("tasks", "cancel", "1", "9999")
    #expect(partly.code == 1, "\(partly)")
    #expect(partly.output == "cancelled 1 task\n")
    #expect(partly.errors.contains("there is no task 9999"))
    let again = try lake.adce("tasks", "cancel", "1", "2", "3")
    #expect(again.code == 1)
    #expect(again.output == "cancelled 2 tasks\n")
    #expect(again.errors.contains("task 1 is cancelled, not under way"))
    let retry = try lake.adce("tasks", "retry", "1", "9999")
    #expect(retry.code == 1)
    #expect(retry.output == "")
    #expect(retry.errors.contains("task 1 is cancelled, not parked or backing off"))
    #expect(retry.errors.contains("there is no task 9999"))
  }

  @Test func `a waiver that is over is refused, and one key is one`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let key = lake.holes[0].key
    let past = try lake.adce(
      "gaps", "waive", key, "--reason", "x", "--until", "2020-01-01")
    #expect(past.code == 64, "\(past)")
    #expect(past.errors.contains("2020-01-01 is over"))
    let waived = try lake.adce("gaps", "waive", key, "--reason", "x", "--until", "2999-01-01")
    #expect(waived.output == "waived 1 key\n")
  }

  @Test func `a source that is resumed while all is paused is told so`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    #expect(try lake.adce("pause").code == 0)
    #expect(try lake.adce("pause", "origin").code == 0)
    let one = try lake.adce("resume", "standings")
    #expect(one.code == 0)
    #expect(one.output.contains("everything is paused: `adce resume`"), "\(one)")
    #expect(try lake.adce("resume").output.contains("what is paused by name: origin"))
    #expect(try lake.adce("resume", "origin").output == "resumed origin\n")
  }

  @Test func `a second backup of one name is told to take another name`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    #expect(try lake.adce("state", "backup", lake.folder.path("bk")).code == 0)
    let second = try lake.adce("state", "backup", lake.folder.path("bk"))
    #expect(second.code == 73)
    #expect(second.errors.contains("another directory"), "\(second)")
    #expect(!second.errors.contains("--state-dir"))
  }

  @Test func `a reload shows the warnings of what it took`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let file = "config/autonomous_config.yaml"
    try lake.folder.write(try lake.folder.text(of: file) + "\nunheard_of: 1\n", to: file)
    let reload = try daemon.adce("reload")
    #expect(reload.code == 0, "\(reload)")
    #expect(reload.errors.contains("unheard_of"), "\(reload)")
    #expect(try daemon.adce("reload", "--quiet").errors == "")
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `status beside a daemon is of its lake, and says why that cannot be seen`() throws {
    let lake = try DemoLake()
    let plain = Array(lake.options.prefix(4))
    let gone = lake.folder.path("gone")
    let moved = lake.folder.path("lake")
    try FileManager.default.moveItem(atPath: moved, toPath: gone)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    func component() throws -> JSON {
      try Program.adce.run(
        plain + ["--lake", "file:///elsewhere", "status", "--output", "json"]
      ).json()["components"]["s3"]
    }
    let isFailed = try wait(20) { try component()["status"].text == "failed" }
    let seen = try component()
    #expect(isFailed, "\(seen)\n\(daemon.log)")
    #expect(seen["message"].text?.contains(moved) == true, "\(seen)")
    #expect(try daemon.adce("health").code == 1)
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `a gap that could not be asked for is named with its reason, and is 1`() throws {
    let project = try CommandProject("exit 1", attempts: 1)
    #expect(try project.adce("run", "--once", "--wait", "0", "--quiet").code == 0)
    let ids = try project.tasks().compactMap { $0["id"].text }
    for id in ids { #expect(try project.adce("tasks", "cancel", id).code == 0) }
    #expect(try project.adce("gaps", "waive", "notes/a.txt", "--reason", "lost").code == 0)
    let run = try project.adce("scrapers", "run", "fetch", "--wait", "0", "--output", "json")
    #expect(run.code == 1, "\(run)")
    let answer = try run.json()
    #expect(answer["gaps"].integer == 3, "the waived one is not wanted")
    #expect(answer["asked"].integer == 0)
    let unasked = answer["not_asked"].list
    #expect(unasked.compactMap { $0["key"].text } == ["b", "c", "d"].map { "notes/\($0).txt" })
    #expect(unasked.allSatisfy { $0["why"].text?.contains("next 20") == true }, "\(answer)")
    let table = try project.adce("scrapers", "run", "fetch", "--wait", "0").output
    #expect(table.contains("NOT ASKED FOR"))
  }
}
