internal import CLMDB

/// An open LMDB environment, closed when it goes out of scope.
///
/// Default durability: every commit is on disk before it returns. NOTLS, so that a read
/// transaction belongs to its handle and not to the thread.
struct Environment: ~Copyable {
  /// Valid from a successful `mdb_env_open` until deinit: nothing else closes it.
  let handle: OpaquePointer
  private let path: String

  /// Opens `path`: a directory, or with MDB_NOSUBDIR among the flags a file.
  static func open(
    _ path: String, flags: Int32, mapBytes: UInt64, databases: Int
  ) throws(StoreFailure) -> Environment {
    var created: OpaquePointer?
    try check(mdb_env_create(&created), path, "make an environment")
    guard let created else { preconditionFailure("mdb_env_create gave nothing") }
    do throws(StoreFailure) {
      try check(mdb_env_set_mapsize(created, Int(mapBytes)), path, "set the map's size")
      try check(mdb_env_set_maxdbs(created, UInt32(databases)), path, "set the tables' number")
      try check(
        mdb_env_open(created, path, UInt32(flags | MDB_NOTLS), 0o600), path, "open it")
    } catch {
      // Needed even when opening failed (lmdb.h).
      mdb_env_close(created)
      throw error
    }
    return Environment(handle: created, path: path)
  }

  // Throws nothing: a value with a deinit must not fail half-initialised.
  private init(handle: OpaquePointer, path: String) {
    self.handle = handle
    self.path = path
  }

  // No transaction is alive: each lives in a scope inside a borrow or a mutation of the store.
  deinit { mdb_env_close(handle) }

  /// Frees the slots of readers that died.
  func checkReaders() throws(StoreFailure) {
    var dead: Int32 = 0
    try check(mdb_reader_check(handle, &dead), path, "check for dead readers")
  }

  var lastTransaction: Int {
    var found = MDB_envinfo()
    mdb_env_info(handle, &found)
    return found.me_last_txnid
  }

  /// Changes the map's size. The caller sees to it that no transaction is alive.
  func resize(toBytes bytes: UInt64) throws(StoreFailure) {
    try check(mdb_env_set_mapsize(handle, Int(bytes)), path, "enlarge the map")
  }
}

/// Turns a result of LMDB into a failure unless it is success.
func check(_ code: Int32, _ path: String, _ doing: String) throws(StoreFailure) {
  guard code != 0 else { return }
  throw StoreFailure.lmdb(code, path, doing)
}

extension StoreFailure {
  /// A result code of LMDB; positive ones are errno.
  static func lmdb(_ code: Int32, _ path: String, _ doing: String) -> StoreFailure {
    // Sound: mdb_strerror gives a NUL-terminated string, static or the system's.
    let reason = mdb_strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return switch code {
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_BAD_TXN, MDB_INCOMPATIBLE, MDB_CURSOR_FULL:
      .damaged(path: path, doing: doing, reason: reason)
    case MDB_INVALID, MDB_VERSION_MISMATCH: .notAStore(path: path, reason: reason)
    case ..<0: .inputOutput(path: path, doing: doing, reason: reason)
    default: .file(path, doing, code)
    }
  }
}
