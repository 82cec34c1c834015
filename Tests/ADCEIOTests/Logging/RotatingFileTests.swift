import Foundation
import Glibc
import Logging
import Testing

@testable import ADCEIO

struct RotatingFileTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try FileTree.read(path), as: UTF8.self)
  }

  @Test func `a full file is put aside, and so many are kept`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/log/adce.log"
    // Ten lines of ten bytes a file.
    let file = RotatingFile(path: path, bytesMax: 100, backups: 2)
    for number in 100..<145 { file.write("line: \(number)") }
    #expect(
      try FileTree.names(in: folder.path + "/log") == ["adce.log", "adce.log.1", "adce.log.2"])
    #expect(try text(path).split(separator: "\n").first == "line: 140")
    #expect(try text(path + ".1").split(separator: "\n").count == 10)
    #expect(try text(path + ".2").split(separator: "\n").first == "line: 120")
    #expect(file.lostLines == 0)
  }

  @Test func `without backups the old lines go`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/adce.log"
    let file = RotatingFile(path: path, bytesMax: 20, backups: 0)
    for number in 1...5 { file.write("line: \(number)!!") }
    #expect(try text(path) == "line: 5!!\n")
    #expect(try FileTree.names(in: folder.path) == ["adce.log"])
  }

  @Test func `a line longer than a file is written all the same`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/adce.log"
    let file = RotatingFile(path: path, bytesMax: 10, backups: 1)
    file.write(String(repeating: "x", count: 50))
    file.write("next")
    #expect(try text(path) == "next\n")
    #expect(try text(path + ".1").utf8.count == 51)
  }

  @Test func `a full disk loses lines, counts them, and is no failure`() throws {
    let file = RotatingFile(path: "/dev/full", bytesMax: 0, backups: 1)
    for _ in 1...3 { file.write("nobody reads this") }
    #expect(file.lostLines == 3)
  }

  @Test func `when there is room again the loss is the first line`() throws {
    let folder = TemporaryFolder()
    // A file stands where the folder should be.
    try folder.write("", to: "log")
    let file = RotatingFile(path: folder.path + "/log/adce.log", bytesMax: 0, backups: 1)
    file.write("one")
    file.write("two")
    #expect(file.lostLines == 2)
    try FileManager.default.removeItem(atPath: folder.path + "/log")
    file.write("three")
    let lines = try text(folder.path + "/log/adce.log").split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("adce: 2 log lines were lost: ") == true)
    #expect(lines.last == "three")
    #expect(file.lostLines == 0)
  }

  @Test func `a file that somebody else put aside is opened anew`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/adce.log"
    let file = RotatingFile(path: path, bytesMax: 0, backups: 1)
    file.write("one")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".mine")
    file.write("two")
    file.reopen()
    file.write("three")
    #expect(try text(path) == "two\nthree\n")
    #expect(try text(path + ".mine") == "one\n")
  }

  @Test func `descriptors of the same file follow it`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/adce.log"
    let follower = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
    defer { close(follower) }
    let file = RotatingFile(path: path, bytesMax: 10, backups: 1, followers: [follower])
    file.write("12345678")
    file.write("next")
    #expect(Glibc.write(follower, "crash\n", 6) == 6)
    #expect(try text(path) == "next\ncrash\n")
    #expect(try text(path + ".1") == "12345678\n")
  }

  @Test func `secrets do not reach a log, in any style`() {
    for style in [LineLogHandler.Style.human, .dated, .json] {
      let lines = Locked<[String]>([])
      var log = Logger(label: "adce") { label in
        LineLogHandler(
          label: label, level: .info, style: style, redaction: Redaction(["s3cret/key"])
        ) { line in lines.withLock { $0.append(line) } }
      }
      log[metadataKey: "header"] = "s3cret/key"
      log.warning("asked with s3cret/key and s3cret%2Fkey")
      log.debug("not kept")
      let text = lines.withLock { $0 }.joined()
      #expect(!text.contains("s3cret"), "\(style)")
      #expect(text.contains("[redacted]"), "\(style)")
    }
  }

  @Test func `in a file an event is one line that begins with its time`() {
    let lines = Locked<[String]>([])
    let log = Logger(label: "adce") { label in
      LineLogHandler(label: label, level: .info, style: .dated) { line in
        lines.withLock { $0.append(line) }
      }
    }
    log.info("two\nlines")
    #expect(
      lines.withLock { $0 }.first?.wholeMatch(
        of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info two ⏎ lines/) != nil)
  }
}
