public import ADCEKernel
internal import CLMDB

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Store {
  /// Commits a decision's mutations: on disk, all of them, when it returns.
  ///
  /// `sequence` must be above the last commit's; `digest` is the sum of all records' hashes after
  /// it. Failures: `mapFull` and `diskFull` mean that nothing changed and the store can be used
  /// on; after `outcomeUnknown` the store is dead: drop it, open it again, compare `meta`.
  public mutating func commit(
    _ decision: borrowing Decision, sequence: UInt64, digest: Hash128, at now: Instant
  ) throws(StoreFailure) {
    try commit(
      decision.mutations, arena: decision.arena, sequence: sequence, digest: digest, at: now)
  }

  /// The same, of mutations whose ranges are of `arena`.
  public mutating func commit(
    _ mutations: [Decision.Mutation], arena: [UInt8], sequence: UInt64, digest: Hash128,
    at now: Instant
  ) throws(StoreFailure) {
    precondition(mode == .readWrite, "commit \(sequence) to a store opened for reading")
    precondition(
      sequence > lastMeta.sequence, "commit \(sequence) does not follow \(lastMeta.sequence)")
    let meta = StoreMeta(
      sequence: sequence, digest: digest, writtenAt: now, migrations: lastMeta.migrations,
      lake: lake)
    try write(mutations, arena: arena, meta)
  }

  /// Writes mutations and the record of their commit in one transaction.
  mutating func write(
    _ mutations: [Decision.Mutation], arena: [UInt8], _ meta: StoreMeta
  ) throws(StoreFailure) {
    let order = Store.sorted(mutations, arena: arena)
    try write(meta) { (transaction, databases) throws(StoreFailure) in
      try arena.withBytes { bytes throws(StoreFailure) in
        for mutation in order {
          guard let database = databases[mutation.table] else {
            preconditionFailure("table \(mutation.table) was not made at opening")
          }
          let key = UnsafeRawBufferPointer(rebasing: bytes[mutation.key])
          if let body = mutation.body {
            try transaction.put(
              database, key: key, body: UnsafeRawBufferPointer(rebasing: bytes[body]))
          } else {
            try transaction.remove(database, key: key)
          }
        }
      }
    }
  }

  /// One transaction around `body` and the record of the commit, tried again in a larger map as
  /// long as it may grow.
  private mutating func write(
    _ meta: StoreMeta,
    _ body: (borrowing WriteTransaction, Databases) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    try refuseUnusable()
    while true {
      do throws(StoreFailure) {
        try writeOnce(meta, body)
        lastMeta = meta
        return
      } catch .mapFull where mapSize.initialBytes < mapSize.limitBytes {
        // No transaction is alive: a snapshot borrows the store, and this call has it alone.
        let larger = min(mapSize.initialBytes * 2, mapSize.limitBytes)
        try environment.resize(toBytes: larger)
        mapSize.initialBytes = larger
      }
    }
  }

  private mutating func writeOnce(
    _ meta: StoreMeta,
    _ body: (borrowing WriteTransaction, Databases) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    let before = environment.lastTransaction
    let transaction = try WriteTransaction.begin(
      environment, path: dataFile, mapBytes: mapSize.initialBytes)
    try body(transaction, databases)
    let key = StoreMeta.key
    let stored = meta.encoded()
    try key.withBytes { key throws(StoreFailure) in
      try stored.withBytes { body throws(StoreFailure) in
        try transaction.put(databases.meta, key: key, body: body)
      }
    }
    let code = transaction.commit()
    guard code != 0 else { return }
    throw failure(ofCommit: meta.sequence, code, transactionBefore: before)
  }

  /// What a failed commit means.
  ///
  /// LMDB writes the pages, synchronises them, then writes the meta page that makes them count.
  /// Lack of room before that last write leaves the old state in force, and is refused cleanly. If
  /// the meta page itself failed, LMDB begins no more transactions (MDB_PANIC), which is how the
  /// two are told apart. A write that was cut short, as the last one on a full disk is, it reports
  /// as EIO. Every other error leaves the outcome unknown.
  private mutating func failure(
    ofCommit sequence: UInt64, _ code: Int32, transactionBefore: Int
  ) -> StoreFailure {
    let lacksRoom =
      [MDB_MAP_FULL, MDB_TXN_FULL, ENOSPC, EDQUOT, EFBIG].contains(code)
      || code == EIO && DataFile.lacksRoom(dataFile)
    if lacksRoom, environment.lastTransaction == transactionBefore, canBegin {
      return code < 0
        ? .mapFull(path: dataFile, bytes: mapSize.initialBytes)
        : .diskFull(path: dataFile, reason: text(of: code == EIO ? ENOSPC : code))
    }
    let reason = String(describing: StoreFailure.lmdb(code, dataFile, "commit"))
    let failure = StoreFailure.outcomeUnknown(path: dataFile, sequence: sequence, reason: reason)
    death = failure
    return failure
  }

  private var canBegin: Bool {
    do throws(StoreFailure) {
      _ = try WriteTransaction.begin(environment, path: dataFile, mapBytes: mapSize.initialBytes)
      return true
    } catch {
      return false
    }
  }
}
