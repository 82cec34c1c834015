#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension DirectoryLake {
  /// Removes the temporary files that a crash has left, and returns how many there were.
  ///
  /// To be called by the one writer of the lake, before it writes.
  public func removeLeftovers() throws(LakeError) -> Int {
    let root = try openRoot()
    var removed = 0
    var open: [[UInt8]] = [[0x2E]]
    do throws(SystemCallFailure) {
      while let path = open.popLast() {
        let folder: OpenFile
        do throws(SystemCallFailure) {
          folder = try root.open(below: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        } catch {
          if error.code == ENOENT || error.code == ENOTDIR || error.code == ELOOP { continue }
          throw error
        }
        removed += try Self.removeLeftovers(in: folder, path, &open)
      }
    } catch {
      throw .unreadable(error)
    }
    return removed
  }

  private static func removeLeftovers(
    in folder: borrowing OpenFile, _ path: [UInt8], _ subfolders: inout [[UInt8]]
  ) throws(SystemCallFailure) -> Int {
    var removed = 0
    var listing = try FolderListing.of(folder)
    while let entry = try listing.next() {
      var kind = entry.kind
      if kind == .unknown {
        let status = try folder.status(below: entry.path, followingLinks: false)
        kind = status?.kind == .folder ? .folder : status?.kind == .file ? .file : .other
      }
      switch kind {
      case .folder: subfolders.append(path + [0x2F] + entry.name)
      case .file where entry.name.starts(with: temporaryPrefix.utf8):
        guard unlinkat(folder.descriptor, entry.path, 0) == 0 || errno == ENOENT else {
          throw SystemCallFailure("unlinkat", folder.path + "/" + String(cString: entry.path))
        }
        removed += 1
      case .file, .link, .other, .unknown: continue
      }
    }
    return removed
  }
}
