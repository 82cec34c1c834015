import ADCEIO
import ADCEKernel
import ADCESimulation
import Testing

@Suite("Inventory reports")
struct InventoryReportTests {
  private let folder = TemporaryFolder()

  /// Objects with keys of all kinds, each once.
  private func rows(_ count: Int, seed: UInt64) -> [InventoryReportGenerator.Row] {
    var random = SplitMix(state: seed)
    let odd: [[UInt8]] =
      [" ", "+", "%", "\"", "\n", ",", "é", "🏀", "\\", "'", "~", "*", "&", "="]
      .map { Array($0.utf8) } + [[0xFF], [0x00]]
    return (0..<count).map { index in
      var key = Array("nba/\(index)/".utf8)
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        key +=
          Int.random(in: 0..<4, using: &random) == 0
          ? odd.randomElement(using: &random)!
          : [UInt8.random(in: 0x61...0x7A, using: &random)]
      }
      return InventoryReportGenerator.Row(
        key: key, bytes: Int64.random(in: 0...1 << 40, using: &random),
        modified: Instant(
          milliseconds: Int64.random(in: 1_100_000_000_000...1_760_000_000_000, using: &random)),
        etag: "d41d8cd98f00b204e9800998ecf8427e")
    }
  }

  private func objects(
    _ rows: [InventoryReportGenerator.Row]
  ) -> [[UInt8]: ObjectFacts] {
    var objects: [[UInt8]: ObjectFacts] = [:]
    for row in rows where row.isLatest && !row.isDeleteMarker {
      objects[row.key] = ObjectFacts(bytes: row.bytes, modifiedSeconds: row.modified.seconds)
    }
    return objects
  }

  private let generator = InventoryReportGenerator(began: Instant(seconds: 1_714_564_800))

  @Test(arguments: 0..<24)
  func whatIsWrittenIsRead(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var generator = generator
    generator.columns = InventoryReportGenerator.Column.allCases.shuffled(using: &random)
    generator.parts = Int.random(in: 1...5, using: &random)
    generator.rowsPerMember = [1, 7, 300, Int.max].randomElement(using: &random)!
    var rows = rows(Int.random(in: 0...3000, using: &random), seed: seed)
    for index in rows.indices {
      rows[index].isLatest = Int.random(in: 0..<8, using: &random) > 0
      rows[index].isDeleteMarker = Int.random(in: 0..<8, using: &random) == 0
    }
    let written = try generator.write(rows, below: folder.path)
    let report = try InventoryReport.open(manifest: written.manifestPath)
    let expected = objects(rows)
    for workers in [1, 2, 4] {
      let (sink, outcome) = try report.scan(workers: workers) { CollectingSink() }
      #expect(sink.objects == expected)
      #expect(sink.repeats == 0)
      #expect(outcome.source == .inventory)
      #expect(outcome.began == generator.began)
      #expect(outcome.objects == expected.count)
      #expect(outcome.bytes == expected.values.reduce(0) { $0 + $1.bytes })
      #expect(outcome.superseded == rows.count - expected.count)
    }
  }

  @Test func anyOrderAndAnySplitGiveTheSame() throws {
    let rows = rows(2000, seed: 99)
    var random = SplitMix(state: 5)
    var sinks: [CollectingSink] = []
    for parts in [1, 2, 7] {
      let folder = TemporaryFolder()
      var generator = generator
      generator.parts = parts
      let written = try generator.write(rows.shuffled(using: &random), below: folder.path)
      let report = try InventoryReport.open(manifest: written.manifestPath)
      sinks.append(try report.scan { CollectingSink() }.sink)
    }
    #expect(sinks[0] == sinks[1])
    #expect(sinks[0] == sinks[2])
  }

  @Test func aReportWithoutPartsIsAnEmptyBucket() throws {
    var generator = generator
    generator.parts = 0
    let written = try generator.write([], below: folder.path)
    let report = try InventoryReport.open(manifest: written.manifestPath)
    let (sink, outcome) = try report.scan { CollectingSink() }
    #expect(sink.objects.isEmpty)
    #expect(outcome.objects == 0)
  }

  @Test func aReportIsRecognisedByItsManifest() throws {
    let written = try generator.write(rows(10, seed: 1), below: folder.path)
    let first = try InventoryReport.open(manifest: written.manifestPath)
    #expect(try InventoryReport.open(manifest: written.manifestPath).identity == first.identity)
    let other = TemporaryFolder()
    let changed = try generator.write(rows(11, seed: 1), below: other.path)
    #expect(try InventoryReport.open(manifest: changed.manifestPath).identity != first.identity)
    #expect(first.sourceBucket == "lake")
  }

  @Test func partsMayLieFarAboveTheManifest() throws {
    let rows = rows(10, seed: 1)
    let deep = folder.path + "/backup/of/s3"
    try FileTree.makeFolders(deep)
    let written = try generator.write(rows, below: deep)
    // A folder of the same names nearer to the manifest, without the part, is passed by.
    try FileTree.makeFolders(deep + "/lake/daily/lake/daily/data")
    let (sink, _) = try InventoryReport.at(written.manifestPath).scan { CollectingSink() }
    #expect(sink.objects == objects(rows))
  }

  @Test func anUncompressedPartIsReadToo() throws {
    let csv = Array("\"lake\",\"a+b\",\"3\",\"2024-05-01T12:00:00.000Z\",\"e\"\n".utf8)
    let written = try generator.write([], below: folder.path)
    let part = written.partPaths[0]
    try replace(part, with: csv, in: written)
    let (sink, _) = try InventoryReport.at(written.manifestPath).scan { CollectingSink() }
    #expect(sink.keys == ["a b"])
  }

  /// Puts other bytes into a part and makes the manifest true to them.
  private func replace(
    _ part: String, with bytes: [UInt8], in written: InventoryReportGenerator.Written
  ) throws {
    let old = try FileTree.read(part)
    try FileTree.write(bytes, to: part)
    var manifest = String(decoding: try FileTree.read(written.manifestPath), as: UTF8.self)
    manifest.replace(MD5.hex(old), with: MD5.hex(bytes))
    manifest.replace("\"size\" : \(old.count)", with: "\"size\" : \(bytes.count)")
    try FileTree.write(Array(manifest.utf8), to: written.manifestPath)
    try FileTree.write(
      Array(MD5.hex(Array(manifest.utf8)).utf8),
      to: written.manifestPath.replacing(".json", with: ".checksum"))
  }

  @Test func aRowThatIsWrongIsNamedByPartAndNumber() throws {
    let good = "\"lake\",\"a\",\"3\",\"2024-05-01T12:00:00.000Z\",\"e\"\n"
    let bad = good.replacing("\"3\"", with: "\"three\"")
    let written = try generator.write([], below: folder.path)
    try replace(
      written.partPaths[0], with: Gzip.compress(Array((good + good + bad).utf8)), in: written)
    let report = try InventoryReport.at(written.manifestPath)
    let part = String(written.partPaths[0].dropFirst(folder.path.count + 1))
    #expect(throws: InventoryError.row(part: part, number: 3, .size)) {
      try report.scan { CollectingSink() }
    }
  }

  @Test func aRowLongerThanTheWindowIsRefused() throws {
    let long = String(repeating: "x", count: 300_000)
    let row = "\"lake\",\"\(long)\",\"3\",\"2024-05-01T12:00:00.000Z\",\"e\"\n"
    let written = try generator.write([], below: folder.path)
    try replace(written.partPaths[0], with: Gzip.compress(Array(row.utf8)), in: written)
    #expect {
      try InventoryReport.at(written.manifestPath).scan { CollectingSink() }
    } throws: { error in
      guard case InventoryError.row(_, number: 1, .tooLong) = error else { return false }
      return true
    }
  }

  @Test func aPartThatWasWrittenBadlyIsRefused() throws {
    let written = try generator.write(rows(100, seed: 1), below: folder.path)
    let file = try FileTree.read(written.partPaths[0])
    try replace(written.partPaths[0], with: Array(file.dropLast(3)), in: written)
    #expect {
      try InventoryReport.at(written.manifestPath).scan { CollectingSink() }
    } throws: { error in
      guard case InventoryError.partCompression(_, .truncated) = error else { return false }
      return true
    }
  }
}
