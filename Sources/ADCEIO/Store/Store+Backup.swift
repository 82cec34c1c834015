internal import ADCEKernel
internal import CLMDB

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Store {
  /// Copies the state as the last commit left it; works beside the process that writes to it.
  ///
  /// The copy is made under another name beside `target`, synchronised, verified record by record,
  /// and renamed: a directory of that name is a whole backup. It can be opened like any state.
  ///
  /// - Parameter target: a directory that is not there, or is empty.
  public static func backup(
    directory: String, to target: String
  ) throws(StoreFailure) -> Verification {
    let target = StateDirectory(target)
    guard try target.isAbsentOrEmpty else {
      throw .cannotCreate(path: target.path, reason: "something is there already")
    }
    let source = try Store.open(directory: directory, mode: .readOnly)
    let draft = StateDirectory(target.path + ".partial-\(getpid())")
    do throws(StoreFailure) {
      try draft.create()
      try copy(source.environment, to: draft, flags: 0)
      let verification = try verified(draft)
      guard rename(draft.path, target.path) == 0 else { throw .creating(target.path, errno) }
      try StateDirectory(PathText.parent(target.path)).synchronize()
      return verification
    } catch {
      // The first failure is the one to tell.
      draft.discardCopy()
      throw error
    }
  }

  /// Rewrites the state without its unused pages, for a file that has grown; nobody else may have
  /// it open. The old file stays until the new one has been opened and found to be the same.
  ///
  /// - Returns: the sizes of the file before and after, in bytes, and what it holds.
  public static func compact(
    directory path: String
  ) throws(StoreFailure) -> (before: UInt64, after: UInt64, verification: Verification) {
    let directory = StateDirectory(path)
    guard try directory.holdsData else { throw .absent(directory: directory.path) }
    try directory.refuseUnsafe()
    try directory.refuseUnwritable()
    // Held to the end: no writer comes in between.
    let claim = try StateClaim.make(directory, writing: true)
    defer { _ = claim.isHere }
    let draft = StateDirectory(directory.path + "/compact.partial")
    draft.discardCopy()
    do throws(StoreFailure) {
      let before = try DataFile.at(directory.dataFile).size()
      let meta = try compactedCopy(of: directory, to: draft)
      let verification = try verified(draft)
      guard verification.meta == meta else {
        throw .digestMismatch(
          path: draft.dataFile, stored: meta.digest, found: verification.digest)
      }
      try swap(directory, with: draft, expecting: meta)
      draft.discardCopy()
      return (before, try DataFile.at(directory.dataFile).size(), verification)
    } catch {
      draft.discardCopy()
      throw error
    }
  }

  // MARK: Copies

  private static func compactedCopy(
    of directory: StateDirectory, to draft: StateDirectory
  ) throws(StoreFailure) -> StoreMeta {
    try DataFile.refuseDamaged(directory.dataFile)
    try draft.create()
    let environment = try Environment.open(
      directory.path, flags: MDB_RDONLY, mapBytes: MapSize.standard.initialBytes,
      databases: Databases.countMax)
    try copy(environment, to: draft, flags: UInt32(MDB_CP_COMPACT))
    return try meta(of: environment, directory.dataFile)
  }

  /// LMDB's own copy, in one read transaction, made durable.
  private static func copy(
    _ environment: borrowing Environment, to draft: StateDirectory, flags: UInt32
  ) throws(StoreFailure) {
    let code = mdb_env_copy2(environment.handle, draft.path, flags)
    try check(code, draft.dataFile, "copy the state")
    guard chmod(draft.dataFile, 0o600) == 0 else {
      throw .file(draft.dataFile, "set its mode", errno)
    }
    try draft.synchronizeData()
    try draft.synchronize()
  }

  /// Every record of a copy read and checked; nothing but its data file is left there.
  private static func verified(_ draft: StateDirectory) throws(StoreFailure) -> Verification {
    let verification = try verify(draft)
    try draft.remove(draft.readersFile)
    if let failure = verification.failure(path: draft.dataFile) { throw failure }
    return verification
  }

  private static func verify(_ draft: StateDirectory) throws(StoreFailure) -> Verification {
    let store = try Store.open(directory: draft.path, mode: .readOnly)
    return try store.read { snapshot throws(StoreFailure) in try snapshot.verify() }
  }

  private static func meta(
    of environment: borrowing Environment, _ file: String
  ) throws(StoreFailure) -> StoreMeta {
    guard let databases = try Databases(readingIn: environment, path: file) else {
      throw .notAStore(path: file, reason: "it is an LMDB file without our tables")
    }
    return try Snapshot.begin(environment, databases: databases, path: file).meta()
  }

  // MARK: Swap

  /// Puts the draft's file in the place of the state's.
  ///
  /// A reader in another process that mixed the new file with the old file's table of readers
  /// would be led to a wrong page. So LMDB's lock file is held alone meanwhile, by the lock by
  /// which LMDB itself finds out whether it is alone (mdb.c: `mdb_env_excl_lock`); opening the new
  /// file under it makes LMDB set the table anew before anybody else comes in.
  private static func swap(
    _ directory: StateDirectory, with draft: StateDirectory, expecting meta: StoreMeta
  ) throws(StoreFailure) {
    let lock = try ReadersLock.alone(directory)
    // Letting it go drops all locks of this process on that file: after the environment's end.
    defer { _ = lock.isHeld }
    let old = directory.dataFile + ".old"
    try directory.remove(old)
    guard link(directory.dataFile, old) == 0 else { throw .creating(old, errno) }
    guard rename(draft.dataFile, directory.dataFile) == 0 else {
      let code = errno
      unlink(old)
      throw .creating(directory.dataFile, code)
    }
    do throws(StoreFailure) {
      try directory.synchronize()
      let environment = try Environment.open(
        directory.path, flags: 0, mapBytes: MapSize.standard.initialBytes,
        databases: Databases.countMax)
      let found = try Store.meta(of: environment, directory.dataFile)
      guard found == meta else {
        throw .digestMismatch(
          path: directory.dataFile, stored: meta.digest, found: found.digest)
      }
    } catch {
      rename(old, directory.dataFile)
      throw error
    }
    try directory.remove(old)
  }
}

/// LMDB's lock file, held alone: no process has the environment open.
private struct ReadersLock: ~Copyable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  var isHeld: Bool { descriptor >= 0 }

  /// Readers are short, so it waits for a moment.
  static func alone(_ directory: StateDirectory) throws(StoreFailure) -> ReadersLock {
    let file = directory.readersFile
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(file, "open it", errno) }
    var code: Int32 = 0
    for _ in 0..<100 {
      var wanted = flock()
      wanted.l_type = Int16(F_WRLCK)
      wanted.l_whence = Int16(SEEK_SET)
      wanted.l_start = 0
      wanted.l_len = 1
      if fcntl(descriptor, F_SETLK, &wanted) == 0 { return ReadersLock(descriptor: descriptor) }
      code = errno
      guard code == EACCES || code == EAGAIN || code == EINTR else { break }
      usleep(20_000)
    }
    close(descriptor)
    guard code == EACCES || code == EAGAIN || code == EINTR else {
      throw .file(file, "lock it", code)
    }
    throw .heldBy(directory: directory.path, pid: nil, since: nil)
  }
}

extension StateDirectory {
  var isAbsentOrEmpty: Bool {
    get throws(StoreFailure) {
      do throws(SystemCallFailure) {
        guard try FileTree.exists(path) else { return true }
        return try FileTree.names(in: path).isEmpty
      } catch {
        if error.code == ENOTDIR { return false }
        throw .file(path, "look at it", error.code)
      }
    }
  }

  func synchronizeData() throws(StoreFailure) {
    let descriptor = open(dataFile, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(dataFile, "open it", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(dataFile, "synchronise it", errno) }
  }

  /// Deletes a copy that is not wanted: the files that a copy has, then the directory.
  func discardCopy() {
    for file in [dataFile, readersFile] { unlink(file) }
    rmdir(path)
  }
}
