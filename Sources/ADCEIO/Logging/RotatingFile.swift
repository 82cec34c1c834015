#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A log file of lines that is put aside when it has grown, a few of its kind being kept: `adce.log`
/// becomes `adce.log.1`, that one `adce.log.2`, and so on.
///
/// It never fails its caller: what cannot be written, on a full disk for example, is dropped and
/// counted, and the count is the first line when there is room again.
public final class RotatingFile: Sendable {
  public let path: String
  private let bytesMax: Int64
  private let backups: Int
  private let followers: [Int32]
  private let state = Locked(State())

  fileprivate struct State {
    /// −1 while it is not open.
    var descriptor: Int32 = -1
    var bytes: Int64 = 0
    /// Beyond it the file is put aside.
    var limit: Int64 = 0
    var lost = 0
    var reason: Int32 = 0
  }

  /// - Parameters:
  ///   - bytesMax: a file that would become longer is put aside first; 0 = never.
  ///   - backups: how many that were put aside are kept.
  ///   - followers: descriptors that lead to the same file, such as stderr of a daemon; they are
  ///     led to the new one when it is put aside.
  public init(path: String, bytesMax: Int64, backups: Int, followers: [Int32] = []) {
    self.path = path
    self.followers = followers
    self.bytesMax = bytesMax > 0 ? bytesMax : .max
    self.backups = max(0, backups)
  }

  deinit { state.withLock { $0.close() } }

  /// How many lines have been lost since the last one that was written.
  public var lostLines: Int { state.withLock { $0.lost } }

  /// Appends a line, from any thread.
  public func write(_ line: String) {
    state.withLock { state in
      if state.lost > 0 {
        let note =
          "adce: \(state.lost) log lines were lost: \(String(cString: strerror(state.reason)))"
        guard append(note, &state) else {
          state.lost += 1
          return
        }
        state.lost = 0
      }
      if !append(line, &state) { state.lost += 1 }
    }
  }

  /// Opens the file anew with the next line: somebody has put it aside.
  public func reopen() { state.withLock { $0.close() } }

  private func append(_ line: String, _ state: inout State) -> Bool {
    let bytes = Array((line + "\n").utf8)
    guard open(&state) else { return false }
    if state.bytes > 0, state.bytes + Int64(bytes.count) > state.limit {
      rotate(&state)
      guard open(&state) else { return false }
    }
    var done = 0
    while done < bytes.count {
      let put = bytes.withUnsafeBytes { all in
        // Within the buffer: `done` never exceeds its size.
        systemWrite(state.descriptor, all.baseAddress! + done, all.count - done)
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else {
        state.reason = errno
        // Half a line would spoil the next one.
        ftruncate(state.descriptor, off_t(state.bytes))
        return false
      }
      done += put
    }
    state.bytes += Int64(bytes.count)
    return true
  }

  /// Opens the file if it is not, or if another one has come to be under its name.
  private func open(_ state: inout State) -> Bool {
    if state.descriptor >= 0 {
      var (named, held) = (stat(), stat())
      if stat(path, &named) == 0, fstat(state.descriptor, &held) == 0,
        named.st_ino == held.st_ino, named.st_dev == held.st_dev
      {
        // Another process, such as our supervisor, may append to it too.
        state.bytes = Int64(held.st_size)
        return true
      }
      state.close()
    }
    do throws(SystemCallFailure) {
      try FileTree.makeFolders(PathText.parent(path))
    } catch {
      state.reason = error.code
      return false
    }
    state.descriptor = systemOpen(path, LogFile.flags, LogFile.mode)
    guard state.descriptor >= 0 else {
      state.reason = errno
      return false
    }
    var held = stat()
    state.bytes = fstat(state.descriptor, &held) == 0 ? Int64(held.st_size) : 0
    state.limit = bytesMax
    for follower in followers { dup2(state.descriptor, follower) }
    return true
  }

  /// Puts the file aside. Where that is refused, it goes on growing for as much again.
  private func rotate(_ state: inout State) {
    let isAside: Bool
    if backups == 0 {
      isAside = unlink(path) == 0
    } else {
      for number in stride(from: backups - 1, to: 0, by: -1) {
        rename("\(path).\(number)", "\(path).\(number + 1)")
      }
      isAside = rename(path, path + ".1") == 0
    }
    if isAside {
      state.close()
    } else {
      state.limit = state.bytes.addingReportingOverflow(bytesMax).partialValue
      if state.limit < 0 { state.limit = .max }
    }
  }
}

extension RotatingFile.State {
  fileprivate mutating func close() {
    if descriptor >= 0 { systemClose(descriptor) }
    descriptor = -1
  }
}

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(file, bytes, count)
}

private func systemClose(_ file: Int32) { close(file) }
