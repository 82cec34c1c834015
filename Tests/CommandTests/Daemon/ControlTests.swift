import ADCEIO
import Foundation
import Testing

/// What operators ask of a daemon that holds the state.
@Suite(.waitsForProcesses) struct ControlTests {
  @Test func `reconcile beside a daemon waits for the cycle and prints the same`() throws {
    // Nothing runs, so that nothing changes between the two.
    let lake = try DemoLake()
    let alone = try lake.adce("reconcile", "--output", "json").json()
    #expect(try lake.adce("pause").code == 0)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let outcome = try daemon.adce("reconcile", "--output", "json")
    #expect(outcome.code == 0, "\(outcome)")
    let beside = try outcome.json()
    #expect(Set(beside.map.keys) == Set(alone.map.keys))
    for field in ["expected", "present", "missing", "stale", "undersized", "by_source"] {
      #expect(beside[field] == alone[field], "\(field)")
    }
    #expect(try #require(beside["cycle"].integer) > #require(alone["cycle"].integer))
    #expect(beside["tasks"]["open"] == alone["tasks"]["open"])
    #expect(try daemon.adce("reconcile", "--fail-on-gaps").code == 1)
    #expect(try daemon.adce("reconcile").output.contains("tasks open"))
    // A clock of the caller's own is for a comparison of the caller's own.
    #expect(try daemon.adce("reconcile", "--now", "2025-03-01T00:00:00Z").code == 64)
    let dry = try daemon.adce("reconcile", "--dry-run", "--now", "2025-03-01T00:00:00Z")
    #expect(dry.code == 0, "\(dry)")
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `pause and resume hold with a daemon and without, and over a restart`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    #expect(try lake.adce("pause").code == 0)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    #expect(try daemon.adce("reconcile").code == 0)
    #expect(try lake.origin.requests() == [])
    #expect(try daemon.adce("pause", "nobody").code == 1)
    // Source by source: what one has not is not asked of it.
    #expect(try daemon.adce("pause", "origin").code == 0)
    #expect(try daemon.adce("resume").code == 0)
    let made = lake.holes.filter { $0.target == nil }
    #expect(wait(20) { made.allSatisfy { Files.exist(lake.path(of: $0)) } }, "\(daemon.log)")
    #expect(try lake.origin.requests() == [])
    #expect(try daemon.adce("restart").code == 0)
    #expect(try daemon.adce("reconcile").code == 0)
    #expect(try lake.origin.requests() == [])
    #expect(try daemon.adce("resume", "origin").code == 0)
    #expect(wait(25) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }, "\(daemon.log)")
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `tasks are cancelled and keys waived through the daemon`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    #expect(try lake.adce("pause").code == 0)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let tasks = try daemon.adce("tasks", "--output", "json").jsonLines()
    let id = try #require(tasks.first?["id"].text)
    let cancelled = try daemon.adce("tasks", "cancel", id, "--output", "json")
    #expect(try cancelled.json()["accepted"] == .integer(1))
    #expect(try daemon.adce("tasks", "cancel", id).code == 1)
    #expect(try daemon.adce("tasks", "retry", id).code == 1)
    #expect(try daemon.adce("gaps", "waive", lake.holes[0].key, "--reason", "lost").code == 0)
    let unknown = try daemon.adce("gaps", "waive", "no/such/key", "--reason", "lost")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("no/such/key"))
    let gaps = try daemon.adce("gaps", "--output", "json").jsonLines()
    #expect(gaps.first { $0["key"].text == lake.holes[0].key }?["waived"] == .bool(true))
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `reload takes a good configuration and keeps the old one beside a bad one`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reload").code == 3)
    #expect(try lake.adce("reconcile").code == 0)
    #expect(try lake.adce("pause").code == 0)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    func expected() throws -> Int? {
      try daemon.adce("reconcile", "--output", "json").json()["expected"].integer
    }
    #expect(try expected() == 400)
    let file = "inventory/data_inventory.yaml"
    let old = try lake.folder.text(of: file)
    try lake.folder.write(old + "\nexpected_coverage: {}\n", to: file)
    let refused = try daemon.adce("reload")
    #expect(refused.code == 78)
    #expect(refused.errors.contains("data_inventory.yaml:"))
    #expect(refused.errors.contains("the old one stays"))
    #expect(try expected() == 400)
    // By a signal as well: said in the log, and nothing else happens.
    let pid = try #require(Store.writer(of: daemon.state)?.pid)
    kill(pid, SIGHUP)
    #expect(wait(10) { daemon.log.contains("the old one stays") })
    #expect(try expected() == 400)

    try lake.folder.write(old.replacing("MIA, NYK, PHI, SAS]", with: "MIA]"), to: file)
    #expect(try daemon.adce("reload", "--output", "json").json()["reloaded"] == .bool(true))
    #expect(try expected() == 394)
    try lake.folder.write(old, to: file)
    kill(pid, SIGHUP)
    #expect(try wait(10) { try expected() == 400 }, "\(daemon.log)")
    #expect(Store.writer(of: daemon.state)?.pid == pid)
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `another lake is refused by a reload`() throws {
    let lake = try DemoLake { file, text in
      file == "config/reconciliation_config.yaml" ? text + "\nlake: file:///nowhere\n" : text
    }
    let edited = "config/reconciliation_config.yaml"
    let text = try lake.folder.text(of: edited)
    let here = "lake: file://" + lake.folder.path("lake")
    try lake.folder.write(text.replacing("lake: file:///nowhere", with: here), to: edited)
    let options = [
      "--config-dir", lake.folder.path("config"), "--state-dir", lake.folder.path("state"),
    ]
    let daemon = BackgroundDaemon(options: options, state: lake.folder.path("state"))
    try daemon.start()
    try lake.folder.write(text, to: edited)
    let outcome = try daemon.adce("reload")
    #expect(outcome.code == 78)
    #expect(outcome.errors.contains("the lake cannot change while adce runs"))
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `the socket is the owner's alone, and takes nothing but commands`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let path = daemon.state + "/control.sock"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    func ask(_ text: String) throws -> JSON? {
      try controlExchange(daemon.state, Array((text + "\n").utf8))
    }
    #expect(try ask("{\"version\":1,\"command\":\"ping\"}")?["exit"] == .integer(0))
    #expect(try ask("hello")?["exit"] == .integer(65))
    #expect(try ask("{}")?["exit"] == .integer(65))
    #expect(try ask("{\"version\":2,\"command\":\"ping\"}")?["exit"] == .integer(65))
    #expect(try ask("{\"version\":1,\"command\":\"fly\"}")?["exit"] == .integer(65))
    #expect(
      try ask("{\"version\":1,\"command\":\"retry\",\"tasks\":[-1]}")?["exit"] == .integer(65))
    let tooLong = [UInt8](repeating: UInt8(ascii: "x"), count: 2 << 20)
    let answer = try controlExchange(daemon.state, tooLong)
    #expect(answer == nil || answer?["exit"] == .integer(65))
    // Those who say nothing are sixteen at most, and not for long; the next one is told.
    let silent = try (0..<16).map { _ in try controlConnection(daemon.state) }
    let turnedAway = try wait(4) {
      try ask("{\"version\":1,\"command\":\"ping\"}")?["exit"] == .integer(75)
    }
    #expect(turnedAway)
    let isFree = try wait(10) {
      try ask("{\"version\":1,\"command\":\"ping\"}")?["exit"] == .integer(0)
    }
    #expect(isFree)
    for descriptor in silent { close(descriptor) }
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test(.enabled(if: Machine.isRoot && Machine.hasPython, "needs root and /usr/bin/python3"))
  func `another user is turned away, even where the files would let him in`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let socket = daemon.state + "/control.sock"
    chmod(daemon.state, 0o755)
    chmod(socket, 0o666)
    let script = """
      import os, socket, sys
      os.chdir(sys.argv[1])
      os.setgid(65534)
      os.setuid(65534)
      line = socket.socket(socket.AF_UNIX)
      line.connect("control.sock")
      try:
          line.sendall(b'{"version":1,"command":"pause"}\\n')
      except BrokenPipeError:
          pass  # It has answered already, and hung up.
      print(line.recv(4096).decode())
      """
    let answer = try RunningProgram(Machine.python, ["-c", script, daemon.state]).end()
    #expect(answer.code == 0, "\(answer)")
    #expect(try answer.json()["exit"].integer == 77)
    #expect(answer.output.contains("belongs to another user than 65534"))
    #expect(try daemon.adce("stop").code == 0)
    #expect(try !daemon.adce("audit").output.contains("pause"))
  }

  @Test func `a socket that a dead process left is replaced, and a long path is no obstacle`()
    throws
  {
    let lake = try DemoLake()
    let name = String(repeating: "deep/", count: 30) + "state"
    let options = [
      "--config-dir", lake.folder.path("config"), "--state-dir", lake.folder.path(name), "--lake",
      "file://" + lake.folder.path("lake"),
    ]
    let daemon = BackgroundDaemon(options: options, state: lake.folder.path(name))
    let pid = pid_t(try daemon.start("--restart-delay-max", "50"))
    #expect(try daemon.adce("pause").code == 0)
    kill(pid, SIGKILL)
    #expect(wait(10) { daemon.record?.child.map { $0 != pid } ?? false })
    // The next process may still be on its way to its socket.
    #expect(try wait(10) { try daemon.adce("resume").code == 0 })
    #expect(try daemon.adce("stop").code == 0)
  }
}
