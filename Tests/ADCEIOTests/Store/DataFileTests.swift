import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct DataFileTests {
  /// A closed store whose free list is a tree of two levels, with a list so long that it lies on
  /// pages of its own. After `churn` rounds of rewriting everything its last pages are free.
  private func write(_ fixture: borrowing StateFixture, churn: Int) throws {
    var book = try Notebook(fixture.directory)
    try book.commit((0..<400).map { (Note.Key("key\($0)"), String(repeating: "k", count: 500)) })
    do {
      // While it lives no page is used again, so that each commit leaves a list of its own.
      let pin = try Snapshot.begin(
        book.store.environment, databases: book.store.databases, path: fixture.dataFile)
      for round in 0..<30 {
        try book.commit(
          (0..<400).map { (Note.Key("key\($0)"), "\(round)" + String(repeating: "k", count: 500)) })
      }
      try book.commit(
        (0..<4).map { (Note.Key("big\($0)"), String(repeating: "b", count: 600_000)) })
      try book.commit((0..<4).map { (Note.Key("big\($0)"), nil) })
      _ = consume pin
    }
    // Everything moves to pages that were used before, and the last ones stay behind.
    for round in 0..<churn {
      try book.commit(
        (0..<400).map { (Note.Key("key\($0)"), "\(round)" + String(repeating: "l", count: 500)) })
    }
    #expect(try book.store.verify().isSound)
    book.store.close()
  }

  @Test func aFileMayEndBeforeItsLastPagesIfTheyAreFree() throws {
    let fixture = StateFixture()
    try write(fixture, churn: 80)
    let size = try fixture.contents().count
    var whole = 0
    var refused = 0
    // Downwards, until it has been refused for long.
    for length in stride(from: size - 4096, to: 0, by: -4096) where refused < 20 {
      #expect(truncate(fixture.dataFile, off_t(length)) == 0)
      switch failure(opening: fixture.directory, .readOnly) {
      case nil:
        #expect(refused == 0, "cut at \(length)")
        whole += 1
      case .truncated: refused += 1
      case let other?: Issue.record("cut at \(length): \(other)")
      }
    }
    #expect(whole >= 200)
    #expect(refused == 20)
  }

  @Test func aFileThatEndsEarlyGrowsAgain() throws {
    let fixture = StateFixture()
    try write(fixture, churn: 80)
    let size = try fixture.contents().count
    #expect(truncate(fixture.dataFile, off_t(size - 100 * 4096)) == 0)
    var book = try Notebook(fixture.directory)
    for round in 0..<5 {
      try book.commit(
        (0..<400).map { (Note.Key("new\($0)"), "\(round)" + String(repeating: "n", count: 2000)) })
      #expect(try book.store.verify().isSound)
    }
    book.store.close()
    #expect(failure(opening: fixture.directory) == nil)
  }

  /// What is wrongly taken for free would be missed by the look at every record.
  @Test func pagesOnTheFreeListCanBeOverwrittenWithoutHarm() throws {
    let fixture = StateFixture()
    try write(fixture, churn: 0)
    let file = try DataFile.at(fixture.dataFile)
    let meta = try file.newestMeta()
    let free = try #require(try file.freePages(in: 0..<meta.lastPage + 1, by: meta))
    // 30 rounds of some sixty pages, and four bodies of 147.
    #expect(free.count > 2000)
    #expect(!free.contains(0) && !free.contains(1))

    var bytes = try fixture.contents()
    let depth = bytes[Int(meta.transaction % 2) * Int(meta.pageBytes) + 46]
    #expect(depth >= 2)
    let garbage = Data(repeating: 0xA5, count: Int(meta.pageBytes))
    for page in free where (Int(page) + 1) * garbage.count <= bytes.count {
      bytes.replaceSubrange(
        Int(page) * garbage.count..<(Int(page) + 1) * garbage.count, with: garbage)
    }
    try fixture.overwrite(bytes)
    #expect(failure(opening: fixture.directory) == nil)
    var book = try Notebook(fixture.directory)
    try book.commit((0..<400).map { (Note.Key("new\($0)"), "after") })
    #expect(try book.store.verify().isSound)
  }

  @Test func aFileThatCanGrowDoesNotLackRoomAndKeepsItsLength() throws {
    let fixture = StateFixture()
    try Store.open(directory: fixture.directory, mode: .readWrite).close()
    let before = try fixture.contents()
    #expect(!DataFile.lacksRoom(fixture.dataFile))
    #expect(try fixture.contents() == before)
    #expect(DataFile.lacksRoom("/dev/full"))
  }
}
