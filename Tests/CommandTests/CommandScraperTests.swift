import Foundation
import Testing

/// Programs of the user as scrapers, and what an operator does about tasks that fail.
@Suite(.waitsForProcesses) struct CommandScraperTests {
  @Test func `what a program writes comes into the lake`() throws {
    let project = try CommandProject(CommandProject.good)
    let run = try project.adce("run", "--once", "--wait", "2", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    for name in ["a", "b", "c", "d"] {
      #expect(try project.folder.text(of: "lake/notes/\(name).txt") == "note \(name)\n")
    }
    #expect(Files.below(project.folder.path("state/work")) == [])
    let scrapers = try project.adce("scrapers", "--output", "json").json()
    #expect(scrapers["success_rate"].double == 100)
  }

  @Test func `programs are seen to end though the signal of it is ignored`() throws {
    let project = try CommandProject(CommandProject.good)
    // What a shell ignores stays ignored in the program that it becomes.
    let run = try RunningProgram(
      "/bin/sh",
      ["-c", "trap '' CHLD; exec \"$@\"", "sh", Program.adce.path] + project.options
        + ["run", "--once", "--wait", "0", "--fail-on-gaps"]
    ).end(within: 15)
    #expect(run.code == 0, "\(run)")
  }

  @Test func `programs find their tasks wherever adce is started from`() throws {
    let project = try CommandProject(CommandProject.good)
    let parent = (project.folder.path as NSString).deletingLastPathComponent
    let name = (project.folder.path as NSString).lastPathComponent
    let run = try Program.adce.run(
      [
        "--config-dir", name + "/config", "--state-dir", name + "/state", "run", "--once",
        "--wait", "0", "--fail-on-gaps",
      ], in: parent)
    #expect(run.code == 0, "\(run)")
  }

  @Test func `a program that ends well and leaves nothing is told of`() throws {
    let project = try CommandProject("echo 'nothing for me here' >&2", attempts: 1)
    #expect(try project.adce("run", "--once", "--wait", "0", "--fail-on-gaps").code == 1)
    let id = try #require(try project.tasks("--state", "parked").first?["id"].text)
    let shown = try project.adce("tasks", "show", id).output
    #expect(shown.contains("4 of 4 objects are not there"), "\(shown)")
    #expect(shown.contains("nothing for me here"), "\(shown)")
  }

  @Test func `files that nobody asked for, and the last words, are seen in its task`() throws {
    let project = try CommandProject(
      """
      mkdir -p "$ADCE_OUTPUT_DIR/notes"
      echo extra > "$ADCE_OUTPUT_DIR/notes/zz.txt"
      echo 'first words' >&2
      echo 'the very last words' >&2
      exit 4
      """, attempts: 1)
    #expect(try project.adce("run", "--once", "--wait", "0", "--fail-on-gaps").code == 1)
    let id = try #require(try project.tasks("--state", "parked").first?["id"].text)
    let shown = try project.adce("tasks", "show", id).output
    #expect(shown.contains("exit 4"), "\(shown)")
    #expect(shown.contains("the very last words"), "\(shown)")
    #expect(shown.contains("stray file notes/zz.txt"), "\(shown)")
    #expect(Files.below(project.folder.path("lake")) == [])
  }

  @Test func `a program that uploads by itself is believed when the lake has it`() throws {
    // The working directory is the project folder.
    let project = try CommandProject(
      "mkdir -p lake/notes; for n in a b c; do echo \"note $n\" > lake/notes/$n.txt; done",
      upload: "self", attempts: 1)
    let run = try project.adce("run", "--once", "--wait", "0", "--fail-on-gaps")
    #expect(run.code == 1, "\(run)")
    #expect(try project.gaps().compactMap { $0["key"].text } == ["notes/d.txt"])
  }

  @Test func `a program that fails parks its task, and says why where people look`() throws {
    let project = try CommandProject("echo 'the site has moved' >&2; echo x >> calls; exit 3")
    let run = try project.adce("run", "--once", "--wait", "2", "--fail-on-gaps")
    #expect(run.code == 1, "\(run)")
    #expect(try project.folder.text(of: "calls") == "x\nx\n")
    let task = try #require(try project.tasks().first)
    #expect(task["state"].text == "parked")
    #expect(task["attempts"].integer == 2)
    #expect(task["not_before"].text != nil)
    let id = try #require(task["id"].text)
    let shown = try project.adce("tasks", "show", id)
    #expect(shown.output.contains("the site has moved"), "\(shown)")
    let gaps = try project.gaps()
    #expect(gaps.count == 4)
    #expect(gaps.allSatisfy { $0["task"].text == id }, "\(gaps)")
    let table = try project.adce("gaps").output
    #expect(table.contains("parked") || table.contains("scraper fault"), "\(table)")
    #expect(try project.adce("status").output.contains("1 parked"))
    #expect(
      try project.adce("reconcile", "--output", "json").json()["tasks"]["open"] == .integer(0))
  }

  @Test func `a parked task is ready again by retry, its attempts at zero`() throws {
    let project = try CommandProject("[ -f fixed ] || exit 3\n" + CommandProject.good)
    #expect(try project.adce("run", "--once", "--wait", "1").code == 0)
    let id = try #require(try project.tasks("--state", "parked").first?["id"].text)
    let retry = try project.adce("tasks", "retry", id)
    #expect(retry.code == 0, "\(retry)")
    let task = try #require(try project.tasks().first)
    #expect(task["state"].text == "pending")
    #expect(task["attempts"].integer == 0)
    // It is not parked any more, so there is nothing to retry.
    #expect(try project.adce("tasks", "retry", id).code == 1)
    #expect(try project.adce("tasks", "retry", "4711").code == 1)

    try project.folder.write("", to: "fixed")
    let run = try project.adce("run", "--once", "--wait", "0", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try project.tasks("--state", "done").first?["id"].text == id)
  }

  @Test func `a task that is cancelled is not made again at once`() throws {
    let project = try CommandProject(CommandProject.good)
    #expect(try project.adce("reconcile").code == 0)
    let id = try #require(try project.tasks().first?["id"].text)
    let cancel = try project.adce("tasks", "cancel", id, "--output", "json")
    #expect(cancel.code == 0)
    #expect(try cancel.json()["accepted"].integer == 1)
    #expect(try project.tasks() == [])
    #expect(try project.tasks("--state", "cancelled").first?["id"].text == id)
    #expect(try project.adce("tasks", "cancel", id).code == 1)
    // A person has said no: the gaps are still gaps, without a task for a while.
    #expect(
      try project.adce("reconcile", "--output", "json").json()["tasks"]["created"] == .integer(0))
    #expect(try project.gaps().count == 4)
    #expect(try project.adce("state", "verify").code == 0)
  }

  @Test func `a waived gap stays one, marked, and is left out of what is attainable`() throws {
    let project = try CommandProject(CommandProject.good)
    #expect(try project.adce("reconcile").code == 0)
    let waive = try project.adce(
      "gaps", "waive", "notes/a.txt", "notes/b.txt", "--reason", "lost in a fire")
    #expect(waive.code == 0, "\(waive)")
    let marked = try project.gaps().filter { $0["waived"] == .bool(true) }
    #expect(marked.compactMap { $0["key"].text }.sorted() == ["notes/a.txt", "notes/b.txt"])
    #expect(try project.adce("gaps").output.contains("waived"))
    let before = try project.adce("coverage", "--output", "json").json()
    #expect(before["missing"].integer == 4)
    #expect(before["completeness_pct"].double == 0)

    // Nobody fetches them, and the rest is all that is attainable.
    let run = try project.adce("run", "--once", "--wait", "0", "--output", "json")
    #expect(run.code == 0, "\(run)")
    let after = try run.json()
    #expect(after["missing"].integer == 2)
    #expect(after["present"].integer == 2)
    #expect(after["completeness_pct"].double == 50)
    #expect(after["attainable_pct"].double == 100)
    #expect(Files.below(project.folder.path("lake")) == ["notes/c.txt", "notes/d.txt"])

    let unknown = try project.adce("gaps", "waive", "notes/z.txt", "--reason", "none")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("notes/z.txt"))
  }

  @Test func `a waiver ends with its last day`() throws {
    let project = try CommandProject(CommandProject.good)
    #expect(try project.adce("reconcile").code == 0)
    let past = try project.adce(
      "gaps", "waive", "notes/a.txt", "--reason", "x", "--until", "2020-01-01")
    #expect(past.code == 64)
    #expect(try project.gaps().allSatisfy { $0["waived"] == .bool(false) })
    let future = try project.adce(
      "gaps", "waive", "notes/a.txt", "--reason", "x", "--until", "2120-01-01")
    #expect(future.code == 0)
    #expect(try project.gaps().count { $0["waived"] == .bool(true) } == 1)
  }

  @Test func `what a program of ours leaves running ends with adce`() throws {
    let project = try CommandProject("echo $$ > pid; sleep 300 & wait")
    let run = try Program.adce.start([
      "--config-dir", project.folder.path("config"), "--state-dir", project.folder.path("state"),
      "run", "--once",
    ])
    let hasBegun = wait(20) { Files.exist(project.folder.path("pid")) }
    try #require(hasBegun, "\(run.errorsSoFar)")
    run.send(SIGTERM)
    usleep(300_000)
    run.send(SIGTERM)
    #expect(try run.end(within: 10).code == 75)
    let pid = try #require(
      Int32(try project.folder.text(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(pid, 0) != 0, "\(pid) still runs")
    let task = try #require(try project.tasks().first)
    #expect(["pending", "backing_off"].contains(task["state"].text))
  }
}
