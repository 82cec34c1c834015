#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that are replaced whole or not at all: a reader finds the old one or the new one, also
/// after a crash.
///
/// A file that is replaced keeps its mode, its group and its place behind a link; a new one, and the
/// folders made for it, can be read by everybody, whatever the umask: they are for others' tools.
package enum AtomicFile {
  /// Drafts lie beside the file they become, under a name that no user's file has.
  private static let mark = ".adce-draft-"
  /// A draft that is older was left behind: it takes no longer to write one.
  private static let draftSecondsMax: Int64 = 3600

  /// Writes a draft in the same folder, makes it durable and renames it. Folders that are missing
  /// are made.
  package static func write(_ bytes: [UInt8], to path: String) throws(SystemCallFailure) {
    try write(bytes, to: path) { () throws(SystemCallFailure) in true }
  }

  /// The same, unless another than `version` is there by then.
  ///
  /// - Returns: whether it was written.
  package static func write(
    _ bytes: [UInt8], to path: String, over version: FileVersion?
  ) throws(SystemCallFailure) -> Bool {
    try write(bytes, to: path) { () throws(SystemCallFailure) in
      try FileVersion.of(path) == version
    }
  }

  @discardableResult
  private static func write(
    _ bytes: [UInt8], to path: String, if isWanted: () throws(SystemCallFailure) -> Bool
  ) throws(SystemCallFailure) -> Bool {
    let path = try target(of: path)
    let folder = PathText.parent(path)
    try makeFolders(folder)
    try removeLeftovers(in: folder)
    // Process ids repeat, above all in containers: so no number of ours is unique for long.
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    let draft = "\(folder)/\(mark)\(number)"
    do throws(SystemCallFailure) {
      let file = try OpenFile.open(draft, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
      try file.write(bytes)
      try resemble(file.descriptor, try FileVersion.status(of: path), path)
      try file.synchronise()
      guard try isWanted() else {
        unlink(draft)
        return false
      }
      guard rename(draft, path) == 0 else { throw SystemCallFailure("rename", path) }
      try OpenFile.open(folder, O_RDONLY | O_DIRECTORY).synchronise()
      return true
    } catch {
      // The first failure is the one to tell.
      unlink(draft)
      throw error
    }
  }

  /// Where a link leads; a path that is none, or leads nowhere, as it is.
  private static func target(of path: String) throws(SystemCallFailure) -> String {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
    guard let resolved = realpath(path, nil) else {
      if errno == ENOENT { return path }
      throw SystemCallFailure("realpath", path)
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Gives a draft the mode and the owners of what it replaces, as far as we may.
  private static func resemble(
    _ descriptor: Int32, _ old: stat?, _ path: String
  ) throws(SystemCallFailure) {
    var mode: mode_t = 0o644
    if let old, old.st_mode & S_IFMT == S_IFREG {
      mode = old.st_mode & 0o777
      // Another's file becomes ours, if we are not root. A group that cannot be kept loses what it
      // was allowed: it would be allowed to another.
      if fchown(descriptor, old.st_uid, old.st_gid) != 0,
        fchown(descriptor, uid_t.max, old.st_gid) != 0
      {
        mode &= ~0o070
      }
    }
    guard fchmod(descriptor, mode) == 0 else { throw SystemCallFailure("fchmod", path) }
  }

  private static func makeFolders(_ path: String) throws(SystemCallFailure) {
    var missing: [String] = []
    var folder = path
    while try !FileTree.exists(folder) {
      missing.append(folder)
      let parent = PathText.parent(folder)
      if parent == folder { break }
      folder = parent
    }
    try FileTree.makeFolders(path)
    for folder in missing { chmod(folder, 0o755) }
  }

  /// Deletes drafts that a process left behind which was killed while writing.
  private static func removeLeftovers(in folder: String) throws(SystemCallFailure) {
    let now = SystemClock.wallMilliseconds / 1000
    for name in try FileTree.names(in: folder) where name.hasPrefix(mark) {
      let path = folder + "/" + name
      guard let status = try FileVersion.status(of: path),
        FileStatus(status).modifiedSeconds < now - draftSecondsMax
      else { continue }
      unlink(path)
    }
  }
}
