@testable import ADCEKernel

/// A record as it lies in the store, with a way to read it back that has forgotten its type.
struct StoredRecord {
  var table: TableID
  var key: [UInt8]
  var body: [UInt8]
  /// Reads another key and body as this type; gives them stored anew.
  var reread: @Sendable ([UInt8], [UInt8]) throws(DecodingFailure) -> StoredRecord

  init<R: Record>(_ record: R, at key: R.Key) {
    var encoder = Encoder()
    let (_, keyRange, bodyRange) = StoredForm.encode(record, at: key, into: &encoder)
    table = R.table
    self.key = Array(encoder.bytes[keyRange])
    body = Array(encoder.bytes[bodyRange])
    reread = { (key, body) throws(DecodingFailure) in
      var result: Result<StoredRecord, DecodingFailure>?
      key.withUnsafeBytes { key in
        body.withUnsafeBytes { body in
          do throws(DecodingFailure) {
            let (key, record, _) = try StoredForm.decode(R.self, key: key, body: body)
            result = .success(StoredRecord(record, at: key))
          } catch {
            result = .failure(error)
          }
        }
      }
      guard let result else { throw .malformed("nothing was read") }
      return try result.get()
    }
  }

  /// The body with other fields under the version byte, and a checksum that fits them.
  func body(version: UInt8 = 1, fields: [UInt8]) -> [UInt8] {
    let content = [version] + fields
    let hash = key.withUnsafeBytes { key in
      content.withUnsafeBytes { StoredForm.hash(table: table, key: key, body: $0) }
    }
    return content + withUnsafeBytes(of: hash.low.littleEndian) { Array($0) }
  }

  /// What lies between the version byte and the checksum.
  var fields: [UInt8] { Array(body[1..<(body.count - StoredForm.checksumBytes)]) }

  /// One of each type, generated.
  static func all(_ chance: inout Chance) -> [StoredRecord] {
    let (controlKey, control) = chance.control()
    let (quantumKey, quantum) = chance.quantum()
    return [
      StoredRecord(control, at: controlKey),
      StoredRecord(NameRecord(text: chance.text()), at: chance.name()),
      StoredRecord(chance.catalog(), at: chance.name()),
      StoredRecord(chance.snapshot(), at: .init(chance.pick(ScanSource.allCases))),
      StoredRecord(
        chance.segment(), at: .init(segment: chance.hash(), chunk: UInt16(chance.below(9)))),
      StoredRecord(chance.ledger(), at: chance.key()),
      StoredRecord(chance.task(), at: TaskID(chance.next())),
      StoredRecord(chance.items(), at: TaskID(chance.next())),
      StoredRecord(chance.attempt(), at: AttemptID(chance.next())),
      StoredRecord(chance.keyRecord(), at: chance.key()),
      StoredRecord(chance.source(), at: chance.name()),
      StoredRecord(chance.scraper(), at: chance.name()),
      StoredRecord(quantum, at: quantumKey),
    ]
  }
}
