#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What `stat` says about a file, as far as a lake cares.
package struct FileStatus: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case file, folder, link, other }

  package var kind: Kind
  package var bytes: Int64
  package var modifiedSeconds: Int64

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    bytes = Int64(status.st_size)
    #if canImport(Darwin)
      modifiedSeconds = Int64(status.st_mtimespec.tv_sec)
    #else
      modifiedSeconds = Int64(status.st_mtim.tv_sec)
    #endif
  }
}

/// A file descriptor that closes itself.
package struct OpenFile: ~Copyable, Sendable {
  let descriptor: Int32
  /// For messages.
  let path: String

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Opens or makes a file; the descriptor is closed on exec. `EINTR` is tried again.
  static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o644
  ) throws(SystemCallFailure) -> OpenFile {
    while true {
      #if canImport(Darwin)
        let descriptor = Darwin.open(path, flags | O_CLOEXEC, mode)
      #else
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
      #endif
      if descriptor >= 0 { return OpenFile(descriptor: descriptor, path: path) }
      if errno != EINTR { throw SystemCallFailure("open", path) }
    }
  }

  /// The same for a name, or a relative path without its final NUL, below this folder.
  func open(
    below name: [UInt8], _ flags: Int32, mode: mode_t = 0o644
  ) throws(SystemCallFailure) -> OpenFile {
    while true {
      let opened = withPath(name) { openat(descriptor, $0, flags | O_CLOEXEC, mode) }
      if opened >= 0 { return OpenFile(descriptor: opened, path: path(of: name)) }
      if errno != EINTR { throw SystemCallFailure("openat", path(of: name)) }
    }
  }

  func status() throws(SystemCallFailure) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCallFailure("fstat", path) }
    return FileStatus(status)
  }

  /// The status of what has this name below this folder; nil if nothing has.
  func status(
    below name: UnsafePointer<CChar>, followingLinks: Bool
  ) throws(SystemCallFailure) -> FileStatus? {
    var status = stat()
    let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
    if fstatat(descriptor, name, &status, flags) == 0 { return FileStatus(status) }
    // A link that leads nowhere, or in a circle, is nothing either.
    guard errno == ENOENT || errno == ENOTDIR || errno == ELOOP else {
      throw SystemCallFailure("fstatat", path + "/" + String(cString: name))
    }
    return nil
  }

  /// Reads what comes next, as much as there is room for; fewer bytes only at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemCallFailure) -> Int {
    var count = 0
    while count < buffer.count {
      // Within the buffer: `count` never exceeds its size.
      let got = systemRead(descriptor, buffer.baseAddress! + count, buffer.count - count)
      if got > 0 {
        count += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        throw SystemCallFailure("read", path)
      }
    }
    return count
  }

  /// Reads from an offset, without moving what `read(into:)` goes by; fewer bytes only at the end.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemCallFailure) -> Int {
    var count = 0
    while count < buffer.count {
      // Within the buffer: `count` never exceeds its size.
      let got = pread(
        descriptor, buffer.baseAddress! + count, buffer.count - count, off_t(offset) + off_t(count))
      if got > 0 {
        count += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        throw SystemCallFailure("pread", path)
      }
    }
    return count
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallFailure) {
    var done = 0
    while done < bytes.count {
      // Within the buffer: `done` never exceeds its size.
      let put = systemWrite(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if put >= 0 {
        done += put
      } else if errno != EINTR {
        throw SystemCallFailure("write", path)
      }
    }
  }

  /// Returns once everything written is on the medium, or with the reason why it may not be.
  func synchronise() throws(SystemCallFailure) {
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw SystemCallFailure("fsync", path) }
    }
  }

  func path(of name: [UInt8]) -> String { path + "/" + String(decoding: name, as: UTF8.self) }
}

/// The bytes of a path as a C string, for the duration of a call.
func withPath<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
    for i in bytes.indices { buffer[i] = CChar(bitPattern: bytes[i]) }
    buffer[bytes.count] = 0
    return body(UnsafePointer(buffer.baseAddress!))
  }
}

private func systemRead(_ descriptor: Int32, _ to: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, to, count)
}

private func systemWrite(_ descriptor: Int32, _ from: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, from, count)
}
