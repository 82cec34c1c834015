import Foundation
import Testing

// The table of faults: what can go wrong where the objects come from.

@Suite(.waitsForProcesses) struct SourceFaultTests {
  private func patient(delay: String) -> (_ file: String, _ text: String) -> String {
    { _, text in
      text.replacing(
        "max_attempts: 5, base_delay: 0.5, max_delay: 5",
        with: "max_attempts: 1000, base_delay: \(delay), max_delay: \(delay)")
    }
  }

  @Test func `source down: the loop waits and says why, and goes on when it is up again`() throws {
    let lake = try DemoLake(edit: patient(delay: "0.5"))
    lake.origin.stop()
    let loop = try lake.start("run")
    // One look gives both: half a second later none of them may be backing off.
    var waiting: [String] = []
    let isWaiting = try wait(20) {
      waiting = try lake.adce("tasks", "--state", "backing_off", "--output", "json").jsonLines()
        .filter { $0["source"].text == "origin" }.compactMap { $0["id"].text }
      return waiting.count > 3
    }
    #expect(isWaiting, "\(loop.errorsSoFar)")
    let id = try #require(waiting.first)
    let shown = try lake.adce("tasks", "show", id).output
    #expect(shown.contains("transient"), "\(shown)")
    #expect(shown.lowercased().contains("connect"), "\(shown)")
    // What needs no source is done meanwhile.
    let others = lake.holes.filter { $0.target == nil }
    #expect(wait(20) { others.allSatisfy { Files.exist(lake.path(of: $0)) } })
    let origin = try Origin(log: lake.folder.path("origin2.log"), port: lake.origin.port)
    let isFilled = wait(40) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    #expect(isFilled, "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    #expect(try lake.faults() == [])
    #expect(try origin.requests().repeats == 0)
  }

  @Test func `source down: run --once ends with the gaps, and the next one fills them`() throws {
    // Long enough that there is a moment in which nothing can start.
    let lake = try DemoLake(edit: patient(delay: "20"))
    lake.origin.stop()
    let run = try lake.adce("run", "--once", "--wait", "0", "--fail-on-gaps")
    #expect(run.code == 1, "\(run)")
    #expect(run.errors.contains("Gaps remain"), "\(run)")
    #expect(try lake.adce("tasks", "--state", "parked", "--output", "json").output == "")
    let origin = try Origin(log: lake.folder.path("origin2.log"), port: lake.origin.port)
    let rest = try lake.adce("run", "--once", "--wait", "30", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(try origin.requests().repeats == 0)
  }

  @Test func `script deleted: it is named, nothing else suffers, and it runs when it is back`()
    throws
  {
    let project = try CommandProject(CommandProject.good)
    let script = project.folder.path("scripts/fetch.sh")
    let aside = project.folder.path("scripts/aside")
    try FileManager.default.moveItem(atPath: script, toPath: aside)
    let run = try project.adce("run", "--once", "--wait", "0", "--fail-on-gaps")
    #expect(run.code == 1, "\(run)")
    #expect(run.errors.contains("scripts/fetch.sh is not there"), "\(run)")
    #expect(try project.adce("scrapers").output.contains("scripts/fetch.sh is not there"))
    #expect(try project.adce("scrapers", "check").code == 1)
    let byHand = try project.adce("scrapers", "run", "fetch")
    #expect(byHand.code == 1, "\(byHand)")
    #expect(byHand.errors.contains("scripts/fetch.sh is not there"), "\(byHand)")
    #expect(try project.gaps().count == 4)
    try FileManager.default.moveItem(atPath: aside, toPath: script)
    #expect(try project.adce("run", "--once", "--wait", "2", "--fail-on-gaps").code == 0)
  }

  @Test func `script deleted under a running loop: its task says so, and is done when it is back`()
    throws
  {
    let project = try CommandProject(
      CommandProject.good, attempts: 1000,
      loop: """
        reconciliation_interval_minutes: 0.02
        task_check_interval_seconds: 1
        """)
    let script = project.folder.path("scripts/fetch.sh")
    let aside = project.folder.path("scripts/aside")
    let note = project.folder.path("lake/notes/a.txt")
    let loop = try Program.adce.start(project.options + ["run"])
    #expect(wait(20) { Files.exist(note) }, "\(loop.errorsSoFar)")
    try FileManager.default.moveItem(atPath: script, toPath: aside)
    try FileManager.default.removeItem(atPath: note)
    let isTold = try wait(20) {
      try project.tasks().contains { $0["message"].text?.contains("fetch.sh") == true }
    }
    #expect(isTold, "\(loop.errorsSoFar)")
    #expect(!loop.hasEnded)
    try FileManager.default.moveItem(atPath: aside, toPath: script)
    #expect(wait(20) { Files.exist(note) }, "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    #expect(try project.adce("state", "verify").code == 0)
  }
}
