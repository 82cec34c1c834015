import Testing

@testable import ADCEKernel

struct CodecTests {
  @Test func `every table has a sample`() {
    var chance = Chance(1)
    #expect(Set(StoredRecord.all(&chance).map(\.table)) == Set(TableID.allCases))
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `a record read back is stored as it was`(seed: UInt64) throws {
    var chance = Chance(seed)
    for record in StoredRecord.all(&chance) {
      let again = try record.reread(record.key, record.body)
      #expect(again.key == record.key, "\(record.table)")
      #expect(again.body == record.body, "\(record.table)")
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `any flipped bit is caught, in the body and in the key`(seed: UInt64) {
    var chance = Chance(seed)
    for record in StoredRecord.all(&chance) {
      for _ in 0..<8 {
        var body = record.body
        body[chance.below(body.count)] ^= 1 << UInt8(chance.below(8))
        #expect(throws: DecodingFailure.checksum) { try record.reread(record.key, body) }
        var key = record.key
        guard !key.isEmpty else { continue }
        key[chance.below(key.count)] ^= 1 << UInt8(chance.below(8))
        #expect(throws: DecodingFailure.checksum) { try record.reread(key, record.body) }
      }
    }
  }

  @Test func `a record of another table is caught`() {
    var chance = Chance(3)
    let source = StoredRecord(chance.source(), at: NameID(1))
    let name = StoredRecord(NameRecord(text: "x"), at: NameID(1))
    #expect(throws: DecodingFailure.checksum) { try name.reread(source.key, source.body) }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `a body that is cut is refused by its checksum, or as too short for one`(seed: UInt64) {
    var chance = Chance(seed)
    for record in StoredRecord.all(&chance) {
      for length in 0..<record.body.count {
        let expected: DecodingFailure = length <= 8 ? .truncated : .checksum
        #expect(throws: expected) { try record.reread(record.key, Array(record.body[..<length])) }
      }
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `fewer fields read as defaults, half a field is an error, and neither is a trap`(
    seed: UInt64
  ) {
    var chance = Chance(seed)
    for record in StoredRecord.all(&chance) {
      for length in 0...record.fields.count {
        let body = record.body(fields: Array(record.fields[..<length]))
        do throws(DecodingFailure) {
          _ = try record.reread(record.key, body)
        } catch {
          #expect(error != .checksum)
        }
      }
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `whatever the fields hold, reading them comes to an end`(seed: UInt64) {
    var chance = Chance(seed)
    for record in StoredRecord.all(&chance) {
      for _ in 0..<6 {
        var fields = record.fields
        for _ in 0..<(1 + chance.below(4)) where !fields.isEmpty {
          fields[chance.below(fields.count)] = chance.pick([0, 1, 0x7F, 0x80, 0xFF])
        }
        _ = try? record.reread(record.key, record.body(fields: fields))
      }
      let all = [UInt8](repeating: 0xFF, count: 300)
      _ = try? record.reread(record.key, record.body(fields: all))
    }
  }

  @Test func `a newer version is refused and an older one is read`() throws {
    var chance = Chance(8)
    for record in StoredRecord.all(&chance) {
      #expect(throws: DecodingFailure.newerVersion(200)) {
        try record.reread(record.key, record.body(version: 200, fields: record.fields))
      }
      let old = record.body(version: 0, fields: record.fields)
      #expect(try record.reread(record.key, old).fields == record.fields)
    }
  }

  @Test func `fields that a newer build appended are ignored`() throws {
    var chance = Chance(9)
    for record in StoredRecord.all(&chance) where record.table != .names {
      let body = record.body(fields: record.fields + [1, 2, 3, 4])
      #expect(try record.reread(record.key, body).fields == record.fields, "\(record.table)")
    }
  }

  @Test func `what a key's record lacks has the value of a new one`() throws {
    var record = KeyRecord()
    record.attempts = 3
    let stored = StoredRecord(record, at: LakeKey(Array("a".utf8)))
    // The last three fields: foundBefore, longKey and isOutcomeUnknown.
    let cut = stored.body(fields: Array(stored.fields.dropLast(13)))
    #expect(try stored.reread(stored.key, cut).fields == stored.fields)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `the bytes of keys sort as the keys do`(seed: UInt64) {
    var chance = Chance(seed)
    func check<K: RecordKey>(_ keys: [K]) {
      func bytes(_ key: K) -> [UInt8] {
        var encoder = Encoder()
        key.encode(into: &encoder)
        return encoder.bytes
      }
      let byKey = keys.sorted().map(bytes)
      let byBytes = keys.map(bytes).sorted { $0.lexicographicallyPrecedes($1) }
      #expect(byKey == byBytes)
    }
    check((0..<30).map { _ in TaskID(chance.next() >> UInt64(chance.below(60))) })
    check((0..<30).map { _ in AttemptID(chance.next()) })
    check((0..<30).map { _ in chance.name() })
    check((0..<30).map { _ in chance.key() })
    check((0..<30).map { _ in chance.quantum().0 })
    check(ScanSource.allCases.map { SnapshotRecord.Key($0) })
    check(
      (0..<30).map { _ in
        SegmentRecord.Key(segment: chance.hash(), chunk: UInt16(chance.below(99)))
      })
  }

  @Test func `a key that is longer than a record's can be lies under its hash`() throws {
    let long = [UInt8](repeating: 0x61, count: 1024)
    let stored = StoredRecord(KeyRecord(), at: LakeKey(long))
    #expect(stored.key.count == 17)
    #expect(LakeKey(long) != LakeKey(long.dropLast()))
    let plain = LakeKey(Array(long[..<500]))
    #expect(StoredRecord(KeyRecord(), at: plain).key.count == 501)
  }
}
