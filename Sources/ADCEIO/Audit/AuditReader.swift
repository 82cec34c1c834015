public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Which entries are wanted.
public struct AuditFilter: Sendable {
  public var since: Instant?
  public var until: Instant?
  public var who: String?
  /// By its name, or all that begin with it at a `_`.
  public var action: String?

  public init() {}

  public func passes(_ entry: AuditEntry) -> Bool {
    if let since, entry.at < since { return false }
    if let until, entry.at > until { return false }
    if let who, entry.by.name != who { return false }
    guard let action else { return true }
    return entry.action == action || entry.action.hasPrefix(action + "_")
  }

  /// Whether a day's file may hold any.
  func mayPass(day name: String) -> Bool {
    guard let day = CivilDay(iso: name.prefix(10).utf8) else { return false }
    if let since, day.end <= since { return false }
    if let until, day.start > until { return false }
    return true
  }
}

/// Reads an audit log, also while it is written, and goes on where it stopped.
public struct AuditReader: Sendable {
  private let folders: [String]
  /// How far each file has been read, in bytes.
  private var offsets: [String: Int] = [:]
  /// Lines that are no entries, as a crash may leave one.
  public private(set) var damaged = 0
  /// So much was read in all, for tests.
  private(set) var bytesRead = 0

  public init(stateDirectory: String) {
    let folder = AuditLog.folder(stateDirectory)
    folders = [folder + "/actions", folder + "/attempts"]
  }

  /// The entries that have come since the last call and pass, in the order of their times.
  ///
  /// - Parameter limit: the newest so many alone.
  public mutating func read(
    _ filter: AuditFilter, limit: Int? = nil
  ) throws(SystemCallFailure) -> [AuditEntry] {
    var result: [AuditEntry] = []
    for folder in folders { result += try entries(in: folder, filter, limit) }
    // Stable: what has the same time stays in the order in which it was written.
    let order = result.indices.sorted { (result[$0].at, $0) < (result[$1].at, $1) }
    let sorted = order.map { result[$0] }
    return limit.map { Array(sorted.suffix($0)) } ?? sorted
  }

  /// The newest file first: once there are as many as are wanted, the older ones need not be read,
  /// now or later.
  private mutating func entries(
    in folder: String, _ filter: AuditFilter, _ limit: Int?
  ) throws(SystemCallFailure) -> [AuditEntry] {
    var files: [[AuditEntry]] = []
    var count = 0
    for name in try SegmentedFile.segments(in: folder).reversed() where filter.mayPass(day: name) {
      let path = folder + "/" + name
      if let limit, count >= limit {
        if offsets[path] == nil { offsets[path] = try AuditReader.size(of: path) }
        continue
      }
      var entries: [AuditEntry] = []
      try readOn(path, filter, into: &entries)
      count += entries.count
      files.append(entries)
    }
    return files.reversed().flatMap { $0 }
  }

  private static func size(of path: String) throws(SystemCallFailure) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      // It was too old, and has gone since the folder was read.
      if errno == ENOENT { return 0 }
      throw SystemCallFailure("stat", path)
    }
    return Int(status.st_size)
  }

  /// What has come to a file since it was read last; one that has not grown is not opened.
  private mutating func readOn(
    _ path: String, _ filter: AuditFilter, into entries: inout [AuditEntry]
  ) throws(SystemCallFailure) {
    let size = try AuditReader.size(of: path)
    let offset = offsets[path] ?? 0
    guard size > offset else { return }
    let bytes: [UInt8]
    do throws(SystemCallFailure) {
      let file = try OpenFile.open(path, O_RDONLY)
      guard lseek(file.descriptor, off_t(offset), SEEK_SET) >= 0 else {
        throw SystemCallFailure("lseek", path)
      }
      bytes = try file.readAll(limit: Int.max)
      bytesRead += bytes.count
    } catch {
      if error.code == ENOENT { return }
      throw error
    }
    var begin = 0
    while let end = bytes[begin...].firstIndex(of: 0x0A) {
      let line = Array(bytes[begin..<end])
      begin = end + 1
      if line.isEmpty { continue }
      guard let entry = AuditEntry(line: line) else {
        damaged += 1
        continue
      }
      if filter.passes(entry) { entries.append(entry) }
    }
    // A line without its end is not written yet.
    offsets[path] = offset + begin
  }
}
