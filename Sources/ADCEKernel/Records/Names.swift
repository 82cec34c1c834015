/// A stable number for a name: what reaches the disk instead of the name's place in a YAML file.
public struct NameID: RecordKey {
  /// 0 stands for "none".
  public var number: UInt32

  public init(_ number: UInt32) { self.number = number }

  public static let none = NameID(0)

  public static func < (a: NameID, b: NameID) -> Bool { a.number < b.number }
  public func encode(into encoder: inout Encoder) { encoder.putBigEndian(number) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    number = try decoder.bigEndian()
  }
}

public struct NameRecord: Record {
  public typealias Key = NameID
  public static let table = TableID.names
  public static let version: UInt8 = 1

  public var text: String

  public init(text: String) { self.text = text }
  public func encode(into encoder: inout Encoder) { encoder.put(text) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    text = try decoder.string()
  }
}

/// The append-only table of names: sources, data types, seasons, scrapers, catalogs.
struct Names: Sendable {
  private(set) var table = Table<NameRecord>()
  private var ids: [String: NameID] = [:]

  /// The number of a name, given out now if it has none yet.
  mutating func id(_ text: String, into decision: inout Decision) -> NameID {
    if let id = ids[text] { return id }
    let id = NameID(UInt32(table.count) + 1)
    ids[text] = id
    table.put(NameRecord(text: text), at: id, into: &decision)
    return id
  }

  /// The number of a name that has one.
  func known(_ text: String) -> NameID? { ids[text] }

  /// The name behind a number; nil for `.none`.
  func text(_ id: NameID) -> String? { table[id]?.text }

  mutating func restore(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> Hash128 {
    let (id, record, hash) = try table.restore(key: key, body: body)
    ids[record.text] = id
    return hash
  }
}
