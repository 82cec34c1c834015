internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Lines that are only ever appended, in files by day: `2025-01-15.000.jsonl`, and `.001` where a
/// day's grows too long. The oldest files go when they are too old, or all too long: a few days at a
/// time, so that a clock that is wrong for a while costs little.
struct SegmentedFile: ~Copyable {
  struct Bounds: Hashable, Sendable {
    /// Kept for so many days.
    var days: Int
    /// Of all of them, in bytes.
    var bytes: Int64
    /// Of one file, in bytes.
    var segmentBytes: Int64 = 16 << 20
  }

  private let folder: String
  private let bounds: Bounds
  private var descriptor: Int32 = -1
  private var name = ""
  private var bytes: Int64 = 0

  init(folder: String, bounds: Bounds) {
    self.folder = folder
    self.bounds = bounds
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends lines, each with its newline, in one write: processes that append at the same time do
  /// not mix theirs. What a full disk cuts off is taken back.
  mutating func append(_ lines: [UInt8], on day: CivilDay) throws(SystemCallFailure) {
    try open(for: day)
    let file = descriptor
    let put = lines.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
    let code = errno
    if put == lines.count {
      bytes += Int64(put)
      return
    }
    if put > 0 {
      var status = stat()
      if fstat(descriptor, &status) == 0 { ftruncate(descriptor, status.st_size - off_t(put)) }
    }
    drop()
    throw SystemCallFailure(
      call: "write", path: folder + "/" + name, code: put < 0 ? code : ENOSPC)
  }

  /// What was appended is on the disk when it returns.
  mutating func synchronise() throws(SystemCallFailure) {
    guard descriptor >= 0 else { return }
    while fsync(descriptor) != 0 {
      guard errno == EINTR else { throw SystemCallFailure("fsync", folder + "/" + name) }
    }
  }

  private mutating func drop() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  /// The file of a day that still has room.
  private mutating func open(for day: CivilDay) throws(SystemCallFailure) {
    let prefix = day.iso
    if descriptor >= 0, name.hasPrefix(prefix), bytes < bounds.segmentBytes { return }
    drop()
    try makeFolder()
    let days = try FileTree.names(in: folder).filter { $0.hasPrefix(prefix) }
    var number = days.compactMap { SegmentedFile.number(of: $0) }.max() ?? 0
    while true {
      name = prefix + "." + SegmentedFile.padded(number) + ".jsonl"
      try openNamed()
      if bytes < bounds.segmentBytes || number >= 999 { break }
      drop()
      number += 1
    }
    try removeOldest()
  }

  private mutating func openNamed() throws(SystemCallFailure) {
    let path = folder + "/" + name
    let isThere = try FileTree.exists(path)
    descriptor = systemOpen(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
    if !isThere {
      giveToOwner()
      try OpenFile.open(folder, O_RDONLY | O_DIRECTORY).synchronise()
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCallFailure("fstat", path) }
    bytes = Int64(status.st_size)
    // A line that a crash cut off must not swallow the next one.
    var last: UInt8 = 0x0A
    if bytes > 0, pread(descriptor, &last, 1, off_t(bytes - 1)) == 1, last != 0x0A {
      last = 0x0A
      if systemWrite(descriptor, &last, 1) == 1 { bytes += 1 }
    }
  }

  /// What root begins in another user's folder is theirs: the daemon goes on in it.
  private func giveToOwner() {
    var owner = stat()
    guard geteuid() == 0, stat(folder, &owner) == 0, owner.st_uid != 0 else { return }
    // One that refuses is told of by the daemon's next line.
    _ = fchown(descriptor, owner.st_uid, owner.st_gid)
  }

  private func makeFolder() throws(SystemCallFailure) {
    if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT else { throw SystemCallFailure("mkdir", folder) }
    try FileTree.makeFolders(PathText.parent(folder))
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw SystemCallFailure("mkdir", folder)
    }
  }

  /// At each opening, of which there is one a day, files of so many days go for their age: more than
  /// come, so that a process that did not run for months catches up.
  private static let daysRemovedMax = 2

  private func removeOldest() throws(SystemCallFailure) {
    let segments = try SegmentedFile.segments(in: folder)
    // Counted from the newest day that was there before: a clock that jumps ahead makes one file
    // of the future, and nothing old by it.
    let day = name.prefix(10)
    let newest = segments.last { !$0.hasPrefix(day) } ?? name
    guard let last = CivilDay(iso: min(newest, name).prefix(10).utf8) else { return }
    // A day has passed since, at least, where the file of another one is begun.
    let oldest = CivilDay(day: last.day + 1 - Int32(bounds.days)).iso
    var removed: Set<Substring> = []
    var kept: [(name: String, bytes: Int64)] = []
    for found in segments {
      let path = folder + "/" + found
      let day = found.prefix(10)
      if found < oldest, removed.contains(day) || removed.count < Self.daysRemovedMax {
        removed.insert(day)
        unlink(path)
        continue
      }
      var status = stat()
      if stat(path, &status) == 0 { kept.append((found, Int64(status.st_size))) }
    }
    var total = kept.reduce(0) { $0 + $1.bytes }
    for segment in kept where total > bounds.bytes && segment.name != name {
      unlink(folder + "/" + segment.name)
      total -= segment.bytes
    }
  }

  // MARK: Names

  /// The files of a folder, oldest first; none if it is not there.
  static func segments(in folder: String) throws(SystemCallFailure) -> [String] {
    guard try FileTree.exists(folder) else { return [] }
    return try FileTree.names(in: folder).filter { number(of: $0) != nil }
  }

  /// `YYYY-MM-DD.NNN.jsonl`.
  static func number(of name: String) -> Int? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "jsonl", parts[1].utf8.count == 3,
      CivilDay(iso: parts[0].utf8) != nil
    else { return nil }
    return Int(parts[1])
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
