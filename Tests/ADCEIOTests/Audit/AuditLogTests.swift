import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

struct AuditLogTests {
  private static let day = Instant(seconds: 1_736_899_200)
  private static let alice = AuditEntry.Actor(name: "alice", userID: 1000, way: "control")

  private static func read(
    _ folder: TemporaryFolder, limit: Int? = nil, _ edit: (inout AuditFilter) -> Void = { _ in }
  ) throws -> [AuditEntry] {
    var filter = AuditFilter()
    edit(&filter)
    var reader = AuditReader(stateDirectory: folder.path)
    return try reader.read(filter, limit: limit)
  }

  @Test func `entries come back as they were, in the order of their times`() throws {
    let folder = TemporaryFolder()
    let log = AuditLog(stateDirectory: folder.path)
    let entries = [
      AuditEntry(at: Self.day, "cycle_begin", [.init("cycle", .integer(1))]),
      AuditEntry(
        at: Self.day + 5, "attempt_end",
        [.init("attempt", .integer(7)), .init("scraper", .text("a \"b\"\n"))], why: "it hung",
        outcome: "transient"),
      AuditEntry(
        at: Self.day + 1500, by: Self.alice, "cancel", [.init("tasks", .list([.integer(3)]))],
        why: "no use", outcome: "accepted 1"),
    ]
    log.record(entries, durably: true)
    #expect(try Self.read(folder) == entries)
    // The one operator's action is not lost among thousands of attempts: it has other files.
    #expect(
      try FileTree.names(in: folder.path + "/audit/actions") == ["2025-01-15.000.jsonl"])
    #expect(
      try FileTree.names(in: folder.path + "/audit/attempts") == ["2025-01-15.000.jsonl"])
    let mode =
      try FileManager.default.attributesOfItem(
        atPath: folder.path + "/audit/actions/2025-01-15.000.jsonl")[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func `filters choose by time, user, action and number`() throws {
    let folder = TemporaryFolder()
    let log = AuditLog(stateDirectory: folder.path)
    for number in 0..<10 as Range<Int64> {
      let at = Self.day + number * Span.day
      log.record(
        [
          AuditEntry(at: at, by: Self.alice, number % 2 == 0 ? "pause" : "resume"),
          AuditEntry(at: at + 1, "attempt_begin"), AuditEntry(at: at + 2, "attempt_end"),
        ], durably: false)
    }
    #expect(try Self.read(folder) { $0.who = "alice" }.count == 10)
    #expect(try Self.read(folder) { $0.action = "attempt" }.count == 20)
    #expect(try Self.read(folder) { $0.action = "attempt_end" }.count == 10)
    #expect(try Self.read(folder) { $0.action = "att" }.count == 0)
    #expect(try Self.read(folder) { $0.since = Self.day + 8 * Span.day }.count == 6)
    #expect(try Self.read(folder) { $0.until = Self.day }.count == 1)
    let last = try Self.read(folder, limit: 4)
    #expect(last.map(\.action) == ["attempt_end", "resume", "attempt_begin", "attempt_end"])
  }

  @Test func `a reader goes on where it stopped, and waits for a line's end`() throws {
    let folder = TemporaryFolder()
    let log = AuditLog(stateDirectory: folder.path)
    var reader = AuditReader(stateDirectory: folder.path)
    #expect(try reader.read(AuditFilter()) == [])
    log.record([AuditEntry(at: Self.day, "one")], durably: false)
    #expect(try reader.read(AuditFilter()).map(\.action) == ["one"])
    #expect(try reader.read(AuditFilter()) == [])
    let path = folder.path + "/audit/actions/2025-01-15.000.jsonl"
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"at\":\"2025-".utf8))
    #expect(try reader.read(AuditFilter()) == [])
    // A crash left half a line: the next one is whole all the same.
    let next = AuditLog(stateDirectory: folder.path)
    next.record([AuditEntry(at: Self.day + 1, "two")], durably: true)
    #expect(try reader.read(AuditFilter()).map(\.action) == ["two"])
    #expect(reader.damaged == 1)
  }

  @Test func `files that are too old, or too many, go`() throws {
    let folder = TemporaryFolder()
    let bounds = SegmentedFile.Bounds(days: 3, bytes: 250, segmentBytes: 100)
    var file = SegmentedFile(folder: folder.path + "/a", bounds: bounds)
    let line = Array((String(repeating: "x", count: 49) + "\n").utf8)
    let first = CivilDay(containing: Self.day)
    // Two lines fill a file.
    for _ in 0..<5 { try file.append(line, on: first) }
    #expect(
      try SegmentedFile.segments(in: folder.path + "/a") == [
        "2025-01-15.000.jsonl", "2025-01-15.001.jsonl", "2025-01-15.002.jsonl",
      ])
    // All of them are 250 bytes; a new file begins, and the oldest goes once there are more.
    for _ in 0..<3 { try file.append(line, on: first) }
    #expect(
      try SegmentedFile.segments(in: folder.path + "/a").first == "2025-01-15.001.jsonl")
    try file.append(line, on: CivilDay(day: first.day + 3))
    #expect(
      try SegmentedFile.segments(in: folder.path + "/a").last == "2025-01-18.000.jsonl")
    try file.append(line, on: CivilDay(day: first.day + 4))
    #expect(
      try SegmentedFile.segments(in: folder.path + "/a") == [
        "2025-01-18.000.jsonl", "2025-01-19.000.jsonl",
      ])
  }

  @Test func `a clock that jumps ahead takes little with it`() throws {
    let folder = TemporaryFolder()
    let bounds = SegmentedFile.Bounds(days: 3, bytes: 1 << 20)
    let path = folder.path + "/a"
    let first = CivilDay(containing: Self.day)
    let line = Array("x\n".utf8)
    var file = SegmentedFile(folder: path, bounds: bounds)
    for day in 0..<3 as Range<Int32> { try file.append(line, on: CivilDay(day: first.day + day)) }
    // Fifteen years ahead, and put right the next moment.
    try file.append(line, on: CivilDay(day: first.day + 5000))
    #expect(try SegmentedFile.segments(in: path).count == 4)
    try file.append(line, on: CivilDay(day: first.day + 2))
    #expect(try SegmentedFile.segments(in: path).count == 4)
    // One that stays ahead costs two days at each opening, and no more.
    try file.append(line, on: CivilDay(day: first.day + 5001))
    #expect(
      try SegmentedFile.segments(in: path).first
        == (CivilDay(day: first.day + 2).iso + ".000.jsonl"))
  }

  @Test func `a reader reads what is new, and for a limit no more than that takes`() throws {
    let folder = TemporaryFolder()
    let log = AuditLog(stateDirectory: folder.path)
    for number in 0..<10 as Range<Int64> {
      log.record([AuditEntry(at: Self.day + number * Span.day, "pause")], durably: false)
    }
    var reader = AuditReader(stateDirectory: folder.path)
    #expect(
      try reader.read(AuditFilter(), limit: 2).map(\.at) == [8, 9].map { Self.day + $0 * Span.day })
    let all = try SegmentedFile.segments(in: folder.path + "/audit/actions").count
    let once = reader.bytesRead
    #expect(all == 10 && once > 0)
    // Nothing has come: nothing is read.
    #expect(try reader.read(AuditFilter()) == [])
    #expect(reader.bytesRead == once)
    log.record([AuditEntry(at: Self.day + 9 * Span.day + 1, "resume")], durably: false)
    #expect(try reader.read(AuditFilter()).map(\.action) == ["resume"])
    // Two of ten files, and one line: not even half as much again.
    #expect(reader.bytesRead - once < once)
  }

  @Test func `where it cannot be written it counts, says so once, and goes on`() throws {
    let folder = TemporaryFolder()
    try folder.write("", to: "audit")
    let log = AuditLog(stateDirectory: folder.path)
    for _ in 0..<3 { log.record([AuditEntry(at: Self.day, "pause")], durably: true) }
    #expect(log.lostEntries == 3)
    #expect(log.takeTroubles().count == 1)
    try FileManager.default.removeItem(atPath: folder.path + "/audit")
    log.record([AuditEntry(at: Self.day, "resume")], durably: true)
    #expect(
      log.takeTroubles() == ["the audit log is written again; 3 entries were lost"])
    #expect(try Self.read(folder).map(\.action) == ["resume"])
  }
}
