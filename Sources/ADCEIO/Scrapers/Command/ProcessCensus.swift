internal import Glibc

/// Which processes belong to an attempt, by /proc: those of its session, and those that carry its
/// mark in their environment, though they have left the session.
///
/// Where there is no /proc it finds none, and the signal to the group has to do.
enum ProcessCensus {
  /// The processes, zombies left out, of session `session` or with an environment variable that
  /// begins with `mark` (`NAME=VALUE…`).
  static func members(session: pid_t?, mark: String) -> [pid_t] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    let own = getpid()
    var members: [pid_t] = []
    while let entry = readdir(folder) {
      let id = withUnsafeBytes(of: &entry.pointee.d_name) { number($0) }
      guard let id, id != own, let status = status(of: id) else { continue }
      guard status.state != UInt8(ascii: "Z"), status.state != UInt8(ascii: "X") else { continue }
      if status.session == session || carries(id, mark) { members.append(id) }
    }
    return members
  }

  /// Kills all members and waits until they are gone, for at most two seconds: a process that
  /// hangs in the kernel dies when it comes back.
  static func kill(session: pid_t?, mark: String) {
    for _ in 0..<200 {
      let members = members(session: session, mark: mark)
      if members.isEmpty { return }
      for id in members { _ = Glibc.kill(id, SIGKILL) }
      usleep(10_000)
    }
  }

  private static func number(_ name: UnsafeRawBufferPointer) -> pid_t? {
    var value: pid_t = 0
    for (index, byte) in name.enumerated() {
      if byte == 0 { return index == 0 ? nil : value }
      guard (0x30...0x39).contains(byte), index < 9 else { return nil }
      value = value * 10 + pid_t(byte - 0x30)
    }
    return nil
  }

  /// proc(5): `pid (name) state ppid pgrp session …`; the name may hold anything.
  private static func status(of id: pid_t) -> (state: UInt8, session: pid_t)? {
    let bytes = contents(of: "/proc/\(id)/stat", bytesMax: 1024)
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: 0x20)
    guard fields.count > 3, let state = fields[0].first,
      let session = pid_t(String(decoding: fields[3], as: UTF8.self))
    else { return nil }
    return (state, session)
  }

  private static func carries(_ id: pid_t, _ mark: String) -> Bool {
    contents(of: "/proc/\(id)/environ", bytesMax: 256 << 10).split(separator: 0)
      .contains { $0.starts(with: mark.utf8) }
  }

  /// Empty where we may not read, or the process is gone.
  private static func contents(of path: String, bytesMax: Int) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < bytesMax {
      let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}
