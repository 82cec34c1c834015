internal import Glibc

/// A file that holds its owner's process id, locked (flock(2)) as long as the owner lives: the
/// number alone would be a dead process's, or by now a stranger's.
struct PIDFile: ~Copyable {
  enum Refusal: Error {
    /// Another process holds it; its id, if it can be read.
    case held(pid_t?)
    case failed(SystemCallFailure)
  }

  // Made once the lock is ours, and not before: the deinit empties the file.
  private let descriptor: Int32

  /// Takes the file, making it if it is not there.
  static func take(_ path: String) throws(Refusal) -> PIDFile {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw .failed(SystemCallFailure("open", path)) }
    do throws(Refusal) {
      try lock(descriptor, path)
      try write(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    return PIDFile(descriptor: descriptor)
  }

  private static func lock(_ descriptor: Int32, _ path: String) throws(Refusal) {
    switch ExclusiveLock.take(descriptor) {
    case 0: return
    case EWOULDBLOCK: throw .held(read(descriptor))
    case let code: throw .failed(SystemCallFailure(call: "flock", path: path, code: code))
    }
  }

  private static func write(_ descriptor: Int32, _ path: String) throws(Refusal) {
    var text = "\(getpid())\n"
    let isWritten = text.withUTF8 { bytes in
      ftruncate(descriptor, 0) == 0
        && pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count
    }
    guard isWritten else { throw .failed(SystemCallFailure("write", path)) }
  }

  /// The lock goes with the descriptor; an empty file tells that the end was in order.
  deinit {
    ftruncate(descriptor, 0)
    close(descriptor)
  }

  /// Who holds it right now; nil = nobody. Changes nothing.
  static func holder(of path: String) -> Supervisor.Running? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return Supervisor.Running(pid: read(descriptor))
  }

  private static func read(_ descriptor: Int32) -> pid_t? {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return text.split(separator: "\n").first.flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil }
  }
}
