/// How a record lies in the store: under its key, a version byte, the fields, and eight bytes of
/// checksum, which are the low half of the record's digest hash. The hash covers table, key and
/// body, so that a record under the wrong key or in the wrong table is as wrong as a flipped bit.
public enum StoredForm {
  package static let checksumBytes = 8

  /// Appends a record; the ranges are of `encoder.bytes`.
  static func encode<R: Record>(
    _ record: R, at key: R.Key, into encoder: inout Encoder
  ) -> (hash: Hash128, key: Range<Int>, body: Range<Int>) {
    let start = encoder.bytes.count
    key.encode(into: &encoder)
    let bodyStart = encoder.bytes.count
    precondition(bodyStart - start <= 511, "a key of \(R.table) is longer than 511 bytes")
    encoder.put(R.version)
    record.encode(into: &encoder)
    let bodyEnd = encoder.bytes.count
    let hash = encoder.bytes.withUnsafeBytes { bytes in
      self.hash(
        table: R.table, key: UnsafeRawBufferPointer(rebasing: bytes[start..<bodyStart]),
        body: UnsafeRawBufferPointer(rebasing: bytes[bodyStart..<bodyEnd]))
    }
    encoder.put(hash.low)
    return (hash, start..<bodyStart, bodyStart..<bodyEnd + checksumBytes)
  }

  /// The digest hash of a record: of its body, seeded by the hash of its key, seeded by its table.
  static func hash(
    table: TableID, key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) -> Hash128 {
    Hash128(of: body, seed: Hash128(of: key, seed: UInt64(table.rawValue)).low)
  }

  /// Checks a stored body against its checksum and gives its digest hash. The key and the body are
  /// as they lie in the store. Shared by recovery and by `state verify`.
  public static func verify(
    table: TableID, key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> Hash128 {
    guard body.count > checksumBytes else { throw .truncated }
    let content = UnsafeRawBufferPointer(rebasing: body[..<(body.count - checksumBytes)])
    let hash = hash(table: table, key: key, body: content)
    let stored = body.loadUnaligned(fromByteOffset: content.count, as: UInt64.self)
    guard UInt64(littleEndian: stored) == hash.low else { throw .checksum }
    return hash
  }

  /// Reads a record back, its checksum verified.
  static func decode<R: Record>(
    _ type: R.Type, key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> (key: R.Key, record: R, hash: Hash128) {
    let hash = try verify(table: R.table, key: key, body: body)
    guard body[0] <= R.version else { throw .newerVersion(body[0]) }
    var keyDecoder = Decoder(key)
    let decodedKey = try R.Key(from: &keyDecoder)
    var decoder = Decoder(
      UnsafeRawBufferPointer(rebasing: body[1..<(body.count - checksumBytes)]))
    return (decodedKey, try R(from: &decoder), hash)
  }
}

extension Encoder {
  mutating func truncate(to count: Int) { removeLast(bytes.count - count) }
}
