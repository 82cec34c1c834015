#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Where the files of the durable state lie, and whether they may be trusted.
struct StateDirectory: Sendable {
  let path: String

  var dataFile: String { path + "/data.mdb" }
  /// LMDB's own lock. Never opened by us while LMDB has it open here: closing any descriptor of it
  /// would drop its locks.
  var readersFile: String { path + "/lock.mdb" }
  /// Ours: held by the one process that writes.
  var writerFile: String { path + "/adce.lock" }
  /// A new store is made under this name and then renamed, so that `data.mdb` is always whole.
  var draftFile: String { path + "/data.mdb.new" }
  var draftReadersFile: String { draftFile + "-lock" }

  init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Makes the directory, mode 0700, and its parents if they are not there.
  func create() throws(StoreFailure) {
    guard mkdir(path, 0o700) != 0 else { return }
    switch errno {
    case EEXIST:
      guard let status = try status(of: path), status.st_mode & S_IFMT == S_IFDIR else {
        throw .cannotCreate(path: path, reason: "something else than a directory is there")
      }
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw .cannotCreate(path: path, reason: text(of: ENOENT))
      }
      try StateDirectory(String(path[..<slash])).create()
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw .creating(path, errno)
      }
    case let code:
      throw .creating(path, code)
    }
  }

  /// Refuses files that another user than ours (or root) owns, or that others can write to.
  func refuseUnsafe() throws(StoreFailure) {
    for file in [path, dataFile, readersFile, writerFile] {
      guard let status = try status(of: file) else { continue }
      let mode = UInt32(status.st_mode)
      guard mode & 0o022 == 0, status.st_uid == geteuid() || status.st_uid == 0 else {
        throw .unsafe(path: file, mode: mode)
      }
    }
  }

  /// Refuses a directory in which no file can be made, before anything is half done there.
  func refuseUnwritable() throws(StoreFailure) {
    guard access(path, W_OK | X_OK) == 0 else { throw .file(path, "write to it", errno) }
  }

  var holdsData: Bool {
    get throws(StoreFailure) { try status(of: dataFile) != nil }
  }

  /// Makes a rename or a new file in the directory durable.
  func synchronize() throws(StoreFailure) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, "open it", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(path, "synchronise it", errno) }
  }

  /// Makes sure that LMDB's table of readers has its room on the disk. LMDB makes it a file with
  /// holes and writes through a map: on a full disk that ends the process (SIGBUS), where a file
  /// that cannot be made larger is an error like any other.
  ///
  /// Nobody may have the file open here: closing it drops LMDB's locks.
  func reserveReaders(_ file: String) throws(StoreFailure) {
    // 126 readers of 64 bytes, LMDB's default, and its header: two pages.
    let bytes: off_t = 8192
    if let status = try status(of: file), status.st_blocks * 512 >= bytes { return }
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(file, "create it", errno) }
    defer { close(descriptor) }
    #if canImport(Glibc)
      let code = posix_fallocate(descriptor, 0, bytes)
      guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
        throw .file(file, "make room in it", code)
      }
    #endif
  }

  /// Deletes a file if it is there.
  func remove(_ file: String) throws(StoreFailure) {
    guard unlink(file) == 0 || errno == ENOENT else { throw .file(file, "delete it", errno) }
  }

  /// Which directory this is, by whatever path it was named.
  func identity() throws(StoreFailure) -> OpenDirectories.Identity {
    guard let status = try status(of: path) else { throw .absent(directory: path) }
    return OpenDirectories.Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  private func status(of file: String) throws(StoreFailure) -> stat? {
    var result = stat()
    if stat(file, &result) == 0 { return result }
    let code = errno
    guard code == ENOENT || code == ENOTDIR else { throw .file(file, "look at it", code) }
    return nil
  }
}

extension StoreFailure {
  /// A system call on `path` that failed with `code` (errno).
  static func file(_ path: String, _ doing: String, _ code: Int32) -> StoreFailure {
    switch code {
    case EACCES, EPERM, EROFS:
      .permission(path: path, doing: doing, reason: text(of: code))
    case ENOSPC, EDQUOT, EFBIG:
      .diskFull(path: path, reason: text(of: code))
    default:
      .inputOutput(path: path, doing: doing, reason: text(of: code))
    }
  }

  /// The same, where something new was to be made.
  static func creating(_ path: String, _ code: Int32) -> StoreFailure {
    switch code {
    case EACCES, EPERM, EROFS: .permission(path: path, doing: "create it", reason: text(of: code))
    default: .cannotCreate(path: path, reason: text(of: code))
    }
  }
}

/// The system's words for an errno.
func text(of code: Int32) -> String {
  // Sound: strerror gives a NUL-terminated string that stays valid until the thread's next call.
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
