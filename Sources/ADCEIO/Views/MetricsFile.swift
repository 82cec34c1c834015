public import ADCEKernel

/// `inventory/metrics.yaml`: the file of a data inventory system (DIMS), of which one section is
/// ours.
///
/// Others write metrics of theirs into the same file. So only our section, `adce:` at the left
/// margin and what is indented below it, is replaced; every other byte stays as it is.
public struct MetricsFile: Sendable {
  public static let path = "inventory/metrics.yaml"
  private static let header = "adce:"
  /// A file that is longer is somebody else's, and left alone.
  private static let bytesMax = 16 << 20

  public struct Metric: Hashable, Sendable {
    public var name: String
    public var value: SettingValue
  }

  public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    case notText
    case tooLong
    /// Not a block mapping at its top: there is no place for a section.
    case notAMapping

    public var description: String {
      switch self {
      case .notText: "it is not UTF-8"
      case .tooLong: "it is longer than 16 MiB"
      case .notAMapping: "it is not a YAML mapping in block style"
      }
    }
  }

  /// All that we have, in the order in which they are written.
  public static func all(_ kernel: borrowing Kernel, at now: Instant) -> [Metric] {
    let analysis = kernel.analyse(at: now)
    let counts = kernel.taskCounts
    let record = kernel.snapshot?.record
    var history = (finished: 0, succeeded: 0)
    for scraper in kernel.configuration.scrapers {
      let one = kernel.history(ofScraper: scraper.id, at: now)
      history.finished += one.finished
      history.succeeded += one.succeeded
    }
    let rate: SettingValue =
      history.finished == 0
      ? .null : .percent(Int64(history.succeeded) * 1_000_000 / Int64(history.finished))
    return [
      Metric(name: "cycles_completed", value: .integer(Int64(kernel.cycle.completed))),
      Metric(
        name: "tasks_executed",
        value: .integer(Int64(kernel.attemptsMade) - Int64(kernel.attemptsRunning))),
      Metric(name: "orchestrator_success_rate", value: rate),
      Metric(name: "error_count", value: .count(history.finished - history.succeeded)),
      Metric(name: "tasks_open", value: .count(counts.open)),
      Metric(name: "tasks_parked", value: .count(counts.byState[.parked] ?? 0)),
      Metric(name: "total_objects", value: .count(record?.objects ?? 0)),
      Metric(name: "total_size_bytes", value: .integer(record?.bytes ?? 0)),
      Metric(name: "expected_files", value: .count(analysis.total.expected)),
      Metric(name: "missing_files", value: .count(analysis.total.missing)),
      Metric(name: "stale_files", value: .count(analysis.total.stale)),
      Metric(name: "undersized_files", value: .count(analysis.total.undersized)),
      Metric(name: "critical_gaps", value: .count(analysis.gapsByPriority[0])),
      Metric(name: "completeness_pct", value: .percent(analysis.total.completenessMicro)),
      Metric(name: "attainable_pct", value: .percent(analysis.total.attainableMicro)),
    ]
  }

  /// Their names, in that order.
  public static let names = all(Kernel(configuration: Configuration()), at: .distantPast).map(
    \.name)

  /// Those that are tracked; none named = all.
  public static func tracked(_ names: [String], of metrics: [Metric]) -> [Metric] {
    names.isEmpty
      ? metrics : names.compactMap { name in metrics.first { $0.name == name } }
  }

  /// Tracked names that we have nothing for.
  static func unknown(_ tracked: [String]) -> [String] { tracked.filter { !names.contains($0) } }

  /// Our section, each metric in the form that DIMS gives its own.
  public static func section(_ metrics: [Metric], verified: Instant) -> String {
    metrics.reduce(into: header + "\n") { text, metric in
      text += "  \(metric.name):\n    value: \(metric.value.json)\n"
      text += "    last_verified: '\(verified.iso)'\n    verification_method: adce\n"
    }
  }

  /// The file's new text: our section in place of the old one, or at the end.
  public static func replaced(
    _ section: String, in old: [UInt8]
  ) throws(Refusal) -> [UInt8] {
    guard old.count <= bytesMax else { throw .tooLong }
    guard String(validating: old, as: UTF8.self) != nil else { throw .notText }
    let section = Array(section.utf8)
    let lines = old.split(separator: 0x0A, omittingEmptySubsequences: false)
    let appended = old.isEmpty || old.last == 0x0A ? old + section : old + [0x0A] + section
    guard let first = lines.first(where: { !$0.isBlankOrComment && !$0.starts(with: "---".utf8) })
    else { return appended }
    // What begins so is a list, a text in quotes, a mapping in braces.
    guard let byte = first.first, !"{[-\"'|>!&*? ".utf8.contains(byte),
      first.contains(UInt8(ascii: ":"))
    else { throw .notAMapping }
    guard let begin = lines.firstIndex(where: { $0.isHeader(header) }) else { return appended }
    let end = self.end(of: begin, in: lines)
    return lines[..<begin].flatMap { $0 + [0x0A] } + section
      + lines[end...].joined(separator: [0x0A])
  }

  /// The values of our section as they are written, by name; nil if there is none.
  public static func values(in bytes: [UInt8]) -> [String: String]? {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard let begin = lines.firstIndex(where: { $0.isHeader(header) }) else { return nil }
    var values: [String: String] = [:]
    var name: String?
    for bytes in lines[(begin + 1)..<end(of: begin, in: lines)] {
      let line = String(decoding: bytes, as: UTF8.self)
      if line.hasPrefix("    value: ") {
        if let name { values[name] = String(line.dropFirst("    value: ".count)) }
      } else if line.hasPrefix("  "), line.dropFirst(2).first != " ", line.hasSuffix(":") {
        name = String(line.dropFirst(2).dropLast())
      }
    }
    return values
  }

  /// A section ends where something else begins at the left margin; blank lines before that are
  /// not its own.
  private static func end(of begin: Int, in lines: [ArraySlice<UInt8>]) -> Int {
    var end =
      lines[(begin + 1)...].firstIndex { line in
        line.first.map { $0 != 0x20 && $0 != 0x0D } ?? false
      } ?? lines.endIndex
    while end > begin + 1, lines[end - 1].allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { end -= 1 }
    return end
  }
}

extension ArraySlice<UInt8> {
  fileprivate var isBlankOrComment: Bool {
    let text = drop { $0 == 0x20 || $0 == 0x0D }
    return text.isEmpty || text.first == UInt8(ascii: "#")
  }

  /// `adce:` at the left margin, with nothing or a comment behind it.
  fileprivate func isHeader(_ header: String) -> Bool {
    starts(with: header.utf8) && dropFirst(header.utf8.count).isBlankOrComment
  }
}
