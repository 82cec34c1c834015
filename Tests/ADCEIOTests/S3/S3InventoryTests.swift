import ADCEIO
import ADCEKernel
import ADCESimulation
import ADCETestServers
import Testing

@Suite(
  "Reports in a bucket", .enabled(if: ServerPrograms.hasJuiceFS, "\(ServerPrograms.comment)"))
struct S3InventoryTests {
  static let day: Int64 = 86_400_000

  /// Writes a report on disk and copies it to a bucket; returns its manifest's URL.
  func put(
    _ generator: InventoryReportGenerator, rows: Int, in bucket: Bucket, below prefix: String = "",
    leavingOut: String? = nil, damaging: String? = nil
  ) throws -> String {
    let folder = TemporaryFolder()
    try FileTree.makeFolders(folder.path)
    let written = try generator.write(
      (0..<rows).map { number in
        InventoryReportGenerator.Row(
          key: Array("data/\(number) é+.json".utf8), bytes: Int64(number),
          modified: Instant(seconds: 1_700_000_000 + Int64(number)), etag: "e")
      }, below: folder.path)
    let manifest = written.manifestPath
    let files = written.partPaths + [manifest, manifest.replacing(".json", with: ".checksum")]
    for path in files where leavingOut.map({ !path.hasSuffix($0) }) ?? true {
      var bytes = try FileTree.read(path)
      if let damaging, path.hasSuffix(damaging) { bytes[bytes.count / 2] ^= 0x55 }
      let key = prefix + path.dropFirst(folder.path.count + 1)
      try bucket.client.put(bucket.name, Array(key.utf8), .bytes(bytes))
    }
    return "s3://\(bucket.name)/\(prefix)" + manifest.dropFirst(folder.path.count + 1)
  }

  func generator(_ began: Int64, parts: Int = 3) -> InventoryReportGenerator {
    var generator = InventoryReportGenerator(began: Instant(milliseconds: began))
    generator.parts = parts
    return generator
  }

  @Test("A report is read from its bucket as from disk, also where its keys start at a folder")
  func read() throws {
    let bucket = try Bucket("reports-read")
    for prefix in ["", "copy/of/reports/"] {
      let url = try put(generator(Self.day * 20_000), rows: 3000, in: bucket, below: prefix)
      let files = S3InventoryFiles(client: bucket.client)
      let report = try InventoryReport.open(manifest: url, in: files, expectedBucket: "lake")
      let (sink, outcome) = try report.scan { CollectingSink() }
      #expect(outcome.objects == 3000 && sink.objects.count == 3000)
      #expect(sink.objects[Array("data/7 é+.json".utf8)]?.bytes == 7)
      #expect(report.began == Instant(milliseconds: Self.day * 20_000))
    }
  }

  @Test("The newest complete report of the bucket is found below a prefix")
  func newest() throws {
    let bucket = try Bucket("reports-newest")
    let files = S3InventoryFiles(client: bucket.client)
    var urls: [String] = []
    for number in 0..<4 {
      urls.append(
        try put(
          generator(Self.day * (20_000 + Int64(number))), rows: number, in: bucket, below: "inv/",
          leavingOut: number == 3 ? "manifest.checksum" : nil))
    }
    var other = generator(Self.day * 20_100)
    other.sourceBucket = "pond"
    let pond = try put(other, rows: 1, in: bucket, below: "inv/")
    #expect(try files.manifests(below: "s3://reports-newest/inv") == [pond] + urls.reversed())
    let found = try InventoryReport.at(
      "s3://reports-newest/inv/", in: files, expectedBucket: "lake")
    #expect(found.manifestPath == urls[2])
    #expect(try InventoryReport.at("s3://reports-newest", in: files).manifestPath == pond)
    #expect(throws: InventoryError.self) {
      try InventoryReport.at("s3://reports-newest/other/", in: files)
    }
  }

  @Test("Report, the report before it, listing: in that order, and why")
  func order() throws {
    let bucket = try Bucket("reports-order")
    let lake = bucket.lake()
    let now = Instant(milliseconds: Self.day * 20_010)
    _ = try put(generator(Self.day * 20_007), rows: 1, in: bucket, below: "inv/")
    let before = try put(generator(Self.day * 20_008), rows: 2, in: bucket, below: "inv/")
    func scan(
      _ change: (inout SnapshotScan) -> Void = { _ in }
    ) throws(SnapshotScan.Failure) -> SnapshotScan.Found<CollectingSink> {
      var settings = LakeSettings()
      settings.snapshotMaxMilliseconds = 72 * 3_600_000
      var scan = SnapshotScan(lake: lake, settings: settings, now: now)
      scan.reports = SnapshotScan.Reports(
        files: S3InventoryFiles(client: bucket.client), folder: "s3://reports-order/inv/",
        bucket: "lake")
      change(&scan)
      return try scan.run { CollectingSink() }
    }
    var found = try scan()
    #expect(found.outcome.source == .inventory && found.sink.objects.count == 2)
    #expect(found.notes == [])
    let identity = found.identity
    // Read already: no part is read again.
    found = try scan { $0.known = identity }
    #expect(found.isKnown && found.sink.objects.isEmpty && found.identity == identity)

    // The newest is damaged: the one before it.
    _ = try put(
      generator(Self.day * 20_009, parts: 1), rows: 900, in: bucket, below: "inv/",
      damaging: ".csv.gz")
    found = try scan()
    #expect(found.sink.objects.count == 2 && found.identity == identity)
    #expect(found.notes.count == 1)
    #expect(found.notes.first?.contains("MD5") == true)
    #expect(found.notes.first?.contains(before) == true)

    // Too old: the bucket is listed; or, where that is not wanted, nothing is.
    _ = try lake.store(Array("object".utf8), .bytes([1]), compressing: false)
    let old: (inout SnapshotScan) -> Void = {
      $0 = SnapshotScan(
        lake: $0.lake, settings: $0.settings, reports: $0.reports, now: now + Self.day * 30)
    }
    found = try scan(old)
    #expect(found.outcome.source == .listing && found.identity == .zero)
    #expect(found.notes.first?.contains("cache_ttl_hours") == true)
    var strict = LakeSettings()
    strict.snapshotMaxMilliseconds = 1
    strict.fallsBackToListing = false
    do throws(SnapshotScan.Failure) {
      _ = try scan { scan in
        scan = SnapshotScan(lake: scan.lake, settings: strict, reports: scan.reports, now: now)
      }
      Issue.record("it was listed all the same")
    } catch {
      #expect(error.message.contains("fallback_to_sample") && error.exitCode == 65)
    }
  }

  @Test("A lake below a prefix takes its own part of a report")
  func prefix() throws {
    let bucket = try Bucket("reports-prefix")
    let url = try put(generator(Self.day * 20_000), rows: 50, in: bucket)
    let report = try InventoryReport.open(
      manifest: url, in: S3InventoryFiles(client: bucket.client))
    let scan = SnapshotScan(
      lake: bucket.lake("data"), settings: LakeSettings(), named: report,
      now: Instant(milliseconds: 0))
    let found = try scan.run { CollectingSink() }
    #expect(found.sink.objects[Array("7 é+.json".utf8)]?.bytes == 7)
    #expect(found.outcome.objects == 50 && found.outcome.bytes == 49 * 25)
  }
}
