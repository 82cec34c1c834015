import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

struct CatalogFileTests {
  /// `a,b\n1,2\n` and `3,4\n`, each packed by gzip with no name and no time.
  private let first: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4,
    0x31, 0xe2, 0x02, 0x00, 0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00,
  ]
  private let second: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x33, 0xd6, 0x31, 0xe1, 0x02, 0x00,
    0x3e, 0x2d, 0x72, 0xa9, 0x04, 0x00, 0x00, 0x00,
  ]

  private func columns(_ text: String, _ name: String) throws -> [String] {
    try CatalogFile.table(Array(text.utf8), path: name).columns
  }

  @Test func `gzip is known by its magic bytes and may have several members`() throws {
    for name in ["games.csv.gz", "games.csv", "games"] {
      let table = try CatalogFile.table(first + second, path: name)
      #expect(table.columns == ["a", "b"])
      #expect(table.rowCount == 2)
      #expect(table.cell(row: 1, column: 1).elementsEqual("4".utf8))
    }
    #expect(throws: CatalogFileProblem.damagedGzip(path: "x.gz", .trailingGarbage)) {
      try CatalogFile.table(first + [0, 0, 0], path: "x.gz")
    }
  }

  @Test func `damaged gzip is refused`() {
    for count in 3..<first.count {
      #expect(throws: CatalogFileProblem.self) {
        try CatalogFile.table(Array(first[..<count]), path: "x.gz")
      }
    }
    var wrong = first
    wrong[20] ^= 1
    #expect(throws: CatalogFileProblem.self) { try CatalogFile.table(wrong, path: "x.gz") }
    #expect(throws: CatalogFileProblem.self) {
      try CatalogFile.table(first + second.dropLast(), path: "x.gz")
    }
  }

  @Test func `the header is told by the beginning alone, also of a packed catalog`() throws {
    let folder = TemporaryFolder()
    // Rows that do not pack well: the header comes long before their end.
    var chance = SplitMix(state: 5)
    let rows = (0..<40_000).map { _ in "\(chance.next()),x\n" }.joined()
    let whole = Gzip.compress(Array(("id,season\n" + rows).utf8))
    #expect(whole.count > 1 << 18)
    try folder.write("id,season\n" + rows, to: "plain.csv")
    try FileTree.write(whole, to: folder.path + "/whole.csv.gz")
    // Cut off, it still says its header: only that is looked at.
    try FileTree.write(Array(whole[..<(1 << 17)]), to: folder.path + "/cut.csv.gz")
    try folder.write(String(repeating: "a", count: 1 << 17) + "\n", to: "wide.csv")
    try FileTree.write([0x1F, 0x8B, 0xFF, 0xFF], to: folder.path + "/bad.csv.gz")
    #expect(mkfifo(folder.path + "/pipe.csv", 0o600) == 0)
    for name in ["plain.csv", "whole.csv.gz", "cut.csv.gz"] {
      #expect(CatalogFile.columns(folder.path + "/" + name) == ["id", "season"], "\(name)")
    }
    for name in ["wide.csv", "bad.csv.gz", "pipe.csv", "none.csv", ""] {
      #expect(CatalogFile.columns(folder.path + "/" + name) == nil, "\(name)")
    }
  }

  @Test func `the suffix decides, else a tab in the header`() throws {
    #expect(try columns("a\tb,c\n", "x.csv") == ["a\tb", "c"])
    #expect(try columns("a\tb,c\n", "X.TSV.gz") == ["a", "b,c"])
    #expect(try columns("a\tb,c\n", "x.txt") == ["a", "b,c"])
    #expect(try columns("a,c\n", "x.dat.gz") == ["a", "c"])
  }

  @Test func `what is not there, and what is no table, says why`() {
    #expect(throws: CatalogFileProblem.unreadable(path: "/nowhere/at/all.csv", errno: 2)) {
      try CatalogFile.read("/nowhere/at/all.csv")
    }
    #expect(throws: CatalogFileProblem.text(path: "x", .empty)) {
      try CatalogFile.table([], path: "x")
    }
    #expect(
      CatalogFileProblem.text(path: "x", .unclosedQuote(line: 3)).description.hasPrefix("x:3:"))
  }
}
