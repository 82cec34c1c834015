public import ADCEKernel
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Numbers the temporary files of this process, so that no two threads use one.
private let temporaryCounter = Atomic<UInt64>(0)

extension DirectoryLake {
  /// Writes a temporary file beside the object's, makes it durable, and renames it.
  public func store(
    _ key: [UInt8], _ contents: ObjectContents, compressing: Bool
  ) throws(LakeError) -> ObjectFacts {
    if let fault = Self.fault(of: key) {
      throw .unstorableKey(String(decoding: key, as: UTF8.self), fault)
    }
    let parts = Self.components(of: key)
    let folder = try openFolder(of: parts, creating: true)
    do throws(SystemCallFailure) {
      let number = temporaryCounter.add(1, ordering: .relaxed).oldValue
      let temporary = Array("\(Self.temporaryPrefix)\(getpid())-\(number)".utf8)
      do throws(SystemCallFailure) {
        let facts = try write(contents, compressing, to: temporary, in: folder)
        try folder.rename(temporary, to: parts[parts.count - 1])
        try folder.synchronise()
        return facts
      } catch {
        // The first failure is the one to tell; what is left over goes at the next start.
        folder.removeIgnoringFailure(temporary)
        throw error
      }
    } catch {
      if error.call == "renameat", error.code == EISDIR {
        throw .unstorableKey(
          String(decoding: key, as: UTF8.self),
          .clash(path: root + "/" + String(decoding: key, as: UTF8.self)))
      }
      throw .system(error)
    }
  }

  private func write(
    _ contents: ObjectContents, _ compressing: Bool, to name: [UInt8],
    in folder: borrowing OpenFile
  ) throws(SystemCallFailure) -> ObjectFacts {
    let file = try folder.open(below: name, O_WRONLY | O_CREAT | O_EXCL)
    switch contents {
    case .bytes(let bytes):
      let body = compressing ? Gzip.compress(bytes) : bytes
      try file.write(body)
    case .file(let path):
      try file.copy(from: OpenFile.open(path, O_RDONLY), compressing: compressing)
    }
    try file.synchronise()
    let status = try file.status()
    return ObjectFacts(bytes: status.bytes, modifiedSeconds: status.modifiedSeconds)
  }

  /// Opens the folder that holds an object, no link on the way, making what is missing of it.
  func openFolder(
    of parts: [[UInt8]], creating: Bool
  ) throws(LakeError) -> OpenFile {
    var folder = try openRoot()
    for index in 0..<(parts.count - 1) {
      do throws(SystemCallFailure) {
        folder = try folder.openFolder(parts[index], creating: creating)
      } catch {
        if error.code == ENOTDIR || error.code == ELOOP {
          let key = Array(parts.joined(separator: [0x2F]))
          throw .unstorableKey(String(decoding: key, as: UTF8.self), .clash(path: error.path))
        }
        throw .system(error)
      }
    }
    return folder
  }
}

extension OpenFile {
  /// Opens a folder in this one; made durable in its parent if it had to be made.
  fileprivate func openFolder(
    _ name: [UInt8], creating: Bool
  ) throws(SystemCallFailure) -> OpenFile {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
    do throws(SystemCallFailure) {
      return try open(below: name, flags)
    } catch {
      guard error.code == ENOENT, creating else { throw error }
    }
    // Another thread may make it first: then it is there, and that thread's synchronisation may
    // be yet to come, so this one makes it durable too.
    if withPath(name, { mkdirat(descriptor, $0, 0o755) }) != 0, errno != EEXIST {
      throw SystemCallFailure("mkdirat", path(of: name))
    }
    try synchronise()
    return try open(below: name, flags)
  }

  fileprivate func rename(_ name: [UInt8], to other: [UInt8]) throws(SystemCallFailure) {
    let code = withPath(name) { from in
      withPath(other) { to in renameat(descriptor, from, descriptor, to) }
    }
    guard code == 0 else { throw SystemCallFailure("renameat", path(of: other)) }
  }

  fileprivate func removeIgnoringFailure(_ name: [UInt8]) {
    _ = withPath(name) { unlinkat(descriptor, $0, 0) }
  }

  package func write(_ bytes: [UInt8]) throws(SystemCallFailure) {
    let result = bytes.withUnsafeBytes { all -> Result<Void, SystemCallFailure> in
      Result { () throws(SystemCallFailure) in try write(all) }
    }
    try result.get()
  }

  /// Writes all that is left of another file, in pieces of 256 KiB.
  func copy(
    from source: borrowing OpenFile, compressing: Bool
  ) throws(SystemCallFailure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    var deflater: GzipDeflater? = compressing ? GzipDeflater() : nil
    while true {
      let count = try source.read(into: buffer)
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      let isLast = count < buffer.count
      if compressing {
        try deflater?.deflate(piece, isLast: isLast) { bytes throws(SystemCallFailure) in
          try write(bytes)
        }
      } else {
        try write(piece)
      }
      if isLast { return }
    }
  }
}
