/// Where recovery reads the records: the store, or memory.
public protocol RecordSource: ~Copyable {
  /// Calls `body` with each record of a table, in the order of their keys.
  borrowing func forEach(
    _ table: TableID,
    _ body: (_ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(DecodingFailure) -> Void
  ) throws(DecodingFailure)
}

/// A durable state that is not durable: for dry runs, the simulator and the tests.
public struct MemoryRecords: RecordSource, Sendable {
  private var tables: [TableID: [[UInt8]: [UInt8]]] = [:]

  public init() {}

  /// Applies a decision's mutations.
  public mutating func apply(_ decision: Decision) {
    for mutation in decision.mutations {
      self[mutation.table, Array(decision.arena[mutation.key])] =
        mutation.body.map { Array(decision.arena[$0]) }
    }
  }

  /// The stored form of a record; nil = there is none.
  public subscript(table: TableID, key: [UInt8]) -> [UInt8]? {
    get { tables[table]?[key] }
    set { tables[table, default: [:]][key] = newValue }
  }

  public func forEach(
    _ table: TableID,
    _ body: (_ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    guard let rows = tables[table] else { return }
    for key in rows.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let stored = rows[key] else { continue }
      var failure: DecodingFailure?
      key.withUnsafeBytes { key in
        stored.withUnsafeBytes { stored in
          do throws(DecodingFailure) { try body(key, stored) } catch { failure = error }
        }
      }
      if let failure { throw failure }
    }
  }

  /// How many records a table has.
  public func count(of table: TableID) -> Int { tables[table]?.count ?? 0 }
}
