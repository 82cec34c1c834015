import Testing

@testable import ADCEKernel

struct MemoryRecordsTests {
  private func keys(_ records: MemoryRecords, _ table: TableID) throws -> [[UInt8]] {
    var result: [[UInt8]] = []
    try records.forEach(table) { key, _ throws(DecodingFailure) in result.append(Array(key)) }
    return result
  }

  @Test func `records are read in the order of their keys, whatever the order of writing`() throws {
    var chance = Chance(4)
    var table = Table<NameRecord>()
    var records = MemoryRecords()
    for number in (0..<200 as Range<UInt32>).shuffled(using: &chance) {
      var decision = Decision()
      table.put(NameRecord(text: "n\(number)"), at: NameID(number), into: &decision)
      records.apply(decision)
    }
    #expect(try keys(records, .names) == (0..<200).map { [0, 0, 0, UInt8($0)] })
    #expect(records.count(of: .names) == 200)
  }

  @Test func `the last word on a record counts, a deletion too`() throws {
    var table = Table<NameRecord>()
    var records = MemoryRecords()
    var decision = Decision()
    table.put(NameRecord(text: "a"), at: NameID(1), into: &decision)
    table.put(NameRecord(text: "b"), at: NameID(1), into: &decision)
    table.put(NameRecord(text: "c"), at: NameID(2), into: &decision)
    table.remove(NameID(2), into: &decision)
    records.apply(decision)
    #expect(try keys(records, .names) == [[0, 0, 0, 1]])
    var again = Table<NameRecord>()
    try records.forEach(.names) { key, body throws(DecodingFailure) in
      _ = try again.restore(key: key, body: body)
    }
    #expect(again[NameID(1)]?.text == "b")
    #expect(again.digest == decision.digestChange)
    #expect(again.digest == table.digest)
  }

  @Test func `an equal record is not written again, and an absent one not deleted`() {
    var table = Table<NameRecord>()
    var decision = Decision()
    table.put(NameRecord(text: "a"), at: NameID(1), into: &decision)
    let digest = decision.digestChange
    let bytes = decision.arena.count
    table.put(NameRecord(text: "a"), at: NameID(1), into: &decision)
    table.remove(NameID(2), into: &decision)
    #expect(decision.mutations.count == 1)
    #expect(decision.digestChange == digest)
    #expect(decision.arena.count == bytes)
  }

  @Test func `recovery names the record that it cannot read`() throws {
    var h = KernelHarness(TestWorld())
    h.begin()
    var damaged = DamagedRecords(records: h.records, table: .tasks)
    #expect(
      throws: RecoveryFailure.unreadable(.tasks, key: "0000000000000001", .checksum)
    ) { try Kernel(recovering: damaged, configuration: h.configuration, digest: nil).digest }
    damaged.table = .names
    #expect(throws: RecoveryFailure.unreadable(.names, key: "00000001", .checksum)) {
      try Kernel(recovering: damaged, configuration: h.configuration, digest: nil).digest
    }
  }

  @Test func `recovery refuses records that do not add up`() {
    var h = KernelHarness(TestWorld())
    h.begin()
    let wrong = Hash128(high: 1, low: 2)
    let failure = RecoveryFailure.digestDiffers(stored: wrong, found: h.kernel.digest)
    #expect(throws: failure) {
      try Kernel(recovering: h.records, configuration: h.configuration, digest: wrong).digest
    }
  }
}

/// Records of which one table's first has a bit flipped.
private struct DamagedRecords: RecordSource {
  var records: MemoryRecords
  var table: TableID

  func forEach(
    _ table: TableID,
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    var isFirst = true
    try records.forEach(table) { key, stored throws(DecodingFailure) in
      guard table == self.table, isFirst else { return try body(key, stored) }
      isFirst = false
      var bytes = Array(stored)
      bytes[bytes.count / 2] ^= 4
      var failure: DecodingFailure?
      bytes.withUnsafeBytes { bytes in
        do throws(DecodingFailure) { try body(key, bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }
}
