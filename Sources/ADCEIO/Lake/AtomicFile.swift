import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Numbers the drafts of this process, so that no two threads use one.
private let draftCounter = Atomic<UInt64>(0)

/// Files that are replaced whole or not at all: a reader finds the old one or the new one, also
/// after a crash.
package enum AtomicFile {
  /// Drafts lie beside the file they become, under a name that no user's file has.
  private static let mark = ".adce-draft-"

  /// Writes a draft in the same folder, makes it durable and renames it. Folders that are missing
  /// are made.
  package static func write(_ bytes: [UInt8], to path: String) throws(SystemCallFailure) {
    let folder = PathText.parent(path)
    let name = path.split(separator: "/").last ?? ""
    try FileTree.makeFolders(folder)
    try removeLeftovers(in: folder)
    let number = draftCounter.add(1, ordering: .relaxed).oldValue
    let draft = "\(folder)/\(mark)\(getpid())-\(number)-\(name)"
    do throws(SystemCallFailure) {
      let file = try OpenFile.open(draft, O_WRONLY | O_CREAT | O_EXCL)
      try file.write(bytes)
      try file.synchronise()
      guard rename(draft, path) == 0 else { throw SystemCallFailure("rename", path) }
      try OpenFile.open(folder, O_RDONLY | O_DIRECTORY).synchronise()
    } catch {
      // The first failure is the one to tell.
      unlink(draft)
      throw error
    }
  }

  /// Deletes drafts of processes that are no more: a few, where one was killed while writing.
  private static func removeLeftovers(in folder: String) throws(SystemCallFailure) {
    for name in try FileTree.names(in: folder) where name.hasPrefix(mark) {
      let process = name.dropFirst(mark.count).split(separator: "-").first.flatMap { pid_t($0) }
      guard let process, process != getpid(), kill(process, 0) != 0, errno == ESRCH else {
        continue
      }
      unlink(folder + "/" + name)
    }
  }
}
