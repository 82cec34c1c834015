import ADCEIO
import Foundation
import Testing

// The table of faults: what can go wrong with the state directory. For each: a clear message, the
// right exit code, nothing lost, and recovery without help once the cause is gone.

@Suite(.waitsForProcesses) struct StateFaultTests {
  /// After the cause is gone: everything is filled, nothing was asked for twice, the state is sound.
  private func expectAllIsWell(_ lake: DemoLake, repeats: Int = 0) throws {
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.faults() == [])
    #expect(lake.strays() == [])
    #expect(try lake.adce("state", "verify").code == 0)
    #expect(try lake.origin.requests().repeats <= repeats)
  }

  // MARK: No place to print to

  @Test func `started with input, output and errors closed, nothing is printed into the state`()
    throws
  {
    let lake = try DemoLake()
    let closed = #""$@" <&- >&- 2>&-"#
    for _ in 0..<4 {
      _ = try RunningProgram(
        "/bin/sh",
        ["-c", closed, "sh", Program.adce.path] + lake.options + ["run", "--once", "--wait", "1"]
      ).end(within: 40)
    }
    try expectAllIsWell(lake)
  }

  // MARK: Full disk

  @Test(.mounts)
  func `full disk: work waits and says so, and goes on by itself when there is room`()
    throws
  {
    let lake = try DemoLake()
    let disk = try SmallDisk.mount(at: lake.folder.path("state"), kilobytes: 16_384)
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    try disk.fill()
    let run = try lake.start("run", "--once", "--wait", "5")
    let isTold = wait(20) { run.errorsSoFar.contains("no room on the disk") }
    #expect(isTold, "\(run.errorsSoFar)")
    #expect(!run.hasEnded)
    // Who only reads is served meanwhile.
    #expect(try lake.adce("gaps").code == 0)
    #expect(try lake.adce("status").code == 0)
    disk.empty()
    let end = try run.end(within: 30)
    #expect(end.code == 0, "\(end)")
    try expectAllIsWell(lake)
  }

  @Test(.mounts)
  func `full disk: a signal ends the waiting with 74, and nothing is lost`() throws {
    let lake = try DemoLake()
    let disk = try SmallDisk.mount(at: lake.folder.path("state"), kilobytes: 16_384)
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    try disk.fill()
    let run = try lake.start("run", "--once", "--wait", "5")
    let isTold = wait(20) { run.errorsSoFar.contains("no room on the disk") }
    #expect(isTold, "\(run.errorsSoFar)")
    let asked = try lake.origin.requests().count
    run.send(SIGTERM)
    let end = try run.end(within: 15)
    #expect(end.code == 74, "\(end)")
    #expect(end.errors.contains(disk.path))
    #expect(try lake.origin.requests().count == asked, "it asked for more after the signal")
    disk.empty()
    // What was under way when its end could not be written is looked up: at most asked for again.
    try expectAllIsWell(lake, repeats: 8)
  }

  @Test(.mounts)
  func `full disk: no state can be made, and 74 says so`() throws {
    let lake = try DemoLake()
    let disk = try SmallDisk.mount(at: lake.folder.path("state"), kilobytes: 256)
    try disk.fill()
    for command in [["reconcile"], ["run", "--once"], ["run"]] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 74, "\(command): \(outcome)")
      #expect(outcome.errors.contains("no room on the disk"), "\(outcome)")
    }
    #expect(try lake.origin.requests() == [])
    disk.empty()
    try disk.remount("size=16m")
    try expectAllIsWell(lake)
  }

  // MARK: A disk that fails

  /// strace(1) answers for the disk; `count` is how often the disk failed.
  private func failing(
    _ lake: DemoLake, _ when: String, _ arguments: [String]
  ) throws -> (end: Outcome, count: Int) {
    let log = lake.folder.path("strace.log")
    let inject = [
      "-f", "-o", log, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=\(when)",
    ]
    let end = try RunningProgram(
      Machine.strace, inject + [Program.adce.path] + lake.options + arguments
    ).end(within: 60)
    let lines = String(decoding: try Files.bytes(log), as: UTF8.self).split(separator: "\n")
    return (end, lines.count { $0.contains("(INJECTED)") })
  }

  @Test(.enabled(if: Machine.canMakeCallsFail, "needs strace, and leave to trace"))
  func `failing disk: after six commits of unknown outcome in a row it is left to others`()
    throws
  {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let run = try failing(lake, "1+", ["reconcile"])
    #expect(run.end.code == 74, "\(run.end)")
    #expect(run.end.errors.contains("it is unknown whether"), "\(run.end)")
    // Five recoveries; the sixth failure ends it.
    #expect(run.count == 6)
    #expect(try lake.adce("state", "verify").code == 0)
    try expectAllIsWell(lake)
  }

  @Test(.enabled(if: Machine.canMakeCallsFail, "needs strace, and leave to trace"))
  func `failing disk: two failures are recovered from without a word from anybody`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let run = try failing(lake, "2..3", ["run", "--once", "--wait", "5"])
    #expect(run.end.code == 0, "\(run.end)")
    #expect(run.count == 2)
    try expectAllIsWell(lake)
  }

  // MARK: Read-only

  @Test(.mounts)
  func `read-only state directory: 77 names it, and it works once it can be written`() throws {
    let lake = try DemoLake()
    let disk = try SmallDisk.mount(at: lake.folder.path("state"), kilobytes: 16_384)
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    try disk.remount("ro")
    for command in [["run", "--once"], ["run"], ["reconcile"], ["pause"]] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 77, "\(command): \(outcome)")
      #expect(outcome.errors.contains(disk.path), "\(outcome)")
    }
    #expect(try lake.origin.requests() == [])
    // Reading needs no writing.
    #expect(try lake.adce("gaps", "--output", "json").jsonLines().count == lake.holes.count)
    #expect(try lake.adce("status").code == 3)
    try disk.remount("rw")
    try expectAllIsWell(lake)
  }

  @Test(.mounts)
  func `read-only at run time: the supervisor goes on trying, and it works when that is over`()
    throws
  {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start("--restart-delay-max", "50", "--stable-after", "1")
    let supervisor = try #require(daemon.record?.pid)
    let mask = try ReadOnlyMask.put(over: daemon.state)
    kill(try #require(daemon.record?.child), SIGKILL)
    var children: Set<Int32> = []
    let goesOn = wait(20) {
      children.formUnion(Processes.children(of: supervisor))
      return children.count > 8
    }
    #expect(goesOn, "\(children.count) children")
    try mask.lift()
    let answers = try wait(20) { try daemon.adce("pause").code == 0 }
    #expect(answers, "\(daemon.log)")
    #expect(daemon.record?.pid == supervisor)
    #expect(daemon.record?.logFailure == nil)
    #expect(try daemon.adce("stop").code == 0)
    #expect(daemon.isGone)
  }

  // MARK: Second daemon

  @Test func `second daemon: 75 tells who holds the state, and it may when that has ended`() throws
  {
    let lake = try DemoLake(latencyMilliseconds: 300)
    let first = try lake.start("run")
    let hasBegun = try wait(20) { try !lake.origin.requests().isEmpty }
    try #require(hasBegun, "\(first.errorsSoFar)")
    let second = try lake.adce("run")
    #expect(second.code == 75, "\(second)")
    #expect(second.errors.contains("process \(first.pid) holds the state since 20"), "\(second)")
    #expect(!first.hasEnded)
    // However the first one ends.
    first.send(SIGKILL)
    _ = try first.end()
    try expectAllIsWell(lake, repeats: 8)
  }

  // MARK: Damage

  @Test func `corrupt record: 65 and the state untouched, and the file of before makes it good`()
    throws
  {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let path = lake.folder.path("state/data.mdb")
    let sound = Data(try Files.bytes(path))
    var damaged = sound
    // Pages that are free by now hold older copies: a byte is changed in each.
    let text = Data("origin_box_score".utf8)
    while let place = damaged.range(of: text) { damaged[place.lowerBound + 2] ^= 1 }
    try damaged.write(to: URL(fileURLWithPath: path))
    let run = try lake.adce("run")
    #expect(run.code == 65, "\(run)")
    #expect(run.errors.contains("adce state verify"), "\(run)")
    #expect(run.errors.contains("restore a backup"), "\(run)")
    #expect(Data(try Files.bytes(path)) == damaged)
    #expect(try lake.origin.requests() == [])
    try sound.write(to: URL(fileURLWithPath: path))
    try expectAllIsWell(lake)
  }

  @Test func `truncated database: 65, and a state that is moved away is made anew from a scan`()
    throws
  {
    let lake = try DemoLake()
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let path = lake.folder.path("state/data.mdb")
    let bytes = Data(try Files.bytes(path))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
    let run = try lake.adce("run")
    #expect(run.code == 65, "\(run)")
    #expect(run.errors.contains("truncated: \(bytes.count / 2) bytes"), "\(run)")
    #expect(run.errors.contains("move the directory away"), "\(run)")
    try FileManager.default.moveItem(
      atPath: lake.folder.path("state"), toPath: lake.folder.path("state.damaged"))
    try expectAllIsWell(lake)
  }

  // MARK: Yesterday's backup

  @Test func `yesterday's backup restored: what was filled since is found, not fetched`() throws {
    let lake = try DemoLake(latencyMilliseconds: 50)
    // The backup is of a process that was killed in the midst of its work.
    let run = try lake.start("run", "--once")
    let hasBegun = try wait(20) { try lake.origin.requests().count >= 20 }
    try #require(hasBegun, "\(run.errorsSoFar)")
    run.send(SIGKILL)
    _ = try run.end()
    let state = lake.folder.path("state")
    let backup = lake.folder.path("backup")
    #expect(try RunningProgram("/bin/cp", ["-a", state, backup]).end().code == 0)
    try expectAllIsWell(lake, repeats: 8)
    let asked = try lake.origin.requests().count

    try FileManager.default.removeItem(atPath: state)
    try FileManager.default.moveItem(atPath: backup, toPath: state)
    let tasks = try lake.adce("tasks", "--output", "json").jsonLines()
    #expect(!tasks.isEmpty)
    try expectAllIsWell(lake, repeats: 8)
    #expect(try lake.origin.requests().count == asked)
    #expect(try lake.adce("tasks", "--output", "json").jsonLines() == [])
  }

  // MARK: Another lake's state

  @Test func `another lake's state: 78 names both, and nothing is made of the mixture`() throws {
    let lake = try DemoLake()
    let other = try DemoLake()
    #expect(try lake.adce("reconcile", "--quiet").code == 0)
    let path = lake.folder.path("state/data.mdb")
    let before = try Files.bytes(path)
    for command in [
      ["run"], ["run", "--once"], ["reconcile"], ["reconcile", "--dry-run"],
      ["scrapers", "run", "standings"],
    ] {
      let outcome = try Program.adce.run(
        lake.options + command + ["--lake", "file://" + other.folder.path("lake")])
      #expect(outcome.code == 78, "\(command): \(outcome)")
      #expect(outcome.errors.contains("file://" + lake.folder.path("lake")), "\(outcome)")
      #expect(outcome.errors.contains("file://" + other.folder.path("lake")), "\(outcome)")
      #expect(outcome.errors.contains("--accept-lake"))
      #expect(try Files.bytes(path) == before)
    }
    #expect(try lake.origin.requests() == [])
    // One lake has many spellings.
    let spelled = try lake.adce(
      "reconcile", "--lake", "file://" + lake.folder.path("config/../lake//"), "--quiet")
    #expect(spelled.code == 0, "\(spelled)")
    try expectAllIsWell(lake)
  }

  @Test func `a lake that has moved is the same one when an operator says so, once`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let asked = try lake.origin.requests().count
    let (old, new) = (lake.folder.path("lake"), lake.folder.path("moved"))
    try FileManager.default.moveItem(atPath: old, toPath: new)
    func reconcile(_ path: String, _ more: String...) throws -> Outcome {
      try Program.adce.run(
        lake.options + ["reconcile", "--fail-on-gaps", "--lake", "file://" + path] + more)
    }
    #expect(try reconcile(new).code == 78)
    let accepted = try reconcile(new, "--accept-lake")
    #expect(accepted.code == 0, "\(accepted)")
    #expect(try reconcile(new).code == 0)
    #expect(try lake.origin.requests().count == asked)
    // From now on the old name is the other lake.
    try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
    #expect(try reconcile(old).code == 78)
    let told = try lake.adce("audit", "--action", "accept_lake", "--output", "json").jsonLines()
    #expect(told.compactMap { $0["outcome"].text } == ["asked", "ok"])
    #expect(told[0]["what"]["from"].text == "file://" + old)
    #expect(told[0]["what"]["to"].text == "file://" + new)
  }

  @Test func `a state that has seen no lake yet is nobody's`() throws {
    let lake = try DemoLake()
    let typo = try lake.adce("reconcile", "--lake", "file://" + lake.folder.path("lkae"))
    #expect(typo.code == 74, "\(typo)")
    try expectAllIsWell(lake)
  }
}
