import Foundation
import Testing

/// What goes wrong has a message, an exit code, and changes nothing.
@Suite(.waitsForProcesses) struct ExitCodeTests {
  @Test func `a second process is told who holds the state`() throws {
    let lake = try DemoLake(latencyMilliseconds: 500)
    let first = try lake.start("run")
    let hasBegun = try wait(20) { try !lake.origin.requests().isEmpty }
    try #require(hasBegun, "\(first.errorsSoFar)")
    for command in [["run", "--once"], ["run"]] {
      let second = try Program.adce.run(lake.options + command)
      #expect(second.code == 75, "\(command): \(second)")
      #expect(second.errors.contains("process \(first.pid) "), "\(second)")
    }
    // Who only reads is not turned away.
    #expect(try lake.adce("coverage").code == 0)
    #expect(try lake.adce("gaps").code == 0)
    #expect(try lake.adce("state", "verify").code == 0)
    first.send(SIGTERM)
    #expect(try first.end(within: 10).code == 0)
  }

  @Test func `a damaged record is refused by every command, and nothing is changed`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let path = lake.folder.path("state/data.mdb")
    var bytes = Data(try Files.bytes(path))
    // Pages that are free by now hold older copies: a byte is changed in each.
    let text = Data("origin_box_score".utf8)
    try #require(bytes.range(of: text) != nil)
    while let place = bytes.range(of: text) { bytes[place.lowerBound + 2] ^= 1 }
    try bytes.write(to: URL(fileURLWithPath: path))
    for command in [
      ["reconcile"], ["run", "--once"], ["status"], ["gaps"], ["coverage"], ["tasks"],
      ["tasks", "cancel", "1"], ["state", "verify"],
    ] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 65, "\(command): \(outcome)")
      #expect(outcome.errors.contains("adce: "))
      #expect(outcome.errors.contains("restore a backup"), "\(command): \(outcome.errors)")
      #expect(Data(try Files.bytes(path)) == bytes, "\(command) changed it")
    }
    #expect(try lake.origin.requests() == [])
  }

  @Test func `a database that was cut off is refused, and nothing is changed`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let path = lake.folder.path("state/data.mdb")
    let bytes = Data(try Files.bytes(path))
    for length in [0, 5000, bytes.count / 2] {
      try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
      for command in [["reconcile"], ["status"], ["state", "verify"], ["state", "export"]] {
        let outcome = try Program.adce.run(lake.options + command)
        #expect(outcome.code == 65, "\(length) \(command): \(outcome)")
        #expect(outcome.errors.contains("truncated"), "\(outcome.errors)")
      }
      #expect(try Files.bytes(path).count == length)
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try lake.adce("state", "verify").code == 0)
  }

  @Test(.enabled(if: Machine.nobodyRunsCopies, "needs somebody who is not root, and may run adce"))
  func `a state that this user cannot write is refused with 77`() throws {
    let lake = try DemoLake()
    let state = lake.folder.path("state")
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    chmod(state, 0o555)
    defer { chmod(state, 0o755) }
    let outcome: Outcome
    if !Machine.isRoot {
      outcome = try lake.adce("reconcile")
    } else {
      // Root is not bound by modes: then nobody tries, with a copy that nobody may run.
      let setpriv = Machine.setpriv
      let copy = lake.folder.path("adce-copy")
      try FileManager.default.copyItem(atPath: Program.adce.path, toPath: copy)
      chmod(copy, 0o755)
      chmod(lake.folder.path, 0o755)
      let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", copy]
      var probe = try RunningProgram(setpriv, nobody + ["--version"]).end()
      // A process that another test started meanwhile may hold the copy open for writing, a moment.
      _ = try wait(5) {
        guard probe.errors.contains("busy") else { return true }
        probe = try RunningProgram(setpriv, nobody + ["--version"]).end()
        return false
      }
      try #require(probe.code == 0, "\(probe)")
      outcome = try RunningProgram(setpriv, nobody + lake.options + ["reconcile"]).end()
    }
    #expect(outcome.code == 77, "\(outcome)")
    #expect(outcome.errors.contains(state))
    #expect(Files.below(state) == [])
  }

  @Test func `a state that others can write is refused with 77`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    chmod(lake.folder.path("state"), 0o777)
    let outcome = try lake.adce("run", "--once")
    #expect(outcome.code == 77, "\(outcome)")
    #expect(outcome.errors.contains("chmod"))
    #expect(try lake.origin.requests() == [])
  }

  @Test func `a state that cannot be made is 73`() throws {
    let lake = try DemoLake()
    try lake.folder.write("", to: "file")
    let outcome = try lake.adce("reconcile", "--state-dir", lake.folder.path("file/state"))
    #expect(outcome.code == 73, "\(outcome)")
    #expect(outcome.errors.contains("--state-dir"))
  }

  @Test(arguments: [["reconcile"], ["run", "--once"], ["reconcile", "--dry-run"]])
  func `a lake that is no directory is 74, at once`(_ command: [String]) throws {
    let lake = try DemoLake()
    let file = lake.folder.path("catalogs/games.csv")
    for path in [file, lake.folder.path("nowhere")] {
      let began = Date()
      let outcome = try Program.adce.run(
        lake.options + command + ["--lake", "file://" + path])
      #expect(outcome.code == 74, "\(outcome)")
      #expect(outcome.errors.contains(path))
      #expect(Date().timeIntervalSince(began) < 10, "it tried again and again")
      #expect(outcome.errors.split(separator: "\n").count == 1, "said once: \(outcome.errors)")
    }
    #expect(try lake.origin.requests() == [])
  }

  @Test func `without configuration the file that is missing is named`() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.adce.run(["reconcile"], in: folder.path)
    #expect(outcome.code == 78)
    #expect(outcome.errors.contains("data_inventory.yaml"))
    #expect(Files.below(folder.path) == [])
    let status = try Program.adce.run(["status"], in: folder.path)
    #expect(status.code == 78)
    #expect(outcome.errors.contains("`adce init DIR`"))
    #expect(outcome.errors.contains(folder.path + "/inventory/data_inventory.yaml"))
  }

  @Test func `a folder or file that was named has to be there`() throws {
    let folder = try TemporaryFolder()
    #expect(try Program.adce.run(["init", "p"], in: folder.path).code == 0)
    let project = folder.path("p")
    let check = ["config", "check"]
    #expect(try Program.adce.run(check, in: project).code == 0)
    for command in [check, ["reconcile"], ["start"]] {
      let option = try Program.adce.run(["--config-dir", "nope"] + command, in: project)
      #expect(option.code == 78, "\(command): \(option)")
      #expect((option.output + option.errors).contains("there is no folder nope"))
    }
    let variable = try Program.adce.run(
      check, in: project, environment: ["ADCE_CONFIG_DIR": "nope"])
    #expect(variable.code == 78, "\(variable)")
    let file = try Program.adce.run(check + ["--inventory", "nope.yaml"], in: project)
    #expect(file.code == 78)
    #expect(file.output.hasPrefix("nope.yaml: error: there is no such file"), "\(file)")
  }

  @Test func `all errors of the configuration are told at once with their places`() throws {
    let lake = try DemoLake { file, text in
      switch file {
      case "config/autonomous_config.yaml":
        text.replacing("min_tasks_to_trigger: 1", with: "min_tasks_to_trigger: many")
      case "config/scraper_config.yaml": text.replacing("timeout: 30", with: "timeout: -1")
      default: text
      }
    }
    for command in [
      ["reconcile"], ["run", "--once"], ["config", "check"], ["gaps"], ["status"],
      ["config", "show"],
    ] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 78, "\(command): \(outcome)")
      let said = outcome.output + outcome.errors
      #expect(said.contains(/autonomous_config.yaml:6:\d+: error:/), "\(command): \(said)")
      #expect(said.contains(/scraper_config.yaml:4\d:\d+: error:/), "\(command): \(said)")
    }
    let json = try lake.adce("config", "check", "--output", "json")
    #expect(json.code == 78)
    _ = try json.json()
    #expect(!Files.exist(lake.folder.path("state")))
  }

  @Test func `no lake named is a matter of configuration`() throws {
    let lake = try DemoLake()
    let outcome = try Program.adce.run(Array(lake.options.prefix(4)) + ["reconcile"])
    #expect(outcome.code == 78)
    #expect(outcome.errors.contains("--lake"))
  }

  @Test(arguments: [
    ["bogus"], ["run", "--wait", "x"], ["run", "--once", "--wait=-1"],
    ["run", "--wait", "5"], ["run", "--fail-on-gaps"], ["reconcile", "--now", "today"],
    ["gaps", "--priority", "urgent"], ["tasks", "--state", "nope"], ["tasks", "show"],
    ["tasks", "retry", "one"], ["gaps", "waive", "key"], ["coverage", "--by", "moon"],
    ["--output", "xml", "gaps"], ["gaps", "--limit", "-3"], ["tasks", "--limit=-3"],
    ["tasks", "retry"], ["tasks", "cancel"], ["gaps", "waive", "--reason", "x"],
    ["gaps", "waive", "key", "--reason", "x", "--until", "soon"], ["init"],
    ["reconcile", "extra"], ["why", "x"], ["gap"],
  ])
  func `a command that is written wrong is 64 and says how it is written`(
    _ arguments: [String]
  ) throws {
    let outcome = try Program.adce.run(arguments)
    #expect(outcome.code == 64, "\(outcome)")
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("Usage: adce"))
    // The sentences before it are the parser's own.
    let usage = outcome.errors.split(separator: "\n").drop { !$0.hasPrefix("Usage") }
    for line in usage where line.count > 80 {
      Issue.record("\(line.count) columns: \(line)")
    }
  }

  @Test func `acting on a state that is not there makes none`() throws {
    let lake = try DemoLake()
    for command in [
      ["tasks", "retry", "1"], ["tasks", "cancel", "1"],
      ["gaps", "waive", "origin/x.json", "--reason", "none"],
    ] {
      let outcome = try Program.adce.run(lake.options + command)
      #expect(outcome.code == 65, "\(outcome)")
      #expect(outcome.errors.contains("there is no state yet"))
    }
    #expect(!Files.exist(lake.folder.path("state")))
  }

  @Test func `a state that cannot be read crashes no command that needs none`() throws {
    let lake = try DemoLake()
    try lake.folder.write(String(repeating: "A", count: 20_000), to: "state/data.mdb")
    #expect(try lake.adce("scrapers").code == 0)
    #expect(try lake.adce("config", "check").code == 0)
    #expect(try lake.adce("config", "suggest").code == 0)
    #expect(try lake.adce("status").code == 65)
  }
}
