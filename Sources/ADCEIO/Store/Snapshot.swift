public import ADCEKernel
internal import CLMDB

/// The store as one commit left it, in one read transaction: consistent across all tables, and
/// undisturbed by what is written meanwhile.
///
/// Keep it short: while it lives the pages that it can see are not used again, and the file grows.
/// Bytes that it hands out lie in the map and are valid only within the closure.
public struct Snapshot: ~Copyable {
  // Valid until deinit; the store that made it outlives it, for it exists within a borrow of it.
  private let transaction: OpaquePointer
  private let databases: Databases
  let path: String

  static func begin(
    _ environment: borrowing Environment, databases: Databases, path: String
  ) throws(StoreFailure) -> Snapshot {
    var begun: OpaquePointer?
    try check(
      mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &begun), path, "begin to read")
    guard let begun else { preconditionFailure("mdb_txn_begin gave nothing") }
    return Snapshot(transaction: begun, databases: databases, path: path)
  }

  deinit { mdb_txn_abort(transaction) }

  /// What the last commit says of itself.
  public func meta() throws(StoreFailure) -> StoreMeta {
    let key = StoreMeta.key
    // Sound: the bytes are decoded before the transaction ends.
    let stored = try key.withBytes { bytes throws(StoreFailure) in
      try value(of: bytes, in: databases.meta)
    }
    guard let stored else { throw .notAStore(path: path, reason: "it has no record of a commit") }
    do throws(DecodingFailure) {
      return try StoreMeta(stored: stored)
    } catch .newerVersion(let version) {
      throw .newerSchema(path: path, unknown: "meta record version \(version)")
    } catch {
      throw .corruptMeta(path: path, reason: error)
    }
  }

  /// Visits the records of a table in the order of their keys' bytes, from `first` on.
  public func forEach(
    _ table: TableID, from first: [UInt8] = [],
    _ visit: (_ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    guard let database = databases[table] else { return }
    var cursor: OpaquePointer?
    try check(mdb_cursor_open(transaction, database, &cursor), path, "read table \(table)")
    defer { mdb_cursor_close(cursor) }
    var key = MDB_val()
    var body = MDB_val()
    // The first call copies nothing: LMDB reads the wanted key and then points `key` into the map.
    var code = first.withUnsafeBytes { bytes in
      key = MDB_val(bytes)
      return mdb_cursor_get(cursor, &key, &body, bytes.isEmpty ? MDB_FIRST : MDB_SET_RANGE)
    }
    while code == 0 {
      try visit(key.bytes, body.bytes)
      code = mdb_cursor_get(cursor, &key, &body, MDB_NEXT)
    }
    if code != MDB_NOTFOUND { try check(code, path, "read table \(table)") }
  }

  /// The stored body of one record, if it is there.
  public func withBody<R>(
    of key: [UInt8], in table: TableID,
    _ read: (UnsafeRawBufferPointer) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R? {
    guard let database = databases[table] else { return nil }
    let body = try key.withBytes { bytes throws(StoreFailure) in
      try value(of: bytes, in: database)
    }
    guard let body else { return nil }
    return try read(body)
  }

  /// The number of records of a table.
  public func count(_ table: TableID) throws(StoreFailure) -> Int {
    guard let database = databases[table] else { return 0 }
    var found = MDB_stat()
    try check(mdb_stat(transaction, database, &found), path, "count table \(table)")
    return found.ms_entries
  }

  private func value(
    of key: UnsafeRawBufferPointer, in database: MDB_dbi
  ) throws(StoreFailure) -> UnsafeRawBufferPointer? {
    var key = MDB_val(key)
    var body = MDB_val()
    let code = mdb_get(transaction, database, &key, &body)
    if code == MDB_NOTFOUND { return nil }
    try check(code, path, "read a record")
    return body.bytes
  }
}
