import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreCommitTests {
  @Test func aNewStoreIsEmptyPrivateAndAtSequenceZero() throws {
    let fixture = StateFixture()
    let store = try Store.open(directory: fixture.directory, mode: .readWrite)
    #expect(store.meta.sequence == 0)
    #expect(store.meta.digest == .zero)
    #expect(try store.verify().records == 0)
    for file in ["", "/data.mdb", "/lock.mdb", "/adce.lock"] {
      let found = try FileManager.default.attributesOfItem(atPath: fixture.directory + file)
      #expect((found[.posixPermissions] as? Int ?? 0) & 0o077 == 0, "\(file)")
    }
  }

  @Test func whatWasCommittedIsThereAfterReopening() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("b", "two"), ("a", "one"), ("c", "three")])
    try book.commit([("b", nil), ("c", "drei")])
    let digest = book.digest
    book.store.close()

    let again = try Notebook(fixture.directory)
    #expect(again.store.meta.sequence == 2)
    #expect(again.store.meta.digest == digest)
    #expect(again.store.meta.writtenAt == Instant(seconds: 1000))
    #expect(try again.notes() == ["a=one", "c=drei"])
    #expect(try again.store.verify().isSound)
  }

  @Test func ofSeveralChangesToARecordInOneCommitTheLastCounts() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "1"), ("b", "1"), ("a", "2"), ("b", nil), ("c", nil), ("c", "3")])
    #expect(try book.notes() == ["a=2", "c=3"])
    try book.commit([("a", nil), ("a", "4"), ("c", "5"), ("c", nil)])
    #expect(try book.notes() == ["a=4"])
    #expect(try book.store.verify().isSound)
  }

  @Test func keysAreReadInTheOrderOfTheirBytes() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    let keys = ["b", "a", "aa", "é", "Z", "a/b", "a0"]
    try book.commit(keys.map { (Note.Key($0), "") })
    let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    #expect(try book.notes() == sorted.map { "\($0)=" })
  }

  @Test func aWalkCanStartAtAKeyOrBetweenTwo() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", ""), ("c", ""), ("d", "")])
    for (first, expected) in [("", "acd"), ("a", "acd"), ("b", "cd"), ("d", "d"), ("e", "")] {
      var found = ""
      try book.store.read { snapshot throws(StoreFailure) in
        try snapshot.forEach(.ledger, from: Array(first.utf8)) { key, _ in
          found += String(decoding: key, as: UTF8.self)
        }
      }
      #expect(found == expected, "from \(first)")
    }
  }

  @Test func oneRecordCanBeReadAndTablesCounted() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "xyz"), ("b", "")])
    try book.store.read { snapshot throws(StoreFailure) in
      let size = try snapshot.withBody(of: Array("a".utf8), in: .ledger) { $0.count }
      #expect(size == 1 + 4 + 3 + 8)
      let absent = try snapshot.withBody(of: Array("z".utf8), in: .ledger) { $0.count }
      #expect(absent == nil)
      #expect(try snapshot.count(.ledger) == 2)
      #expect(try snapshot.count(.tasks) == 0)
    }
  }

  @Test func keysOfTheGreatestLengthAndLargeBodiesAreKept() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    let key = String(repeating: "k", count: 511)
    let text = String(repeating: "t", count: 300_000)
    try book.commit([(Note.Key(key), text)])
    #expect(try book.notes() == ["\(key)=\(text)"])
  }

  @Test func fourThousandMutationsInOneCommitAreAllThere() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    let changes = (0..<4000).map { (Note.Key("\($0 &* 2_654_435_761 % 1_000_003)"), "n\($0)") }
    try book.commit(changes)
    #expect(try book.store.verify().records == book.count)
    #expect(try book.store.verify().isSound)
  }

  @Test func aPathWithParentsThatAreNotThereIsMade() throws {
    let fixture = StateFixture()
    let deep = fixture.root + "/a/b/state/"
    #expect(failure(opening: deep) == nil)
  }
}
