public import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension DirectoryLake {
  /// By `stat`; a key that this lake could not hold is not there.
  public func lookUp(_ key: [UInt8]) throws(LakeError) -> ObjectFacts? {
    guard Self.fault(of: key) == nil else { return nil }
    let parts = Self.components(of: key)
    guard let folder = try existingFolder(of: parts) else { return nil }
    do throws(SystemCallFailure) {
      let status = try folder.file(parts[parts.count - 1])
      return status.map { ObjectFacts(bytes: $0.bytes, modifiedSeconds: $0.modifiedSeconds) }
    } catch {
      throw .unreadable(error)
    }
  }

  public func read(_ key: [UInt8], limit: Int) throws(LakeError) -> [UInt8]? {
    guard Self.fault(of: key) == nil else { return nil }
    let parts = Self.components(of: key)
    guard let folder = try existingFolder(of: parts) else { return nil }
    let name = parts[parts.count - 1]
    let tooLarge = LakeError.tooLarge(key: String(decoding: key, as: UTF8.self), limit: limit)
    do throws(SystemCallFailure) {
      guard let status = try folder.file(name) else { return nil }
      guard status.bytes <= limit else { throw SystemCallFailure(call: "", path: "", code: EFBIG) }
      return try folder.open(below: name, O_RDONLY).readAll(limit: limit)
    } catch {
      switch error.code {
      // Removed since.
      case ENOENT: return nil
      case EFBIG: throw tooLarge
      default: throw .unreadable(error)
      }
    }
  }

  /// The folder that would hold an object; nil if it is not there, or only by a link.
  private func existingFolder(of parts: [[UInt8]]) throws(LakeError) -> OpenFile? {
    do throws(LakeError) {
      return try openFolder(of: parts, creating: false)
    } catch {
      switch error {
      case .system(let failure) where failure.code == ENOENT: return nil
      case .system(let failure): throw .unreadable(failure)
      case .unstorableKey: return nil
      default: throw error
      }
    }
  }
}

extension OpenFile {
  /// The status of a regular file in this folder, or of one that a link in it leads to.
  fileprivate func file(_ name: [UInt8]) throws(SystemCallFailure) -> FileStatus? {
    let result = withPath(name) { path in
      Result { () throws(SystemCallFailure) in try status(below: path, followingLinks: true) }
    }
    guard let status = try result.get(), status.kind == .file else { return nil }
    return status
  }

  /// What is left of the file; `EFBIG` if that is more than `limit` bytes.
  package func readAll(limit: Int) throws(SystemCallFailure) -> [UInt8] {
    let expected = min(Int(try status().bytes), limit)
    var bytes: [UInt8] = []
    var failure: SystemCallFailure?
    // One more than expected, to see the end; if the file has grown meanwhile, again.
    while failure == nil {
      let room = max(expected + 1 - bytes.count, 64 << 10)
      let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        do throws(SystemCallFailure) {
          count = try read(into: UnsafeMutableRawBufferPointer(buffer))
        } catch {
          failure = error
        }
      }
      bytes = bytes.isEmpty ? more : bytes + more
      if bytes.count > limit { throw SystemCallFailure(call: "read", path: path, code: EFBIG) }
      if more.count < room { break }
    }
    if let failure { throw failure }
    return bytes
  }
}
