#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What goes to stderr, and what kind of place it is.
enum Terminal {
  static func error(_ line: String) { write(line + "\n") }

  static var errorIsTerminal: Bool { isatty(2) == 1 }

  /// Whether colour is wanted on stdout: on a terminal that has it, unless NO_COLOR (no-color.org)
  /// holds anything.
  static var outputHasColour: Bool {
    isatty(1) == 1 && Environment.value("NO_COLOR") == nil && Environment.value("TERM") != "dumb"
  }

  /// Whether a line may come in place of another: on a terminal that can erase one.
  static var showsProgress: Bool { errorIsTerminal && Environment.value("TERM") != "dumb" }

  /// In how many columns a table on stdout has to do; nil = as many as it takes, because no
  /// terminal shows it.
  static var outputColumns: Int? {
    guard isatty(1) == 1 else { return nil }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return max(60, Int(size.ws_col))
  }

  /// Shows a line in place of the last one that was shown so; only on a terminal.
  static func progress(_ line: String) { write("\r\u{1B}[K" + line) }

  static func endProgress() { write("\r\u{1B}[K") }

  private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { writeBytes(2, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// write(2).
  static func writeBytes(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(file, bytes, count)
    #else
      Darwin.write(file, bytes, count)
    #endif
  }
}

/// The process's environment.
enum Environment {
  static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  static var all: [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1)
      if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return result
  }
}
