import ADCESimulation
import Foundation
import Testing

/// `reconcile --inventory-report`.
@Suite(.waitsForProcesses) struct ReportCommandTests {
  /// A project with a report beside it.
  private struct Project {
    let folder: TemporaryFolder
    let world: ReportWorld
    let report: InventoryReportGenerator.Written

    init(
      gamesPerSeason: Int = 300, edit: (inout InventoryReportGenerator) -> Void = { _ in }
    ) throws {
      folder = try TemporaryFolder()
      world = ReportWorld(seed: 11, gamesPerSeason: gamesPerSeason)
      try world.writeProject(to: folder)
      report = try world.writeReport(to: folder, edit: edit)
    }

    var options: [String] {
      ["--config-dir", folder.path("config"), "--state-dir", folder.path("state")]
    }

    func reconcile(_ report: String, _ more: String...) throws -> Outcome {
      try Program.adce.run(
        options + [
          "reconcile", "--output", "json", "--now", ReportWorld.nowText, "--inventory-report",
          report,
        ] + more)
    }

    func gaps() throws -> [JSON] {
      try Program.adce.run(options + ["gaps", "--output", "json"]).jsonLines()
    }
  }

  @Test(.enabled(if: Machine.hasCommoner, "needs another user than root, or setpriv"))
  func `a report that this user may not read is 77, and named`() throws {
    let project = try Project()
    let folder = (project.report.manifestPath as NSString).deletingLastPathComponent
    let data = try #require(
      Files.below(project.folder.path).first { $0.hasSuffix(".csv.gz") })
    let hidden = [
      project.report.manifestPath, folder + "/manifest.checksum", project.folder.path(data),
    ]
    // Root is not bound by modes, unless it gives up just that.
    var command = [Program.adce.path]
    if Machine.isRoot {
      let drop = ["--bounding-set", "-dac_override,-dac_read_search"]
      command.insert(contentsOf: [Machine.setpriv] + drop, at: 0)
    }
    let arguments =
      command.dropFirst() + project.options + [
        "reconcile", "--now", ReportWorld.nowText, "--inventory-report",
        "file://" + project.report.manifestPath,
      ]
    for path in hidden {
      chmod(path, 0)
      let outcome = try RunningProgram(command[0], Array(arguments)).end()
      chmod(path, 0o644)
      #expect(outcome.code == 77, "\(path): \(outcome)")
      #expect(outcome.errors.contains(path), "\(outcome)")
      #expect(outcome.errors.contains("Permission denied"), "\(outcome)")
    }
    #expect(try RunningProgram(command[0], Array(arguments)).end().code == 0)
  }

  @Test(arguments: ["http://reports.example/daily", "ftp://x/y", "file://elsewhere/y"])
  func `a report that is neither a file nor an object is 64, and both are named`(
    _ url: String
  ) throws {
    let project = try Project()
    let outcome = try project.reconcile(url)
    #expect(outcome.code == 64, "\(outcome)")
    #expect(outcome.errors.contains("\(url): no place of a report: expected file:///path or s3://"))
    #expect(!Files.exist(project.folder.path("state")))
  }

  @Test func `a report is compared to the key`() throws {
    let project = try Project()
    let world = project.world
    #expect(world.expected.count > 2500)
    let outcome = try project.reconcile("file://" + project.report.manifestPath)
    #expect(outcome.code == 0, "\(outcome)")
    let answer = try outcome.json()
    #expect(Shapes.reconcile.faults(in: answer) == [])
    #expect(Shapes.coverage.faults(in: answer) == [])
    #expect(answer["expected"].integer == world.expected.count)
    #expect(answer["missing"].integer == world.missing.count)
    #expect(answer["present"].integer == world.expected.count - world.missing.count)
    #expect(answer["undersized"].integer == world.undersized.count)
    #expect(answer["stale"].integer == world.stale.count)
    #expect(answer["have"]["source"].text == "inventory")
    #expect(answer["have"]["snapshot_began"].text == "2025-01-14T23:00:00Z")
    #expect(answer["have"]["objects"].integer == world.objects)
    #expect(answer["have"]["unmatched"].integer == world.unmatched)
    #expect(answer["have"]["bytes"].integer == Int(world.bytes))

    var found: [String: Set<String>] = [:]
    for gap in try project.gaps() {
      #expect(Shapes.gap.faults(in: gap) == [])
      let key = try #require(gap["key"].text)
      let kind = try #require(gap["kind"].text)
      #expect(found[kind, default: []].insert(key).inserted)
      #expect(gap["evidence"]["snapshot_began"].text == "2025-01-14T23:00:00Z")
    }
    #expect(found["missing"] == world.missing)
    #expect(found["undersized"] == world.undersized)
    #expect(found["stale"] == world.stale)
  }

  @Test func `a directory of reports gives the newest that is complete`() throws {
    let project = try Project(gamesPerSeason: 20)
    // A newer one that lists nothing, and a still newer one that is not complete.
    let newer = ReportWorld.now - 1800
    var empty = InventoryReportGenerator(began: .init(seconds: newer))
    empty.columns = [.bucket, .key, .size, .lastModified]
    let none: [InventoryReportGenerator.Row] = []
    _ = try empty.write(none, below: project.folder.path("reports"))
    let unfinished = try project.world.writeReport(to: project.folder, began: newer + 600)
    let checksum = unfinished.manifestPath.replacing("manifest.json", with: "manifest.checksum")
    try FileManager.default.removeItem(atPath: checksum)

    let answer = try project.reconcile("file://" + project.folder.path("reports"), "--dry-run")
      .json()
    #expect(answer["have"]["snapshot_began"].text == "2025-01-14T23:30:00Z")
    #expect(answer["have"]["objects"].integer == 0)
    #expect(answer["missing"].integer == project.world.expected.count)
  }

  @Test func `a dry run writes nothing at all`() throws {
    let project = try Project(gamesPerSeason: 20)
    let before = Files.below(project.folder.path)
    let answer = try project.reconcile("file://" + project.report.manifestPath, "--dry-run").json()
    #expect(answer["missing"].integer == project.world.missing.count)
    #expect(!Files.exist(project.folder.path("state")))
    #expect(Files.below(project.folder.path) == before)

    // Nor into a state that is there.
    _ = try project.reconcile("file://" + project.report.manifestPath)
    let state = try Files.bytes(project.folder.path("state/data.mdb"))
    let again = try project.reconcile(project.report.manifestPath, "--dry-run")
    #expect(again.code == 0, "\(again)")
    #expect(try Files.bytes(project.folder.path("state/data.mdb")) == state)
  }

  @Test func `the clock that is named decides what is due`() throws {
    let project = try Project(gamesPerSeason: 60)
    func expected(_ now: String) throws -> Int? {
      try Program.adce.run(
        project.options + [
          "reconcile", "--dry-run", "--output", "json", "--now", now, "--inventory-report",
          project.report.manifestPath,
        ]
      ).json()["expected"].integer
    }
    let now = try expected(ReportWorld.nowText)
    #expect(now == project.world.expected.count)
    // In 60 games over 150 days one is played every two days or three; each has three objects.
    let weekLater = try #require(try expected("2025-01-22T00:00:00Z"))
    #expect([6, 9].contains(weekLater - (now ?? 0)))
    #expect(try expected("2025-01-22T01:00:00+01:00") == weekLater)
    #expect(try #require(try expected("2023-06-01T00:00:00Z")) == 60 * 3 + 30)
    #expect(try expected("2022-09-30T23:59:59Z") == 0)
  }

  // MARK: Reports that are refused

  private func expectRefusal(
    _ project: Project, _ report: String, naming name: String, _ why: Regex<Substring>
  ) throws {
    let tasks = try Program.adce.run(project.options + ["tasks", "--output", "json"]).output
    let gaps = try project.gaps()
    for more in [[], ["--dry-run"]] {
      let outcome = try Program.adce.run(
        project.options + [
          "reconcile", "--output", "json", "--now", ReportWorld.nowText, "--inventory-report",
          report,
        ] + more)
      #expect(outcome.code == 65, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.errors.contains(name), "\(outcome.errors)")
      #expect(outcome.errors.contains(why), "\(outcome.errors)")
    }
    #expect(try Program.adce.run(project.options + ["tasks", "--output", "json"]).output == tasks)
    #expect(try project.gaps() == gaps)
    let coverage = try Program.adce.run(project.options + ["coverage", "--output", "json"]).json()
    #expect(coverage["have"]["snapshot_began"].text == "2025-01-14T23:00:00Z")
  }

  /// A project that was reconciled by its first report, and a second, later one.
  private func projectWithSecondReport(
    edit: (inout InventoryReportGenerator) -> Void = { _ in }
  ) throws -> (Project, InventoryReportGenerator.Written) {
    let project = try Project(gamesPerSeason: 40)
    #expect(try project.reconcile(project.report.manifestPath).code == 0)
    let second = try project.world.writeReport(
      to: project.folder, began: ReportWorld.now - 60, edit: edit)
    return (project, second)
  }

  @Test func `a report with a part missing is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport()
    try FileManager.default.removeItem(atPath: second.partPaths[1])
    try expectRefusal(
      project, second.manifestPath, naming: (second.partPaths[1] as NSString).lastPathComponent,
      /missing/)
  }

  @Test func `a report with a damaged part is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport()
    var bytes = try Files.bytes(second.partPaths[2])
    bytes[bytes.count / 2] ^= 0x10
    try Data(bytes).write(to: URL(fileURLWithPath: second.partPaths[2]))
    try expectRefusal(
      project, second.manifestPath, naming: (second.partPaths[2] as NSString).lastPathComponent,
      /MD5/)
  }

  @Test func `a report that was cut short is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport()
    let bytes = try Files.bytes(second.partPaths[0])
    try Data(bytes.dropLast(9)).write(to: URL(fileURLWithPath: second.partPaths[0]))
    try expectRefusal(
      project, second.manifestPath, naming: (second.partPaths[0] as NSString).lastPathComponent,
      /bytes long/)
  }

  @Test func `a report of a newer version is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport { $0.version = "2031-01-01" }
    try expectRefusal(project, second.manifestPath, naming: second.manifestPath, /2031-01-01/)
  }

  @Test func `a report of another bucket is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport { $0.sourceBucket = "attic" }
    try expectRefusal(
      project, second.manifestPath, naming: second.manifestPath, /attic, not of lake/)
  }

  @Test func `a manifest that was changed is refused, and all stays as it was`() throws {
    let (project, second) = try projectWithSecondReport()
    let manifest = String(decoding: try Files.bytes(second.manifestPath), as: UTF8.self)
    try Data(manifest.replacing("\"size\" : ", with: "\"size\" : 1").utf8)
      .write(to: URL(fileURLWithPath: second.manifestPath))
    try expectRefusal(
      project, second.manifestPath, naming: second.manifestPath, /manifest.checksum/)
  }

  @Test func `a report that is nowhere is refused, and all stays as it was`() throws {
    let (project, _) = try projectWithSecondReport()
    let path = project.folder.path("reports/never/manifest.json")
    try expectRefusal(project, path, naming: path, /no such inventory report/)
  }

  @Test func `a report on a server that nobody reaches leaves all as it was`() throws {
    let project = try Project(gamesPerSeason: 4)
    let outcome = try Program.adce.run(
      project.options + [
        "reconcile", "--inventory-report", "s3://inventory/lake/daily/manifest.json",
      ],
      environment: [
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
      ])
    #expect(outcome.code == 69, "\(outcome)")
    #expect(outcome.errors.contains("127.0.0.1:1"))
    #expect(!Files.exist(project.folder.path("state")))
  }
}
