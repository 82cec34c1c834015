import ADCEIO
import ADCEKernel
import ADCESimulation
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What makes a report be refused, and the words in which its user is told.
@Suite("Inventory reports that are refused")
struct InventoryRefusalTests {
  private let folder = TemporaryFolder()
  private let generator = InventoryReportGenerator(began: Instant(seconds: 1_714_564_800))

  private func row(_ key: String) -> InventoryReportGenerator.Row {
    InventoryReportGenerator.Row(
      key: Array(key.utf8), bytes: 1, modified: Instant(seconds: 1_700_000_000), etag: "e")
  }

  private func write(
    parts: Int = 1, _ change: (inout InventoryReportGenerator) -> Void = { _ in }
  ) throws -> InventoryReportGenerator.Written {
    var generator = generator
    generator.parts = parts
    change(&generator)
    return try generator.write((0..<2000).map { row("k\($0)") }, below: folder.path)
  }

  /// The message with which a report is refused, the test's folder cut out of it.
  private func refusal(of path: String, expectedBucket: String? = nil) -> String? {
    do throws(InventoryError) {
      let report = try InventoryReport.at(path, expectedBucket: expectedBucket)
      _ = try report.scan { CollectingSink() }
      return nil
    } catch {
      return error.description.replacing(folder.path + "/", with: "")
    }
  }

  private func key(of part: String) -> String { String(part.dropFirst(folder.path.count + 1)) }

  private let manifest = "lake/daily/2024-05-01T12-00Z/manifest.json"

  @Test func aMissingPart() throws {
    let written = try write(parts: 3)
    for part in written.partPaths.reversed() {
      unlink(part)
      #expect(
        refusal(of: written.manifestPath) == "\(manifest): part \(key(of: part)) is missing")
    }
  }

  @Test(arguments: [0, 1, 2])
  func aDamagedPart(index: Int) throws {
    let written = try write(parts: 3)
    let part = written.partPaths[index]
    var bytes = try FileTree.read(part)
    let good = MD5.hex(bytes)
    bytes[bytes.count / 2] ^= 1
    try FileTree.write(bytes, to: part)
    #expect(
      refusal(of: written.manifestPath)
        == "part \(key(of: part)): its MD5 is \(MD5.hex(bytes)), not \(good): it is damaged")
  }

  @Test func ofSeveralDamagedPartsTheFirstIsNamed() throws {
    let written = try write(parts: 4)
    for part in written.partPaths.dropFirst() { try FileTree.write([1, 2, 3], to: part) }
    for _ in 0..<20 {
      let message = try #require(refusal(of: written.manifestPath))
      #expect(message.hasPrefix("part \(key(of: written.partPaths[1])): 3 bytes long, not "))
    }
  }

  @Test func aShortPart() throws {
    let written = try write()
    let bytes = try FileTree.read(written.partPaths[0])
    try FileTree.write(Array(bytes.dropLast(10)), to: written.partPaths[0])
    #expect(
      refusal(of: written.manifestPath)
        == "part \(key(of: written.partPaths[0])): \(bytes.count - 10) bytes long, "
        + "not \(bytes.count)")
  }

  @Test func noChecksumOfTheManifest() throws {
    let written = try write()
    unlink(written.manifestPath.replacing(".json", with: ".checksum"))
    #expect(
      refusal(of: written.manifestPath)
        == "\(manifest): no manifest.checksum beside it, so the report is not complete")
  }

  @Test func aManifestThatDoesNotMatchItsChecksum() throws {
    let written = try write()
    let json = try FileTree.read(written.manifestPath)
    try FileTree.write(json + [0x20], to: written.manifestPath)
    #expect(
      refusal(of: written.manifestPath) == "\(manifest): does not match its manifest.checksum")
  }

  @Test func aChecksumMayEndInANewlineOrBeInCapitals() throws {
    let written = try write()
    let checksum = written.manifestPath.replacing(".json", with: ".checksum")
    let text = String(decoding: try FileTree.read(checksum), as: UTF8.self)
    try FileTree.write(Array((text.uppercased() + "\n").utf8), to: checksum)
    #expect(refusal(of: written.manifestPath) == nil)
  }

  @Test func aNewerVersion() throws {
    let written = try write { $0.version = "2027-01-01" }
    #expect(
      refusal(of: written.manifestPath)
        == "\(manifest): manifest version 2027-01-01 is newer than 2016-11-30, "
        + "the newest that is known here")
  }

  @Test(arguments: ["ORC", "Parquet"])
  func anotherFormat(format: String) throws {
    let written = try write { $0.fileFormat = format }
    #expect(
      refusal(of: written.manifestPath)
        == "\(manifest): reports in \(format) are not supported; "
        + "configure the inventory for CSV")
  }

  @Test func missingColumns() throws {
    let one = try write { $0.columns = [.bucket, .key, .size, .etag] }
    #expect(
      refusal(of: one.manifestPath)
        == "\(manifest): the report lacks the column LastModifiedDate; "
        + "add it to the inventory's optional fields")
    let two = try write { $0.columns = [.bucket, .key] }
    #expect(
      refusal(of: two.manifestPath)
        == "\(manifest): the report lacks the columns Size, LastModifiedDate; "
        + "add it to the inventory's optional fields")
  }

  @Test func anotherBucket() throws {
    let written = try write()
    #expect(refusal(of: written.manifestPath, expectedBucket: "lake") == nil)
    for path in [written.manifestPath, folder.path] {
      #expect(
        refusal(of: path, expectedBucket: "pond")
          == "\(manifest): a report of bucket lake, not of pond")
    }
  }

  @Test func aManifestThatIsNone() throws {
    let written = try write()
    let good = String(decoding: try FileTree.read(written.manifestPath), as: UTF8.self)
    let cases = [
      ("{", "not a JSON object"),
      ("[]", "not a JSON object"),
      (good.replacing("sourceBucket", with: "bucket"), "sourceBucket is missing"),
      (good.replacing("MD5checksum", with: "md5"), "MD5checksum is missing"),
      (good.replacing("\"1714564800000\"", with: "\"noon\""), "creationTimestamp is not valid"),
      (good.replacing("\"CSV\"", with: "7"), "fileFormat is of the wrong type"),
      (good.replacing("\"size\" : ", with: "\"size\" : -"), "the size or MD5checksum of "),
      (good.replacing("ETag", with: "Key"), "fileSchema names a column twice"),
    ]
    for (text, problem) in cases {
      try FileTree.write(Array(text.utf8), to: written.manifestPath)
      try FileTree.write(
        Array(MD5.hex(Array(text.utf8)).utf8),
        to: written.manifestPath.replacing(".json", with: ".checksum"))
      let message = try #require(refusal(of: written.manifestPath))
      #expect(message.hasPrefix("\(manifest): \(problem)"))
    }
  }

  @Test func nothingThere() throws {
    #expect(
      refusal(of: folder.path + "/manifest.json") == "manifest.json: no such inventory report")
    #expect(
      InventoryError.noCompleteReport(directory: "d", unfinished: 0).description
        == "d: no complete inventory report in it")
    let written = try write()
    unlink(written.manifestPath.replacing(".json", with: ".checksum"))
    #expect(
      refusal(of: folder.path + "/lake")
        == "lake: no complete inventory report in it "
        + "(1 without a manifest.checksum that matches)")
  }
}
