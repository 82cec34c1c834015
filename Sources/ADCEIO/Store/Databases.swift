internal import ADCEKernel
internal import CLMDB

/// LMDB's handles of the named databases: one a table, and one for the record of the commit.
/// They stay valid until the environment is closed.
struct Databases {
  var meta: MDB_dbi
  /// By raw value; nil where a store of an older version lacks the table and is only read.
  private var tables: [MDB_dbi?]

  /// Room for tables to come; each handle costs a few hundred bytes a transaction.
  static let countMax = 64

  subscript(table: TableID) -> MDB_dbi? { tables[Int(table.rawValue)] }

  var isComplete: Bool { TableID.allCases.allSatisfy { self[$0] != nil } }

  /// By raw value and not by the case's name, so that a case can be renamed.
  private static func name(_ table: TableID) -> String { "table.\(table.rawValue)" }

  /// Opens all of them, making those that are not there.
  init(creatingIn transaction: borrowing WriteTransaction) throws(StoreFailure) {
    meta = try transaction.openDatabase("meta")
    tables = Array(repeating: nil, count: 256)
    for table in TableID.allCases {
      tables[Int(table.rawValue)] = try transaction.openDatabase(Databases.name(table))
    }
  }

  /// Opens those that are there; nil if it is not a store at all.
  init?(readingIn environment: borrowing Environment, path: String) throws(StoreFailure) {
    var transaction: OpaquePointer?
    try check(
      mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &transaction), path,
      "begin to read")
    // Handles outlive the transaction that opened them only if it is committed (lmdb.h).
    defer { mdb_txn_commit(transaction) }
    func open(_ name: String) throws(StoreFailure) -> MDB_dbi? {
      var database: MDB_dbi = 0
      let code = mdb_dbi_open(transaction, name, 0, &database)
      if code == MDB_NOTFOUND { return nil }
      try check(code, path, "open table \(name)")
      return database
    }
    guard let meta = try open("meta") else { return nil }
    self.meta = meta
    tables = Array(repeating: nil, count: 256)
    for table in TableID.allCases {
      tables[Int(table.rawValue)] = try open(Databases.name(table))
    }
  }
}
