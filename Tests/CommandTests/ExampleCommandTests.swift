import ADCEKernel
import ADCESimulation
import Foundation
import Testing

/// The shared cases with their answers, through the program itself: each lake as an inventory
/// report on disk.
@Suite(
  .waitsForProcesses,
  .enabled(
    if: SharedExamples.areThere,
    "the shared examples are not beside the package; ADCE_EXAMPLES can say where they are"))
struct ExampleCommandTests {
  @Test(arguments: SharedExamples.all)
  func `the program gives the answer of every example`(_ example: String) throws {
    let folder = try TemporaryFolder()
    let report = try SharedExamples.writeReport(of: example, to: folder)
    // A copy: the views are written into the project.
    let project = folder.path("project")
    try Files.copy(example, to: project)
    let options = [
      "--config-dir", project + "/config", "--state-dir", folder.path("state"),
    ]
    let now = String(decoding: try Files.bytes(example + "/now.txt"), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let expected = try JSON(
      String(decoding: try Files.bytes(example + "/expected.json"), as: UTF8.self))

    let outcome = try Program.adce.run(
      options + [
        "reconcile", "--output", "json", "--now", now, "--inventory-report", report, "--quiet",
      ])
    #expect(outcome.code == 0, "\(outcome)")
    let answer = try outcome.json()
    #expect(Shapes.coverage.faults(in: answer) == [])
    #expect(Shapes.reconcile.faults(in: answer) == [])
    expectTotals(answer, expected)
    expectSources(answer["by_source"].map, expected["by_source"].map)

    let gaps = try Program.adce.run(options + ["gaps", "--output", "json"]).jsonLines()
    #expect(gaps.flatMap { Shapes.gap.faults(in: $0) } == [])
    #expect(
      gaps.map(SharedExamples.gapText).sorted()
        == expected["gaps"].list.map(SharedExamples.gapText).sorted())
  }

  private func expectTotals(_ answer: JSON, _ expected: JSON) {
    for name in ["expected", "present", "missing", "stale", "undersized"] {
      #expect(answer[name] == expected[name], "\(name)")
    }
    for name in ["objects", "unmatched"] {
      #expect(answer["have"][name] == expected[name], "\(name)")
    }
    #expect(answer["counted"] == expected["counted"])
    // A percentage to four digits, of a number of objects.
    let total = expected["expected"].double ?? 0
    let percent =
      total == 0
      ? 100
      : 100 * (expected["present"].double ?? 0) / max(1, expected["attainable"].double ?? 0)
    let found = answer["attainable_pct"].double ?? -1
    #expect(abs(found - percent) < 0.0002, "attainable: \(found), not \(percent)")
  }

  private func expectSources(_ answer: [String: JSON], _ expected: [String: JSON]) {
    #expect(answer.keys.sorted() == expected.keys.sorted())
    for (name, source) in expected {
      for total in ["expected", "present", "missing", "stale", "undersized"] {
        #expect(answer[name]?[total] == source[total], "\(name).\(total)")
      }
      let types = answer[name]?["data_types"].map ?? [:]
      #expect(types.keys.sorted() == source["data_types"].map.keys.sorted(), "\(name)")
      for (type, numbers) in source["data_types"].map {
        for (member, value) in numbers.map where member != "scraper" {
          #expect(types[type]?[member] == value, "\(name).\(type).\(member)")
        }
      }
    }
  }
}

enum SharedExamples {
  static let folder =
    ProcessInfo.processInfo.environment["ADCE_EXAMPLES"]
    ?? Repository.path + "/../shared/examples"

  static let areThere = Files.exist(folder)

  static let all: [String] = (1...48).map { "\(folder)/\($0 < 10 ? "0" : "")\($0)" }

  /// Writes a case's listing as a report; returns the path of its manifest.
  static func writeReport(of example: String, to folder: TemporaryFolder) throws -> String {
    let listing = String(decoding: try Files.bytes(example + "/listing.jsonl"), as: UTF8.self)
    let rows = try listing.split(separator: "\n").map { line in
      let object = try JSON(String(line))
      let key = try #require(object["key"].text)
      let modified = try #require(object["last_modified"].text)
      return InventoryReportGenerator.Row(
        key: Array(key.utf8), bytes: Int64(try #require(object["size"].integer)),
        modified: try #require(Instant(iso: modified.utf8)), etag: "0123456789abcdef")
    }
    var generator = InventoryReportGenerator(began: Instant(seconds: 1_700_000_000))
    generator.parts = 2
    try FileManager.default.createDirectory(
      atPath: folder.path("reports"), withIntermediateDirectories: true)
    return try generator.write(rows, below: folder.path("reports")).manifestPath
  }

  /// What an answer says of a gap, to be compared.
  static func gapText(_ gap: JSON) -> String {
    let names = ["source", "data_type", "season", "key", "count", "kind", "priority"]
    return names.map { "\($0): \(gap[$0])" }.joined(separator: ", ")
  }
}
