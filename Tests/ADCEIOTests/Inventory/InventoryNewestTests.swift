import ADCEIO
import ADCEKernel
import ADCESimulation
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("The newest inventory report in a directory")
struct InventoryNewestTests {
  private let folder = TemporaryFolder()

  private func write(day: Int64, bucket: String = "lake") throws -> String {
    var generator = InventoryReportGenerator(
      began: Instant(seconds: 1_714_521_600 + day * 86_400))
    generator.sourceBucket = bucket
    return try generator.write([], below: folder.path).manifestPath
  }

  private func checksum(_ manifest: String) -> String {
    manifest.replacing("manifest.json", with: "manifest.checksum")
  }

  @Test(arguments: ["", "/lake", "/lake/daily"])
  func isFoundFromAnyFolderAboveIt(below: String) throws {
    for day in [3, 40, 1] { _ = try write(day: Int64(day)) }
    let report = try InventoryReport.at(folder.path + below)
    #expect(report.began == Instant(seconds: 1_714_521_600 + 40 * 86_400))
  }

  @Test func isThatInTheFolderItself() throws {
    _ = try write(day: 2)
    let older = try write(day: 1)
    let report = try InventoryReport.at(String(older.dropLast("/manifest.json".count)))
    #expect(report.manifestPath == older)
  }

  @Test func isTheNewestThatIsComplete() throws {
    let paths = try (1...4).map { try write(day: $0) }
    unlink(checksum(paths[3]))
    try FileTree.write([0x30], to: checksum(paths[2]))
    #expect(try InventoryReport.at(folder.path).manifestPath == paths[1])
    #expect(try InventoryReport.manifests(in: folder.path) == paths.reversed())
  }

  @Test func isThatOfTheBucketAskedFor() throws {
    let lake = try write(day: 1)
    let pond = try write(day: 2, bucket: "pond")
    #expect(try InventoryReport.at(folder.path).manifestPath == pond)
    #expect(
      try InventoryReport.at(folder.path, expectedBucket: "lake").manifestPath == lake)
  }

  @Test func isOrderedByItsContentsWhereItsFolderHasAnotherName() throws {
    let old = try write(day: 1)
    let new = try write(day: 5)
    func moved(_ manifest: String, to name: String) throws -> String {
      let target = "\(folder.path)/\(name)"
      try FileTree.makeFolders(target)
      for file in ["manifest.json", "manifest.checksum"] {
        let source = manifest.replacing("manifest.json", with: file)
        #expect(rename(source, "\(target)/\(file)") == 0)
      }
      return target + "/manifest.json"
    }
    let movedNew = try moved(new, to: "a")
    let movedOld = try moved(old, to: "b")
    #expect(try InventoryReport.manifests(in: folder.path) == [movedNew, movedOld])
  }
}
