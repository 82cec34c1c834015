import ADCEKernel
import Testing

@testable import ADCEIO

@Suite struct StoreSchemaTests {
  private func open(
    _ directory: String, _ mode: Store.Mode, _ schema: StoreSchema
  ) throws(StoreFailure) -> Store {
    try Store.open(directory: directory, mode: mode, mapSize: .standard, schema: schema)
  }

  /// Turns every note's text to capitals.
  private let capitals = StoreSchema.Migration(name: "capitals") {
    snapshot, decision throws(StoreFailure) in
    try snapshot.forEach(.ledger) { key, body throws(StoreFailure) in
      do throws(DecodingFailure) {
        let old = try StoredForm.verify(table: .ledger, key: key, body: body)
        let text = String(decoding: body.dropFirst(5).dropLast(8), as: UTF8.self)
        _ = decision.put(
          Note(text.uppercased()), at: Note.Key(String(decoding: key, as: UTF8.self)),
          replacing: old)
      } catch {
        throw .corruptRecord(table: .ledger, key: key.printable, reason: error)
      }
    }
  }
  private let nothing = StoreSchema.Migration(name: "nothing") { _, _ in }

  @Test func anOlderStoreIsBroughtUpToDateOnce() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory)
    try book.commit([("a", "one"), ("b", "two")])
    book.store.close()

    let schema = StoreSchema(migrations: [capitals, nothing])
    let store = try open(fixture.directory, .readWrite, schema)
    #expect(try Notebook.notes(of: store) == ["a=ONE", "b=TWO"])
    #expect(store.meta.migrations == ["capitals", "nothing"])
    #expect(store.meta.sequence == 3)
    #expect(try store.verify().isSound)
    store.close()

    let again = try open(fixture.directory, .readWrite, schema)
    #expect(again.meta.sequence == 3)
  }

  @Test func aNewStoreNeedsNoMigration() throws {
    let fixture = StateFixture()
    let store = try open(
      fixture.directory, .readWrite, StoreSchema(migrations: [capitals, nothing]))
    #expect(store.meta.migrations == ["capitals", "nothing"])
    #expect(store.meta.sequence == 0)
  }

  @Test func aCommitKeepsTheNamesOfTheMigrations() throws {
    let fixture = StateFixture()
    let schema = StoreSchema(migrations: [nothing])
    var store = try open(fixture.directory, .readWrite, schema)
    try store.commit(Decision(), sequence: 1, digest: .zero, at: Instant(seconds: 5))
    store.close()
    #expect(try open(fixture.directory, .readOnly, schema).meta.migrations == ["nothing"])
  }

  @Test func aNewerStoreIsRefused() throws {
    let fixture = StateFixture()
    try open(fixture.directory, .readWrite, StoreSchema(migrations: [nothing, capitals])).close()
    for mode in [Store.Mode.readWrite, .readOnly] {
      let found = failure(opening: fixture.directory, mode)
      #expect(found == .newerSchema(path: fixture.dataFile, unknown: "nothing, capitals"))
      #expect(found?.exitCode == 65)
    }
  }

  @Test func anOlderStoreIsNotReadOnly() throws {
    let fixture = StateFixture()
    try Store.open(directory: fixture.directory, mode: .readWrite).close()
    #expect(throws: StoreFailure.olderSchema(path: fixture.dataFile, missing: "nothing")) {
      try open(fixture.directory, .readOnly, StoreSchema(migrations: [nothing])).close()
    }
  }

  @Test func theRecordOfACommitHasGoldenBytes() throws {
    let meta = StoreMeta(
      sequence: 7, digest: Hash128(high: 1, low: 2), writtenAt: Instant(milliseconds: 3),
      migrations: ["ab"])
    let bytes = meta.encoded()
    #expect(
      hexadecimal(bytes.dropLast(8))
        == "01" + "0700000000000000" + "0100000000000000" + "0200000000000000"
        + "0300000000000000" + "01000000" + "02000000" + "6162")
    #expect(hexadecimal(bytes.suffix(8)) == "ad861181a0f558a3")
    #expect(try bytes.withBytes { try StoreMeta(stored: $0) } == meta)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1
      #expect(throws: DecodingFailure.checksum) {
        try damaged.withBytes { try StoreMeta(stored: $0) }
      }
      #expect(throws: DecodingFailure.self) {
        try Array(bytes[..<index]).withBytes { try StoreMeta(stored: $0) }
      }
    }
  }
}
