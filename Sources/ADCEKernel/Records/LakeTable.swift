/// A record about one key of the lake.
protocol LakeRecord: Record where Key == LakeKey {
  /// The key in full, where its record key is only its hash.
  var longKey: [UInt8] { get set }
}

extension LedgerRecord: LakeRecord {}
extension KeyRecord: LakeRecord {}

/// Records by lake key: on disk by key, in memory by ordinal, so that a hundred thousand of them
/// hold no keys.
struct LakeTable<R: LakeRecord>: Sendable {
  struct Row: Sendable {
    var record: R
    var hash: Hash128
  }

  /// Of the keys that the current key space expects.
  private(set) var rows: [UInt32: Row] = [:]
  /// Of those that it does not, and of counts.
  private(set) var others: [LakeKey: Row] = [:]

  var count: Int { rows.count + others.count }

  subscript(ordinal: Int) -> R? { rows[UInt32(ordinal)]?.record }
  subscript(key: LakeKey) -> R? { others[key]?.record }

  mutating func put(
    _ record: R, at ordinal: Int, in space: KeySpace, into decision: inout Decision
  ) {
    var record = record
    let key = LakeTable.key(of: ordinal, in: space, &record)
    let hash = decision.put(record, at: key, replacing: rows[UInt32(ordinal)]?.hash)
    rows[UInt32(ordinal)] = Row(record: record, hash: hash)
  }

  mutating func remove(at ordinal: Int, in space: KeySpace, into decision: inout Decision) {
    guard var row = rows.removeValue(forKey: UInt32(ordinal)) else { return }
    let key = LakeTable.key(of: ordinal, in: space, &row.record)
    decision.remove(R.self, at: key, replacing: row.hash)
  }

  mutating func put(_ record: R, at key: LakeKey, into decision: inout Decision) {
    let hash = decision.put(record, at: key, replacing: others[key]?.hash)
    others[key] = Row(record: record, hash: hash)
  }

  mutating func remove(_ key: LakeKey, into decision: inout Decision) {
    guard let row = others.removeValue(forKey: key) else { return }
    decision.remove(R.self, at: key, replacing: row.hash)
  }

  /// Those of expected keys, in the order of ordinals. O(n log n).
  var sortedRows: [(ordinal: UInt32, record: R)] {
    rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value.record) }
  }

  /// The others, in the order of their keys. O(n log n).
  var sortedOthers: [(key: LakeKey, record: R)] {
    others.sorted { $0.key < $1.key }.map { ($0.key, $0.value.record) }
  }

  /// Takes the rows to another key space: by key, each found again or set aside.
  mutating func reindex(from old: KeySpace, to new: KeySpace) {
    let before = (rows, others)
    rows = [:]
    others = [:]
    var key: [UInt8] = []
    for (ordinal, row) in before.0 {
      key.removeAll(keepingCapacity: true)
      old.appendKey(of: Int(ordinal), to: &key)
      place(row, at: LakeKey(key), bytes: key, in: new)
    }
    for (lakeKey, row) in before.1 {
      place(row, at: lakeKey, bytes: LakeTable.bytes(lakeKey, row.record), in: new)
    }
  }

  /// Drops what no key of the space stands for, unless it is to be kept; at most `limit` records.
  /// True if none is left.
  mutating func removeOthers(
    limit: Int, keeping isKept: (LakeKey, R) -> Bool, into decision: inout Decision
  ) -> Bool {
    let gone = others.filter { !isKept($0.key, $0.value.record) }.keys.sorted()
    for key in gone.prefix(limit) { remove(key, into: &decision) }
    return gone.count <= limit
  }

  mutating func restore(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, in space: KeySpace
  ) throws(DecodingFailure) -> Hash128 {
    let (lakeKey, record, hash) = try StoredForm.decode(R.self, key: key, body: body)
    place(
      Row(record: record, hash: hash), at: lakeKey, bytes: LakeTable.bytes(lakeKey, record),
      in: space)
    return hash
  }

  /// The sum of all hashes.
  var digest: Hash128 {
    let sum = rows.values.reduce(Hash128.zero) { $0 &+ $1.hash }
    return others.values.reduce(sum) { $0 &+ $1.hash }
  }

  private mutating func place(_ row: Row, at key: LakeKey, bytes: [UInt8], in space: KeySpace) {
    if !bytes.isEmpty, let ordinal = bytes.withUnsafeBytes({ space.ordinal(of: $0) }) {
      rows[UInt32(ordinal)] = row
    } else {
      others[key] = row
    }
  }

  private static func key(
    of ordinal: Int, in space: KeySpace, _ record: inout R
  ) -> LakeKey {
    var bytes: [UInt8] = []
    space.appendKey(of: ordinal, to: &bytes)
    let key = LakeKey(bytes)
    record.longKey = key.plain == nil ? bytes : []
    return key
  }

  /// The object's key, or nothing for a count.
  private static func bytes(_ key: LakeKey, _ record: R) -> [UInt8] {
    key.plain.map(Array.init) ?? record.longKey
  }
}
