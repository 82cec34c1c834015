import Foundation
import Testing

/// `logging:` of the configuration, and `resource_limits`.
@Suite(.waitsForProcesses) struct LogFileTests {
  private static func lake(_ setting: String) throws -> DemoLake {
    try DemoLake { file, text in
      guard file == "config/autonomous_config.yaml" else { return text }
      return setting.hasPrefix("logging:")
        ? text.replacing("logging: {level: INFO, style: human}", with: setting)
        : text + "\n" + setting + "\n"
    }
  }

  @Test func `a run keeps its log in the file, with a time in each line`() throws {
    let lake = try Self.lake("logging: {file: logs/loop.log}")
    #expect(try lake.adce("reconcile").code == 0)
    #expect(!Files.exist(lake.folder.path("logs")))
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let lines = try lake.folder.text(of: "logs/loop.log").split(separator: "\n")
    #expect(lines.count { $0.contains(" cycle ") } == 2, "\(lines)")
    for line in lines {
      #expect(line.prefixMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [a-z]+ /#) != nil, "\(line)")
    }
  }

  @Test func `as JSON each line is a document`() throws {
    let lake = try Self.lake("logging: {file: logs/loop.log, style: json}")
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let lines = try lake.folder.text(of: "logs/loop.log").split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let event = try JSON(String(line))
      #expect(event["level"].text != nil && event["message"].text != nil)
    }
  }

  @Test(arguments: ["human", "json"])
  func `logs as JSON are a document a line, however they are kept`(_ style: String) throws {
    let lake = try Self.lake("logging: {style: \(style)}")
    let daemon = BackgroundDaemon(lake)
    try daemon.start()
    #expect(wait(20) { daemon.log.contains("cycle 1") })
    #expect(try daemon.adce("stop").code == 0)
    let logs = try daemon.adce("logs", "--output", "json")
    #expect(logs.code == 0, "\(logs)")
    let events = try logs.jsonLines()
    #expect(events.contains { $0["message"].text?.hasPrefix("cycle 1: ") == true }, "\(logs)")
    #expect(events.contains { $0["level"].text == "info" && $0["time"].text != nil }, "\(logs)")
  }

  @Test func `a full log is put aside`() throws {
    let lake = try Self.lake(
      "logging: {file: logs/loop.log, level: DEBUG, max_size_mb: 0.001, backup_count: 2}")
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    #expect(
      Files.below(lake.folder.path("logs")) == ["loop.log", "loop.log.1", "loop.log.2"])
    for name in ["loop.log", "loop.log.1", "loop.log.2"] {
      #expect(try lake.folder.text(of: "logs/" + name).utf8.count <= 1048)
    }
  }

  @Test func `a log that cannot be written does not keep a run from its work`() throws {
    let lake = try Self.lake("logging: {file: /dev/full}")
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
  }

  @Test func `without room on the disk nothing is started, and that is said`() throws {
    let lake = try Self.lake("resource_limits: {disk_space_threshold_gb: 900000}")
    let run = try lake.adce("run", "--once", "--wait", "1", "--fail-on-gaps")
    #expect(run.code == 1, "\(run)")
    #expect(run.errors.contains("resource_limits.disk_space_threshold_gb"))
    #expect(try lake.origin.requests() == [])
    let alerts = try lake.adce("audit", "--action", "alert", "--output", "json").jsonLines()
    #expect(alerts.contains { $0["what"]["kind"].text == "pressureBegan" })
  }

  @Test func `with room enough a limit changes nothing`() throws {
    let lake = try Self.lake(
      "resource_limits: {max_memory_mb: 4096, max_cpu_percent: 6400, disk_space_threshold_gb: 0.001}"
    )
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.faults() == [])
  }
}
