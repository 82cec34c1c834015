import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreDamageTests {
  /// A closed store of 300 notes, of which each is found in the file by its text.
  private func write(_ fixture: borrowing StateFixture) throws {
    var book = try Notebook(fixture.directory)
    try book.commit(
      (0..<300).map { (Note.Key("key\($0)"), "<\($0)>" + String(repeating: "x", count: 99)) })
    try book.commit((0..<50).map { (Note.Key("key\($0)"), "<again \($0)>") })
    book.store.close()
  }

  @Test func aFlippedByteOfARecordIsNamedAndRecoveryRefuses() throws {
    let fixture = StateFixture()
    try write(fixture)
    var bytes = try fixture.contents()
    // Pages that are free by now hold older copies of it; a byte is changed in each.
    #expect(bytes.range(of: Data("<123>".utf8)) != nil)
    while let place = bytes.range(of: Data("<123>".utf8)) { bytes[place.lowerBound + 2] ^= 1 }
    try fixture.overwrite(bytes)

    let store = try Store.open(directory: fixture.directory, mode: .readOnly)
    let found = try store.verify()
    #expect(!found.isSound)
    #expect(found.records == 300)
    #expect(found.faultCount == 1)
    #expect(
      found.faults == [Verification.Fault(table: .ledger, key: "key123", reason: .checksum)])
    store.close()
    #expect(throws: StoreFailure.corruptRecord(table: .ledger, key: "key123", reason: .checksum)) {
      _ = try Notebook(fixture.directory)
    }
  }

  @Test func ofManyBadRecordsTheFirstAreNamedAndAllCounted() throws {
    let fixture = StateFixture()
    try write(fixture)
    var bytes = try fixture.contents()
    // Old pages hold old copies; a byte is changed in every copy.
    while let place = bytes.range(of: Data(">xxxx".utf8)) { bytes[place.lowerBound] = 0x21 }
    try fixture.overwrite(bytes)
    let store = try Store.open(directory: fixture.directory, mode: .readOnly)
    let found = try store.verify()
    #expect(found.faultCount == 250)
    #expect(found.faults.count == 20)
    #expect(found.faults.first?.key == "key100")
  }

  @Test func aRecordThatIsLostWithoutATraceIsMissedByTheDigest() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "one"), ("b", "two")])
    // A deletion that the digest does not know of.
    var decision = Decision()
    decision.remove(Note.self, at: "a", replacing: .zero)
    try book.store.commit(decision, sequence: 2, digest: book.digest, at: Instant(seconds: 0))
    let found = try book.store.verify()
    #expect(found.faultCount == 0)
    #expect(!found.isSound)
    book.store.close()
    guard case .digestMismatch(_, let stored, let sum) = failure(opening: fixture.directory) else {
      Issue.record("not told")
      return
    }
    #expect(stored == found.meta.digest)
    #expect(sum == found.digest)
  }

  /// A file may end before its last page if the pages beyond are free: then all is well.
  @Test func aFileCutAtAnyPageIsEitherRefusedOrWhole() throws {
    let fixture = StateFixture()
    try write(fixture)
    let whole = try fixture.contents()
    var refused = 0
    for length in stride(from: 0, to: whole.count, by: 2048) {
      try fixture.overwrite(whole.prefix(length))
      switch failure(opening: fixture.directory) {
      case nil: continue
      case .truncated(fixture.dataFile, UInt64(length), let needed):
        #expect(needed > UInt64(length))
        refused += 1
      case let other?: Issue.record("cut at \(length): \(other)")
      }
    }
    #expect(refused > whole.count / 4096)
    try fixture.overwrite(whole)
    #expect(failure(opening: fixture.directory) == nil)
  }

  @Test func anEmptyDataFileIsNotTakenForANewStore() throws {
    let fixture = StateFixture()
    try write(fixture)
    try fixture.overwrite(Data())
    let found = failure(opening: fixture.directory)
    #expect(found?.exitCode == 65)
    #expect(found?.message.contains("truncated: 0 bytes") == true)
    #expect(try fixture.contents().isEmpty)
  }

  @Test func aFileThatIsNotOursIsRefused() throws {
    let fixture = StateFixture()
    try write(fixture)
    let whole = try fixture.contents()
    try fixture.overwrite(Data(repeating: 0x41, count: 20_000))
    guard case .notAStore = failure(opening: fixture.directory) else {
      Issue.record("text was taken for a store")
      return
    }
    var newer = whole
    newer[20] = 9
    try fixture.overwrite(newer)
    #expect(failure(opening: fixture.directory)?.message.contains("data version 9") == true)
    var absurd = whole
    absurd[40] = 3
    try fixture.overwrite(absurd)
    guard case .damaged = failure(opening: fixture.directory) else {
      Issue.record("an absurd page size was taken for true")
      return
    }
  }

  @Test func anLMDBFileOfSomebodyElseIsRefused() throws {
    let fixture = StateFixture()
    mkdir(fixture.directory, 0o700)
    do {
      let foreign = try Environment.open(
        fixture.directory, flags: 0, mapBytes: 1 << 20, databases: 4)
      let transaction = try WriteTransaction.begin(
        foreign, path: fixture.dataFile, mapBytes: 1 << 20)
      _ = try transaction.openDatabase("theirs")
      #expect(transaction.commit() == 0)
    }
    guard case .notAStore = failure(opening: fixture.directory) else {
      Issue.record("it was taken for ours")
      return
    }
  }

  @Test func aDamagedRecordOfTheCommitIsNamed() throws {
    let fixture = StateFixture()
    try write(fixture)
    var bytes = try fixture.contents()
    var from = bytes.startIndex
    var copies = 0
    while let place = bytes.range(of: Data("state\u{1}".utf8), in: from..<bytes.endIndex) {
      bytes[place.upperBound] ^= 0xFF
      from = place.upperBound
      copies += 1
    }
    #expect(copies > 0)
    try fixture.overwrite(bytes)
    #expect(
      failure(opening: fixture.directory)
        == .corruptMeta(path: fixture.dataFile, reason: .checksum))
  }
}
