internal import ADCEKernel
internal import CLMDB

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Store {
  /// Makes an empty store: under another name, whole and synchronised, and then renamed. So a data
  /// file that is there is a store, and one that is empty or short was damaged.
  static func create(
    _ directory: StateDirectory, _ mapSize: MapSize, _ schema: StoreSchema
  ) throws(StoreFailure) {
    // What a crash while making it may have left; the claim keeps other makers out.
    try directory.remove(directory.draftFile)
    try directory.remove(directory.draftReadersFile)
    try directory.reserveReaders(directory.draftReadersFile)
    try draft(directory, mapSize, schema)
    try directory.remove(directory.draftReadersFile)
    guard rename(directory.draftFile, directory.dataFile) == 0 else {
      throw .creating(directory.dataFile, errno)
    }
    try directory.synchronize()
  }

  private static func draft(
    _ directory: StateDirectory, _ mapSize: MapSize, _ schema: StoreSchema
  ) throws(StoreFailure) {
    let path = directory.draftFile
    let environment = try Environment.open(
      path, flags: MDB_NOSUBDIR, mapBytes: mapSize.initialBytes, databases: Databases.countMax)
    let transaction = try WriteTransaction.begin(
      environment, path: path, mapBytes: mapSize.initialBytes)
    let databases = try Databases(creatingIn: transaction)
    // A new store has every record's newest form: there is nothing to migrate.
    let meta = StoreMeta(
      sequence: 0, digest: .zero, writtenAt: .distantPast, migrations: schema.names)
    let stored = meta.encoded()
    try StoreMeta.key.withBytes { key throws(StoreFailure) in
      try stored.withBytes { body throws(StoreFailure) in
        try transaction.put(databases.meta, key: key, body: body)
      }
    }
    let code = transaction.commit()
    guard code == 0 else { throw .lmdb(code, path, "make a new state") }
  }
}
