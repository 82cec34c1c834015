public import ADCEKernel

/// What each commit says of itself: which it is, what the records then add up to, and in which
/// form they are. One record of the table `meta`, with its own checksum.
public struct StoreMeta: Hashable, Sendable {
  /// The number of the last commit; 0 in a new store.
  public var sequence: UInt64
  /// The sum of all records' hashes after it.
  public var digest: Hash128
  /// When it was made, by the caller's clock.
  public var writtenAt: Instant
  /// The migrations that the records have been through, in their order.
  public var migrations: [String]
  /// Which lake the records are about, as `LakeSettings.identity` has it; nil in a state that has
  /// not been told.
  public var lake: String?

  static let version: UInt8 = 1
  static let key = Array("state".utf8)

  /// The stored form: version, fields, checksum (the low half of the hash of what precedes it).
  func encoded() -> [UInt8] {
    var encoder = Encoder()
    encoder.put(StoreMeta.version)
    encoder.put(sequence)
    encoder.put(digest)
    encoder.put(writtenAt)
    encoder.put(UInt32(migrations.count))
    for name in migrations { encoder.put(name) }
    if let lake { encoder.put(lake) }
    encoder.put(Hash128(of: encoder.bytes).low)
    return encoder.bytes
  }
}

extension StoreMeta {
  /// Reads the stored form, its checksum verified.
  init(stored bytes: UnsafeRawBufferPointer) throws(DecodingFailure) {
    guard bytes.count > 9 else { throw .truncated }
    let content = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 8)])
    let checksum = bytes.loadUnaligned(fromByteOffset: content.count, as: UInt64.self)
    guard UInt64(littleEndian: checksum) == Hash128(of: content).low else { throw .checksum }
    guard content[0] <= StoreMeta.version else { throw .newerVersion(content[0]) }
    var decoder = Decoder(UnsafeRawBufferPointer(rebasing: content[1...]))
    sequence = try decoder.integer()
    digest = try decoder.hash()
    writtenAt = try decoder.instant()
    migrations = []
    for _ in 0..<(try decoder.integer(UInt32.self)) {
      guard !decoder.isAtEnd else { throw .truncated }
      migrations.append(try decoder.string())
    }
    lake = decoder.isAtEnd ? nil : try decoder.string()
  }
}
