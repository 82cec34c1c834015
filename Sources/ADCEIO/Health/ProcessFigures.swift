#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What the system says of this process, from /proc (proc(5)); nil where it does not say.
struct ProcessFigures {
  var cpuMilliseconds: Int64?
  var residentBytes: Int64?
  var anonymousBytes: Int64?
  var virtualBytes: Int64?
  var threads: Int?
  var openFiles: Int?
  var openFilesMax: Int64?
  /// Seconds since 1970.
  var startSeconds: Int64?

  static func now() -> ProcessFigures {
    var figures = ProcessFigures()
    var usage = rusage()
    // RUSAGE_SELF is imported with a type that getrusage does not take; its value is 0 everywhere.
    #if canImport(Glibc)
      let status = getrusage(__rusage_who_t(0), &usage)
    #else
      let status = getrusage(RUSAGE_SELF, &usage)
    #endif
    if status == 0 {
      figures.cpuMilliseconds =
        Int64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
        + Int64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000
    }
    figures.readStatus()
    figures.readStart()
    figures.openFiles = count("/proc/self/fd")
    var limit = rlimit()
    #if canImport(Glibc)
      let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    #else
      let hasLimit = getrlimit(RLIMIT_NOFILE, &limit) == 0
    #endif
    if hasLimit { figures.openFilesMax = Int64(clamping: limit.rlim_cur) }
    return figures
  }

  /// `VmRSS:    12345 kB` and its like.
  private mutating func readStatus() {
    for line in ProcessFigures.text("/proc/self/status").split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 2, let number = Int64(words[1]) else { continue }
      switch words[0] {
      case "VmRSS:": residentBytes = number * 1024
      case "RssAnon:": anonymousBytes = number * 1024
      case "VmSize:": virtualBytes = number * 1024
      case "Threads:": threads = Int(number)
      default: break
      }
    }
  }

  /// The 22nd field of /proc/self/stat is the start in ticks since boot; the name in parentheses
  /// may hold anything.
  private mutating func readStart() {
    let stat = ProcessFigures.text("/proc/self/stat")
    guard let end = stat.lastIndex(of: ")") else { return }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let ticks = Int64(fields[19]) else { return }
    let perSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
    let boot = ProcessFigures.text("/proc/stat").split(separator: "\n").first {
      $0.hasPrefix("btime ")
    }
    guard perSecond > 0, let seconds = boot?.dropFirst(6), let booted = Int64(seconds) else {
      return
    }
    startSeconds = booted + ticks / perSecond
  }

  private static func text(_ path: String) -> String {
    do throws(SystemCallFailure) {
      return String(decoding: try FileTree.read(path), as: UTF8.self)
    } catch {
      return ""
    }
  }

  /// Entries of a folder; the one that reading it takes is not counted.
  private static func count(_ folder: String) -> Int? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    // Without `.`, `..` and the stream's own.
    return max(0, count - 3)
  }
}
