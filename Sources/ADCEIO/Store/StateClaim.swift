internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// This process's right to a state directory: its only opening here and, for a writer, the lock
/// that keeps other processes out. Given back when it goes out of scope.
///
/// The lock is flock(2) on a file of ours. The kernel drops it when the process dies, however that
/// happens. The file's text says who holds it; it is only believed while the lock is held.
struct StateClaim: ~Copyable {
  private let identity: OpenDirectories.Identity
  private let owner: pid_t
  /// The locked file, or −1 for a reader.
  private let descriptor: Int32

  /// Claims the directory, which must be there.
  static func make(
    _ directory: StateDirectory, writing: Bool
  ) throws(StoreFailure) -> StateClaim {
    let identity = try directory.identity()
    guard OpenDirectories.shared.insert(identity) else {
      throw .openHere(directory: directory.path)
    }
    do throws(StoreFailure) {
      return StateClaim(
        identity: identity, descriptor: writing ? try StateClaim.lock(directory) : -1)
    } catch {
      OpenDirectories.shared.remove(identity)
      throw error
    }
  }

  // Throws nothing: a deinit that ran after a failure would free another opening's registration.
  private init(identity: OpenDirectories.Identity, descriptor: Int32) {
    self.identity = identity
    self.descriptor = descriptor
    owner = getpid()
  }

  deinit {
    // In a forked child the lock is the parent's, and so are the text and the registration.
    let isOurs = getpid() == owner
    if descriptor >= 0 {
      // Unlocked and not only closed: a child that was forked and has not yet become its program
      // shares the lock, and would keep it for that moment.
      if isOurs {
        ftruncate(descriptor, 0)
        flock(descriptor, LOCK_UN)
      }
      close(descriptor)
    }
    if isOurs { OpenDirectories.shared.remove(identity) }
  }

  /// Whether this process is the one that made the claim, not a fork of it.
  var isHere: Bool { getpid() == owner }

  private static func lock(_ directory: StateDirectory) throws(StoreFailure) -> Int32 {
    let file = directory.writerFile
    // CLOEXEC: a scraper that outlives us must not keep the state locked.
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .creating(file, errno) }
    let code = ExclusiveLock.take(descriptor)
    guard code == 0 else {
      defer { close(descriptor) }
      guard code == EWOULDBLOCK else { throw .file(file, "lock it", code) }
      let holder = Holder(text: read(descriptor))
      throw .heldBy(directory: directory.path, pid: holder.pid, since: holder.since)
    }
    var text = Holder.ours.text
    errno = 0
    let isWritten = text.withUTF8 { bytes in
      ftruncate(descriptor, 0) == 0
        && pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
          == bytes.count
    }
    // On a full disk nobody reads who we are; the lock holds all the same, and a daemon that waits
    // for room is better than none.
    guard isWritten || [ENOSPC, EDQUOT].contains(errno) else {
      let code = errno
      close(descriptor)
      throw .file(file, "write to it", code)
    }
    return descriptor
  }

  /// At most 256 bytes: what a holder writes is shorter.
  private static func read(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}

extension StateClaim {
  /// Who holds the lock: two lines, the process id and the time at which it took it.
  struct Holder: Hashable {
    var pid: Int32?
    var since: String?

    var text: String { "\(pid ?? 0)\n\(since ?? "")\n" }

    static var ours: Holder {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      return Holder(pid: getpid(), since: Instant(seconds: Int64(now.tv_sec)).iso)
    }
  }
}

extension StateClaim.Holder {
  /// Reads what a holder wrote; nothing is believed that is not a process id and a time.
  init(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    pid = lines.first.flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil }
    since = lines.count > 1 ? Instant(iso: lines[1].utf8)?.iso : nil
  }
}

extension StateClaim {
  /// Who holds the lock of a directory right now; nil = nobody. Takes a shared lock for a moment
  /// and gives it back: nothing is written.
  static func holder(of directory: StateDirectory) -> Holder? {
    let descriptor = open(directory.writerFile, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return Holder(text: read(descriptor))
  }
}

extension Store {
  /// Whether there is a state in `directory`, as far as this user can see.
  static func exists(in directory: String) -> Bool {
    do throws(StoreFailure) { return try StateDirectory(directory).holdsData } catch {
      return false
    }
  }

  /// Who writes to the state in `directory` right now, as far as it says; nil = nobody.
  public static func writer(of directory: String) -> (pid: Int32?, since: String?)? {
    StateClaim.holder(of: StateDirectory(directory)).map { ($0.pid, $0.since) }
  }
}
