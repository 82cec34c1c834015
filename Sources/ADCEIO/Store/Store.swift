internal import ADCEKernel
internal import CLMDB

/// The durable state: one LMDB environment in a directory, with one writer.
///
/// ```swift
/// var store = try Store.open(directory: "state", mode: .readWrite)
/// var kernel = try Host.kernel(of: store, configuration)
/// kernel.step(event, at: now, into: &decision)
/// try store.commit(
///   decision, sequence: store.meta.sequence + 1, digest: kernel.digest, at: now)
/// ```
///
/// The store knows bytes: (table, key, body). Records, their codecs and their meaning are the
/// kernel's. Its calls block for the disk.
public struct Store: ~Copyable {
  public enum Mode: Hashable, Sendable {
    /// Makes what is not there, brings an older schema up to date, keeps other writers out.
    case readWrite
    /// Changes nothing; works beside a writer in another process.
    case readOnly
  }

  /// The bounds of the map: addresses, not disk, are reserved.
  public struct MapSize: Hashable, Sendable {
    public var initialBytes: UInt64
    /// The map grows by doubling up to here; beyond it a commit is refused.
    public var limitBytes: UInt64

    /// 64 GiB growing to 1 TiB.
    public static let standard = MapSize(initialBytes: 1 << 36, limitBytes: 1 << 40)

    public init(initialBytes: UInt64, limitBytes: UInt64) {
      self.initialBytes = initialBytes
      self.limitBytes = limitBytes
    }
  }

  public let directory: String
  let environment: Environment
  let databases: Databases
  let claim: StateClaim
  let mode: Mode
  var mapSize: MapSize
  /// The last commit's record, as this process wrote or found it.
  var lastMeta: StoreMeta
  /// Which lake the next commit says that the records are about.
  var lake: String?
  /// Set once a commit failed with its outcome unknown: from then on every call fails with it.
  var death: StoreFailure?

  var dataFile: String { StateDirectory(directory).dataFile }

  /// Opens the state in `directory`; a writer makes it, mode 0700, if it is not there.
  public static func open(
    directory: String, mode: Mode, mapSize: MapSize = .standard
  ) throws(StoreFailure) -> Store {
    try open(directory: directory, mode: mode, mapSize: mapSize, schema: .current)
  }

  static func open(
    directory path: String, mode: Mode, mapSize: MapSize, schema: StoreSchema
  ) throws(StoreFailure) -> Store {
    let directory = StateDirectory(path)
    if mode == .readWrite {
      try directory.create()
      // Before anything of ours is written there.
      try directory.refuseUnsafe()
      try directory.refuseUnwritable()
    }
    let claim = try StateClaim.make(directory, writing: mode == .readWrite)
    if try !directory.holdsData {
      guard mode == .readWrite else { throw .absent(directory: directory.path) }
      try Store.create(directory, mapSize, schema)
    }
    try DataFile.refuseDamaged(directory.dataFile)
    if mode == .readWrite { try directory.reserveReaders(directory.readersFile) }
    let environment = try Environment.open(
      directory.path, flags: mode == .readOnly ? MDB_RDONLY : 0, mapBytes: mapSize.initialBytes,
      databases: Databases.countMax)
    try environment.checkReaders()
    let databases = try Store.databases(of: environment, directory, mode, mapSize)
    let meta = try Snapshot.begin(
      environment, databases: databases, path: directory.dataFile
    ).meta()
    var store = Store(
      directory: directory.path, environment: environment, databases: databases, claim: claim,
      mode: mode, mapSize: mapSize, lastMeta: meta, lake: meta.lake)
    try store.bring(upTo: schema)
    return store
  }

  /// The tables; a writer makes those that a newer version has added.
  private static func databases(
    of environment: borrowing Environment, _ directory: StateDirectory, _ mode: Mode,
    _ mapSize: MapSize
  ) throws(StoreFailure) -> Databases {
    let file = directory.dataFile
    guard let found = try Databases(readingIn: environment, path: file) else {
      throw .notAStore(path: file, reason: "it is an LMDB file without our tables")
    }
    guard mode == .readWrite, !found.isComplete else { return found }
    let transaction = try WriteTransaction.begin(
      environment, path: file, mapBytes: mapSize.initialBytes)
    let made = try Databases(creatingIn: transaction)
    try check(transaction.commit(), file, "make a table")
    return made
  }

  /// What the last commit said of itself, as found at opening or written since.
  public var meta: StoreMeta { lastMeta }

  /// Reads inside one consistent, short transaction.
  public func read<R: ~Copyable>(
    _ body: (borrowing Snapshot) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try refuseUnusable()
    return try body(Snapshot.begin(environment, databases: databases, path: dataFile))
  }

  /// Closes the state and lets the next writer in. Going out of scope does the same.
  public consuming func close() {}

  func refuseUnusable() throws(StoreFailure) {
    if let death { throw death }
    guard claim.isHere else { throw .forked(directory: directory) }
  }
}

// Sound: with MDB_NOTLS handles and read transactions may be used by any thread, also by several at
// once; a write transaction begins and ends within one call; and that call is mutating, so the
// compiler keeps it from everything else that is done with the store.
extension Store: @unchecked Sendable {}
