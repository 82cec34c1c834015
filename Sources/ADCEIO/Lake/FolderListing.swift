#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The entries of one folder, read one after the other in the order of the file system.
struct FolderListing: ~Copyable {
  #if canImport(Darwin)
    private typealias Stream = UnsafeMutablePointer<DIR>
  #else
    private typealias Stream = OpaquePointer
  #endif

  struct Entry {
    /// What the folder itself says about an entry; `unknown` must be asked by `fstatat`.
    enum Kind { case file, folder, link, other, unknown }

    /// NUL-terminated; valid until the next entry is asked for.
    var path: UnsafePointer<CChar>
    var kind: Kind

    /// The same without the NUL.
    var name: UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(
        start: UnsafeRawPointer(path).assumingMemoryBound(to: UInt8.self), count: strlen(path))
    }
  }

  private let stream: Stream
  private let path: String

  deinit { closedir(stream) }

  static func of(_ folder: borrowing OpenFile) throws(SystemCallFailure) -> FolderListing {
    // A descriptor of its own, because closedir closes it.
    let own = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { throw SystemCallFailure("openat", folder.path) }
    guard let stream = fdopendir(own) else {
      let failure = SystemCallFailure("fdopendir", folder.path)
      close(own)
      throw failure
    }
    return FolderListing(stream: stream, path: folder.path)
  }

  /// The next entry, `.` and `..` left out; nil after the last.
  mutating func next() throws(SystemCallFailure) -> Entry? {
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemCallFailure("readdir", path) }
        return nil
      }
      // `d_name` is a NUL-terminated string inside the entry, which stays valid until the next
      // readdir on this stream. It is reached by its offset, because the entry may be shorter
      // than the struct.
      let path = UnsafeRawPointer(entry)
        .advanced(by: MemoryLayout<dirent>.offset(of: \dirent.d_name)!)
        .assumingMemoryBound(to: CChar.self)
      let dot = CChar(0x2E)
      if path[0] == dot, path[1] == 0 || (path[1] == dot && path[2] == 0) { continue }
      return Entry(path: path, kind: Entry.Kind(entry.pointee.d_type))
    }
  }
}

extension FolderListing.Entry.Kind {
  fileprivate init(_ type: UInt8) {
    self =
      switch Int(type) {
      case Int(DT_REG): .file
      case Int(DT_DIR): .folder
      case Int(DT_LNK): .link
      case Int(DT_UNKNOWN): .unknown
      default: .other
      }
  }
}
