internal import CLMDB

/// One write transaction: begun, used and committed by the same thread within one call, or else
/// the next writer would wait for ever (LMDB's mutex belongs to the thread). Going out of scope
/// without `commit` aborts it and leaves everything as it was.
struct WriteTransaction: ~Copyable {
  /// Valid until commit or abort, and each happens once: `commit` consumes, deinit does the other.
  let handle: OpaquePointer
  private let path: String
  private let mapBytes: UInt64
  private var isOver = false

  static func begin(
    _ environment: borrowing Environment, path: String, mapBytes: UInt64
  ) throws(StoreFailure) -> WriteTransaction {
    var begun: OpaquePointer?
    try check(mdb_txn_begin(environment.handle, nil, 0, &begun), path, "begin a commit")
    guard let begun else { preconditionFailure("mdb_txn_begin gave nothing") }
    return WriteTransaction(handle: begun, path: path, mapBytes: mapBytes)
  }

  deinit {
    if !isOver { mdb_txn_abort(handle) }
  }

  /// LMDB's result: 0, or the reason why it is not known whether it happened.
  consuming func commit() -> Int32 {
    isOver = true
    return mdb_txn_commit(handle)
  }

  /// Opens a table, making it if it is not there.
  func openDatabase(_ name: String) throws(StoreFailure) -> MDB_dbi {
    var database: MDB_dbi = 0
    try check(
      mdb_dbi_open(handle, name, UInt32(MDB_CREATE), &database), path, "open table \(name)")
    return database
  }

  func put(
    _ database: MDB_dbi, key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(StoreFailure) {
    var key = MDB_val(key)
    var body = MDB_val(body)
    try refuseFull(mdb_put(handle, database, &key, &body, 0), "write a record")
  }

  /// Deletes a record. One that is not there is fine: a record made and deleted between two
  /// commits never came here.
  func remove(_ database: MDB_dbi, key: UnsafeRawBufferPointer) throws(StoreFailure) {
    var key = MDB_val(key)
    let code = mdb_del(handle, database, &key, nil)
    if code != MDB_NOTFOUND { try refuseFull(code, "delete a record") }
  }

  private func refuseFull(_ code: Int32, _ doing: String) throws(StoreFailure) {
    guard code != MDB_MAP_FULL && code != MDB_TXN_FULL else {
      throw .mapFull(path: path, bytes: mapBytes)
    }
    try check(code, path, doing)
  }
}

extension MDB_val {
  /// Borrowed bytes. LMDB only reads through keys and through the bodies of puts.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(
      mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: mv_data, count: mv_size) }
}
