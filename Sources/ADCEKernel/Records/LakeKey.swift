/// The key of an object as the key of a record.
///
/// S3 keys reach 1,024 bytes and record keys 511: a longer one is stored under its hash, and its
/// record carries it in full. A first byte tells the forms apart.
public struct LakeKey: RecordKey {
  private enum Form {
    static let plain: UInt8 = 0
    static let hashed: UInt8 = 1
    static let count: UInt8 = 2
  }
  static let plainBytesMax = 500

  /// As stored: the form, then the key or its hash.
  let stored: [UInt8]

  public init(_ key: [UInt8]) {
    if key.count <= LakeKey.plainBytesMax {
      stored = [Form.plain] + key
    } else {
      var encoder = Encoder()
      encoder.put(Form.hashed)
      encoder.put(Hash128(of: key))
      stored = encoder.bytes
    }
  }

  /// What stands for all objects of a count slot (`KeySpace.CountSlot.identity`).
  init(countSlot identity: Hash128) {
    var encoder = Encoder()
    encoder.put(Form.count)
    encoder.put(identity)
    stored = encoder.bytes
  }

  /// The object's key, unless only its hash is known.
  var plain: ArraySlice<UInt8>? {
    stored.first == Form.plain ? stored[1...] : nil
  }

  public static func < (a: LakeKey, b: LakeKey) -> Bool {
    a.stored.lexicographicallyPrecedes(b.stored)
  }
  public func encode(into encoder: inout Encoder) { encoder.putRaw(stored) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    stored = decoder.rest()
    guard let form = stored.first, form <= Form.count else { throw .malformed("a lake key") }
  }
}
