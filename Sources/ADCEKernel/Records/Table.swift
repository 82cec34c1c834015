/// The records of one table, in memory. It is the only way to change a record, and it makes the
/// mutation: a change without a mutation cannot be written.
public struct Table<R: Record>: Sendable {
  struct Row: Sendable {
    var record: R
    var hash: Hash128
  }

  private var rows: [R.Key: Row] = [:]

  public var count: Int { rows.count }
  public var isEmpty: Bool { rows.isEmpty }
  public subscript(key: R.Key) -> R? { rows[key]?.record }

  /// The keys in their order. O(n log n): for what shows, never for what is asked each step.
  public var sortedKeys: [R.Key] { rows.keys.sorted() }

  /// Writes a record; an equal one that is already there makes no mutation.
  mutating func put(_ record: R, at key: R.Key, into decision: inout Decision) {
    let hash = decision.put(record, at: key, replacing: rows[key]?.hash)
    rows[key] = Row(record: record, hash: hash)
  }

  /// Deletes a record; an absent one makes no mutation.
  mutating func remove(_ key: R.Key, into decision: inout Decision) {
    guard let row = rows.removeValue(forKey: key) else { return }
    decision.remove(R.self, at: key, replacing: row.hash)
  }

  /// Changes a record in place, if it is there.
  mutating func update(
    _ key: R.Key, into decision: inout Decision, _ change: (inout R) -> Void
  ) {
    guard var record = rows[key]?.record else { return }
    change(&record)
    put(record, at: key, into: &decision)
  }

  /// Takes a record from the store at recovery; returns its hash, for the digest.
  mutating func restore(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> (key: R.Key, record: R, hash: Hash128) {
    let (key, record, hash) = try StoredForm.decode(R.self, key: key, body: body)
    rows[key] = Row(record: record, hash: hash)
    return (key, record, hash)
  }

  /// The sum of all hashes, computed anew: the check of the incremental digest.
  var digest: Hash128 {
    // swift-format-ignore: NoAssignmentInExpressions
    rows.values.reduce(into: .zero) { $0 = $0 &+ $1.hash }
  }

  /// Visits every record in no particular order: only for what does not depend on one.
  func forEach(_ body: (R.Key, R) -> Void) {
    for (key, row) in rows { body(key, row.record) }
  }
}
