import ADCEIO
import Foundation
import Testing

@Suite(.waitsForProcesses) struct DaemonLifeTests {
  @Test func `it starts once, fills the lake in the background, and stops`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    #expect(try daemon.adce("stop").code == 3)
    let pid = try daemon.start()
    #expect(Store.writer(of: daemon.state)?.pid == Int32(pid))
    #expect(daemon.record?.child == Int32(pid))
    let second = try daemon.adce("start")
    #expect(second.code == 75, "\(second)")
    #expect(second.errors.contains("running already (process \(pid))"))
    #expect(try daemon.adce("status").code == 0)
    let isFilled = wait(25) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    #expect(isFilled, "\(daemon.log)")
    #expect(try lake.faults() == [])

    #expect(try daemon.adce("stop").code == 0)
    #expect(daemon.isGone)
    #expect(try daemon.adce("status").code == 3)
    #expect(!Files.exist(daemon.state + "/control.sock"))
    #expect(try daemon.adce("state", "verify").code == 0)
  }

  @Test
  func `its log may vanish: it is made again, or done without, and nothing else is inherited`()
    throws
  {
    let lake = try DemoLake()
    let secret = lake.folder.path("secret")
    try lake.folder.write("x", to: "secret")
    // A descriptor of the caller's that is passed on, as a shell's is.
    let held = open(secret, O_RDONLY)
    defer { close(held) }
    let daemon = BackgroundDaemon(lake)
    let pid = try daemon.start("--restart-delay-max", "100")
    let supervisor = try #require(daemon.record?.pid)
    for process in [supervisor, Int32(pid)] {
      #expect(!Processes.descriptors(of: process).values.contains(secret))
    }
    func dies() throws -> Bool {
      let child = try #require(daemon.record?.child)
      kill(child, SIGKILL)
      return wait(20) { daemon.record.map { $0.child != nil && $0.child != child } ?? false }
    }
    let logs = daemon.state + "/log"
    try FileManager.default.removeItem(atPath: logs)
    #expect(try dies())
    #expect(daemon.record?.logFailure == nil)
    #expect(Files.exist(logs + "/adce.log"))
    // A file where the folder should be.
    try FileManager.default.removeItem(atPath: logs)
    try lake.folder.write("", to: "state/log")
    #expect(try dies())
    #expect(daemon.record?.logFailure?.contains(logs) == true)
    try FileManager.default.removeItem(atPath: logs)
    let answers = try wait(20) { try daemon.adce("pause").code == 0 }
    #expect(answers)
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `disabled: start says so in JSON, and restart stops nothing`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    let pid = try daemon.start()
    let file = "config/autonomous_config.yaml"
    let text = "\n" + (try lake.folder.text(of: file))
    try lake.folder.write(text.replacing("\nenabled: true", with: "\nenabled: false"), to: file)
    let restart = try daemon.adce("restart", "--output", "json")
    #expect(restart.code == 78, "\(restart)")
    #expect(Store.writer(of: daemon.state)?.pid == Int32(pid))
    #expect(try daemon.adce("stop").code == 0)
    let start = try daemon.adce("start", "--output", "json")
    #expect(start.code == 0, "\(start)")
    #expect(try start.json()["running"].bool == false)
  }

  @Test(.enabled(if: Machine.isRoot && Machine.hasSetpriv, "needs root and setpriv"))
  func `another user is told 77, not that nothing runs`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    chmod(lake.folder.path, 0o755)
    for command in ["stop", "reload"] {
      let outcome = try RunningProgram(
        Machine.setpriv,
        ["--reuid=65534", "--regid=65534", "--clear-groups", Program.adce.path]
          + daemon.options + [command]
      ).end()
      #expect(outcome.code == 77, "\(command): \(outcome)")
    }
    #expect(!daemon.isGone)
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `restart is another process that goes on`() throws {
    let daemon = BackgroundDaemon(try DemoLake())
    let first = try daemon.start()
    let outcome = try daemon.adce("restart", "--output", "json")
    #expect(outcome.code == 0, "\(outcome)")
    let second = try #require(outcome.json()["pid"].integer)
    #expect(second != first)
    #expect(Store.writer(of: daemon.state)?.pid == Int32(second))
    #expect(try daemon.adce("stop").code == 0)
    // Where nothing runs, restart starts.
    #expect(try daemon.adce("restart").code == 0)
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `a child that dies is started again, and counted`() throws {
    let daemon = BackgroundDaemon(try DemoLake())
    var pid = Int32(try daemon.start("--restart-delay-max", "100"))
    for count in 1...3 {
      kill(pid, SIGKILL)
      let isBack = wait(10) {
        daemon.record.map { $0.restarts == count && $0.child != nil && $0.child != pid } ?? false
      }
      try #require(isBack, "\(daemon.log)")
      pid = try #require(daemon.record?.child)
      #expect(daemon.record?.lastExit == .signal(SIGKILL))
    }
    let answers = try wait(10) { try daemon.adce("pause").code == 0 }
    #expect(answers)
    #expect(daemon.log.contains("adce has died (signal 9): start 4 in 100 ms"))
    #expect(try daemon.adce("stop").code == 0)
    #expect(daemon.isGone)
  }

  @Test func `without its supervisor the child drains and lets the state go`() throws {
    let lake = try DemoLake(latencyMilliseconds: 500)
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let hasBegun = try wait(20) { try lake.origin.requests().count >= 4 }
    try #require(hasBegun)
    let supervisor = try #require(daemon.record?.pid)
    kill(supervisor, SIGKILL)
    #expect(wait(10) { daemon.isGone }, "\(daemon.log)")
    // What was in flight came to its end.
    for request in try lake.origin.requests() {
      let object = try #require(lake.objects.first { $0.target == request.target })
      #expect(Files.exist(lake.path(of: object)), "\(request.target)")
    }
    // Its files are there, and nobody believes them.
    #expect(Files.exist(daemon.state + "/adce.pid"))
    #expect(daemon.record == nil)
    #expect(try daemon.adce("stop").code == 3)
    try daemon.start()
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `a configuration with errors is refused before anything runs`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml" ? text + "\nmax_retries: [\n" : text
    }
    let daemon = BackgroundDaemon(lake)
    let outcome = try daemon.adce("start")
    #expect(outcome.code == 78)
    #expect(outcome.errors.contains("autonomous_config.yaml:"))
    #expect(daemon.isGone)
    #expect(!Files.exist(daemon.state))
  }

  @Test func `what keeps it from starting is said, with its exit code, and not tried for ever`()
    throws
  {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let daemon = BackgroundDaemon(lake)
    let data = daemon.state + "/data.mdb"
    try Data(try Files.bytes(data).prefix(5000)).write(to: URL(fileURLWithPath: data))
    let outcome = try daemon.adce("start")
    #expect(outcome.code == 65, "\(outcome)")
    #expect(outcome.errors.contains("truncated"), "\(outcome)")
    #expect(wait(5) { daemon.isGone })
  }

  @Test func `a daemon in the foreground is stopped as well`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    let run = try lake.start("run")
    #expect(wait(20) { Files.exist(daemon.state + "/control.sock") })
    #expect(try daemon.adce("stop").code == 0)
    #expect(try run.end(within: 10).code == 0)
    #expect(daemon.isGone)
  }

  @Test func `what does not drain is killed after thirty seconds, and loses nothing`() throws {
    let lake = try DemoLake()
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    #expect(wait(25) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }, "\(daemon.log)")
    // The loop reads the catalogs itself, and waits for whoever may write to a pipe.
    let games = lake.folder.path("catalogs/games.csv")
    let text = try lake.folder.text(of: "catalogs/games.csv")
    try FileManager.default.removeItem(atPath: games)
    try #require(mkfifo(games, 0o600) == 0)
    let asker = try lake.start("reconcile")
    usleep(1_000_000)
    let began = Date()
    #expect(try daemon.adce("stop", within: 60).code == 0)
    #expect(Date().timeIntervalSince(began) > 25)
    #expect(daemon.isGone)
    asker.send(SIGKILL)
    try FileManager.default.removeItem(atPath: games)
    try lake.folder.write(text, to: "catalogs/games.csv")
    #expect(try daemon.adce("state", "verify").code == 0)
    #expect(try daemon.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test func `what a scraper started is gone too when it does not drain`() throws {
    let project = try CommandProject(
      """
      sleep 300 &
      echo $! > "$PWD/child"
      wait
      """, timeout: 600)
    let daemon = BackgroundDaemon(
      options: project.options, state: project.folder.path("state"))
    try daemon.start()
    let place = project.folder.path("child")
    try #require(wait(20) { Files.exist(place) }, "\(daemon.log)")
    usleep(200_000)
    let child = try #require(
      pid_t(project.folder.text(of: "child").trimmingCharacters(in: .whitespacesAndNewlines)))
    // Gone, or dead and not yet collected by whoever is its parent now.
    func isAlive() -> Bool {
      let status = (try? Files.bytes("/proc/\(child)/stat")) ?? []
      return !status.isEmpty && !String(decoding: status, as: UTF8.self).contains(") Z ")
    }
    #expect(isAlive())
    #expect(try daemon.adce("stop", within: 60).code == 0)
    #expect(daemon.isGone)
    #expect(!isAlive())
  }

  @Test func `its log is where the configuration says`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text.replacing(
          "logging: {level: INFO", with: "logging: {file: logs/lake.log, level: INFO")
        : text
    }
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    let isLogged = wait(20) {
      (try? lake.folder.text(of: "logs/lake.log").contains("info cycle 1: ")) ?? false
    }
    #expect(isLogged)
    #expect(try daemon.adce("stop").code == 0)
    let shown = try daemon.adce("logs")
    #expect(shown.output.contains("supervisor: watches over"), "\(shown)")
    #expect(shown.output.contains("info cycle 1: "), "\(shown)")
    #expect(try daemon.adce("logs").output == lake.folder.text(of: "logs/lake.log"))
    #expect(daemon.log == "")
  }

  @Test func `its log is shown from the end, and followed over a rotation`() throws {
    let folder = try TemporaryFolder()
    // Without a configuration the log is where the daemon's own is.
    let options = [
      "--config-dir", folder.path("none"), "--state-dir", folder.path("state"), "logs",
    ]
    #expect(try Program.adce.run(options).code == 1)
    try folder.write((1...10).map { "old \($0)\n" }.joined(), to: "state/log/adce.log.1")
    try folder.write((1...5).map { "new \($0)\n" }.joined(), to: "state/log/adce.log")
    #expect(try Program.adce.run(options + ["--tail", "2"]).lines == ["new 4", "new 5"])
    let more = try Program.adce.run(options + ["--tail", "7"])
    #expect(more.lines == ["old 9", "old 10"] + (1...5).map { "new \($0)" })
    #expect(try Program.adce.run(options + ["--tail", "0"]).output == "")
    #expect(try Program.adce.run(options).lines.count == 15)

    let follower = try Program.adce.start(options + ["--tail", "1", "--follow"])
    #expect(wait(10) { follower.outputSoFar == "new 5\n" })
    let log = folder.path("state/log/adce.log")
    let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    try writer.seekToEnd()
    try writer.write(contentsOf: Data("new 6\n".utf8))
    #expect(wait(10) { follower.outputSoFar == "new 5\nnew 6\n" })
    rename(log, folder.path("state/log/adce.log.1"))
    // Whoever has it open still writes to the old one for a moment.
    try writer.write(contentsOf: Data("new 7\n".utf8))
    try folder.write("newest 1\n", to: "state/log/adce.log")
    let all = "new 5\nnew 6\nnew 7\nnewest 1\n"
    #expect(wait(10) { follower.outputSoFar == all }, "\(follower.outputSoFar)")
    follower.send(SIGINT)
    #expect(try follower.end().code == 128 + SIGINT)
  }
}
