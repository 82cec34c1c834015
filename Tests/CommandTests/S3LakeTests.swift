import ADCEIO
import ADCEKernel
import ADCESimulation
import ADCETestServers
import Foundation
import Testing

/// Lakes and reports in buckets, as their users meet them.
@Suite(
  .waitsForProcesses, .enabled(if: ServerPrograms.hasJuiceFS, "\(ServerPrograms.comment)"))
struct S3LakeTests {
  @Test func `a run fills the holes of a lake in a bucket`() throws {
    let lake = try S3Demo("fills-holes/some/lake")
    let first = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(first.code == 0, "\(first)")
    #expect(try lake.faults() == [])
    let requests = try lake.demo.origin.requests()
    #expect(requests.repeats == 0)
    #expect(requests.count == lake.demo.holes.count { $0.target != nil })
    let second = try lake.adce("reconcile", "--output", "json", "--fail-on-gaps")
    #expect(second.code == 0, "\(second)")
    #expect(try second.json()["have"]["source"].text == "listing")
    #expect(try second.json()["have"]["objects"].integer == lake.demo.objects.count)
  }

  @Test func `killed in the middle it goes on, and stores nothing twice`() throws {
    let lake = try S3Demo("killed-in-the-middle", latencyMilliseconds: 100)
    var kills = 0
    for milliseconds in [700, 1100, 1500] {
      let run = try lake.start("run", "--once", "--wait", "5")
      usleep(UInt32(milliseconds) * 1000)
      guard !run.hasEnded else { continue }
      run.send(SIGKILL)
      #expect(try run.end().code == 128 + SIGKILL)
      kills += 1
    }
    #expect(kills > 0)
    let last = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(last.code == 0, "\(last)")
    #expect(try lake.faults() == [])
    #expect(try lake.demo.origin.requests().repeats <= 8 * kills)
  }

  @Test func `what has appeared meanwhile is not asked for`() throws {
    let lake = try S3Demo("appeared-meanwhile")
    let before = try lake.adce("reconcile", "--output", "json")
    #expect(try before.json()["missing"].integer == lake.demo.holes.count)
    let origins = lake.demo.holes.filter { $0.target != nil }
    for object in origins {
      let body = LoopbackBody.of(object)
      _ = try lake.lake.store(Array(object.key.utf8), .bytes(body), compressing: false)
    }
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.demo.origin.requests() == [])
    #expect(try lake.faults() == [])
  }

  @Test func `holes of a report that somebody has filled since are looked up, not asked for`()
    throws
  {
    let lake = try S3Demo("report-of-before") { file, text in
      file.hasSuffix("reconciliation_config.yaml")
        ? text + "s3: {use_aws_inventory: true, inventory_prefix: inv/}\n" : text
    }
    let holes = Set(lake.demo.holes)
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("reports"), withIntermediateDirectories: true)
    let now = Int64(Date().timeIntervalSince1970)
    var generator = InventoryReportGenerator(began: Instant(seconds: now - 2 * 3600))
    generator.sourceBucket = "report-of-before"
    let rows = try lake.demo.objects.filter { !holes.contains($0) }.map { object in
      InventoryReportGenerator.Row(
        key: Array(object.key.utf8),
        bytes: Int64(try Files.bytes(lake.demo.path(of: object)).count),
        modified: Instant(seconds: now - 3 * 3600), etag: "e")
    }
    _ = try generator.write(rows, below: folder.path("reports"))
    for file in Files.below(folder.path("reports")) {
      _ = try lake.lake.store(
        Array(("inv/" + file).utf8), .file(path: folder.path("reports/" + file)),
        compressing: false)
    }
    for object in lake.demo.holes {
      let body =
        object.target == nil
        ? Array("{\"key\":\"\(object.key)\",\"by\":\"\(String(repeating: "x", count: 120))\"}".utf8)
        : LoopbackBody.of(object)
      _ = try lake.lake.store(Array(object.key.utf8), .bytes(body), compressing: false)
    }
    // The first comparison is with the report: every hole of then becomes part of a task.
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.demo.origin.requests() == [])
    func tasks(_ state: String) throws -> [JSON] {
      try lake.adce("tasks", "list", "--state", state, "--output", "json").jsonLines()
    }
    let cancelled = try tasks("cancelled")
    #expect(cancelled.reduce(0) { $0 + ($1["items"].integer ?? 0) } == holes.count)
    #expect(try tasks("done") == [])
    let attempts = try lake.adce("audit", "--action", "attempt_begin", "--output", "json")
    #expect(try attempts.jsonLines() == [])
    #expect(try lake.faults() == [])
  }

  @Test func `a report and a listing tell the same gaps`() throws {
    let world = ReportWorld(seed: 23, gamesPerSeason: 400)
    let folder = try TemporaryFolder()
    try world.writeProject(to: folder)
    let report = try world.writeReport(to: folder)
    let server = try JuiceFSGateway(
      objects: world.rows.filter { $0.isLatest && !$0.isDeleteMarker }.map {
        .init(
          key: String(decoding: $0.key, as: UTF8.self), bytes: $0.bytes,
          seconds: $0.modified.seconds)
      })
    let reports = try S3Demo.lake("s3://reports", on: server)
    try reports.client.makeBucket("reports")
    for file in Files.below(folder.path("reports")) {
      _ = try reports.store(
        Array(("inv/" + file).utf8), .file(path: folder.path("reports/" + file)),
        compressing: false)
    }
    #expect(report.rows == world.rows.count)

    func gaps(_ state: String, _ arguments: String...) throws -> (JSON, [String: Set<String>]) {
      let options = [
        "--config-dir", folder.path("config"), "--state-dir", folder.path(state),
      ]
      let outcome = try Program.adce.run(
        options + ["reconcile", "--output", "json", "--now", ReportWorld.nowText] + arguments,
        environment: server.environment)
      #expect(outcome.code == 0, "\(outcome)")
      var found: [String: Set<String>] = [:]
      for gap in try Program.adce.run(options + ["gaps", "--output", "json"]).jsonLines() {
        found[try gap["kind"].text.unwrapped, default: []].insert(try gap["key"].text.unwrapped)
      }
      return (try outcome.json(), found)
    }
    let (listed, byListing) = try gaps("by-listing")
    let (reported, byReport) = try gaps("by-report", "--inventory-report", "s3://reports/inv/")
    #expect(listed["have"]["source"].text == "listing")
    #expect(reported["have"]["source"].text == "inventory")
    for found in [byListing, byReport] {
      #expect(found["missing"] == world.missing)
      #expect(found["undersized"] == world.undersized)
      #expect(found["stale"] == world.stale)
    }
    // A listing covers the beginnings of the patterns; what lies elsewhere is not in it.
    #expect(reported["have"]["objects"].integer == world.objects)
    #expect(listed["have"]["objects"].integer == world.objects - 60)
  }
}

extension Optional {
  fileprivate var unwrapped: Wrapped { get throws { try #require(self) } }
}
