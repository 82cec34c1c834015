#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What this process and the programs that it started use, at one moment.
public struct ResourceSample: Hashable, Sendable {
  /// Anonymous resident memory: what only an end or a free gives back. nil = cannot be told.
  public var memoryBytes: Int64?
  /// CPU time so far, user and system, of processes that are alive; milliseconds.
  public var cpuMilliseconds: Int64?
  /// The least that is free on any of the file systems we write to, to us; nil = cannot be told.
  public var diskFreeBytes: Int64?

  public init(memoryBytes: Int64?, cpuMilliseconds: Int64?, diskFreeBytes: Int64?) {
    self.memoryBytes = memoryBytes
    self.cpuMilliseconds = cpuMilliseconds
    self.diskFreeBytes = diskFreeBytes
  }

  /// Measures now.
  ///
  /// - Parameter paths: folders that we write to.
  static func now(paths: [String]) -> ResourceSample {
    let processes = [getpid()] + ProcessTree.descendants(of: getpid())
    let memory = processes.compactMap { ProcessTree.anonymousBytes(of: $0) }
    let cpu = processes.compactMap { ProcessTree.cpuMilliseconds(of: $0) }
    return ResourceSample(
      memoryBytes: memory.isEmpty ? nil : memory.reduce(0, +),
      cpuMilliseconds: cpu.isEmpty ? nil : cpu.reduce(0, +),
      diskFreeBytes: paths.compactMap { freeBytes(at: $0) }.min())
  }

  /// Free for users who are not root, on the file system of a path or of the folder it will be in.
  static func freeBytes(at path: String) -> Int64? {
    do throws(SystemCallFailure) { return try DiskRoom.measured(at: path).freeBytes } catch {
      return nil
    }
  }
}

/// Processes as /proc shows them (proc(5)); where there is none, nothing is found.
enum ProcessTree {
  /// Children, their children, and so on; those that have left their parent are no longer ours.
  static func descendants(of process: pid_t) -> [pid_t] {
    var found: [pid_t] = []
    var next = [process]
    while let parent = next.popLast(), found.count < 4096 {
      for thread in numbers(in: "/proc/\(parent)/task") {
        // Needs CONFIG_PROC_CHILDREN, which every distribution's kernel has.
        let children = text("/proc/\(parent)/task/\(thread)/children").split(separator: " ")
          .compactMap { pid_t($0) }
        found += children
        next += children
      }
    }
    return found
  }

  static func anonymousBytes(of process: pid_t) -> Int64? {
    for line in text("/proc/\(process)/status").split(separator: "\n") {
      guard line.hasPrefix("RssAnon:") else { continue }
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        .flatMap { Int64($0) }.map { $0 * 1024 }
    }
    return nil
  }

  /// `pid (name) state … utime stime …`: the name may hold anything.
  static func cpuMilliseconds(of process: pid_t) -> Int64? {
    let stat = text("/proc/\(process)/stat")
    guard let close = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else {
      return nil
    }
    return (user + system) * 1000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
  }

  private static func numbers(in folder: String) -> [pid_t] {
    do throws(SystemCallFailure) {
      return try FileTree.names(in: folder).compactMap { pid_t($0) }
    } catch {
      return []
    }
  }

  /// Empty where we may not read, or the process is gone.
  private static func text(_ path: String) -> String {
    do throws(SystemCallFailure) {
      return String(decoding: try FileTree.read(path), as: UTF8.self)
    } catch {
      return ""
    }
  }
}
