internal import ADCEIO

/// What every figure has to be, from `config/performance_budget.yaml`:
///
/// ```yaml
/// day:
///   requests: {exact: 12504}
///   cpu_ratio: {at_most: 60}
/// ```
///
/// Every figure has its line, and no line is of a figure that nobody measures: what is compared with
/// nothing cannot fail.
public struct PerformanceBudget: Sendable {
  /// The file is no budget; what is wrong with it, a line each.
  public struct Unreadable: Error, CustomStringConvertible {
    public var description: String
  }

  struct Entry: Sendable {
    var bound: Bound
    /// Of the number, and how it is written there.
    var mark: YAMLMark
    var text: String
  }

  let path: String
  private(set) var bytes: [UInt8]
  private(set) var entries: [Figure.Name: Entry] = [:]
  private var problems: [ConfigurationProblem] = []

  /// Reads the file.
  public init(path: String) throws(Unreadable) {
    let bytes: [UInt8]
    do throws(SystemCallFailure) { bytes = try FileTree.read(path) } catch {
      throw Unreadable(description: "\(error.description): name a budget with --budget FILE")
    }
    try self.init(bytes: bytes, path: path)
  }

  /// - Parameter path: for messages.
  package init(bytes: [UInt8], path: String) throws(Unreadable) {
    self.path = path
    self.bytes = bytes
    let document = YAMLDocument(bytes: bytes, file: 0)
    for fault in document.faults { say(fault.mark, fault.message) }
    if let root = document.root { read(root) }
    if problems.isEmpty { demandAll() }
    guard problems.isEmpty else {
      throw Unreadable(description: problems.map(\.text).joined(separator: "\n"))
    }
  }

  private mutating func say(_ mark: YAMLMark?, _ message: String) {
    problems.append(
      ConfigurationProblem(
        severity: .error, file: path, line: Int(mark?.line ?? 0), column: Int(mark?.column ?? 0),
        path: "", message: message))
  }

  private mutating func read(_ root: YAMLNode) {
    guard let scenarios = root.map else {
      return say(root.mark, "expected a mapping of scenarios, found \(root.kindForMessages)")
    }
    for scenario in scenarios {
      let known = Figure.Name.allCases.filter { $0.scenario == scenario.key }
      guard !known.isEmpty else {
        let names = Figure.Name.allCases.map(\.scenario)
        say(scenario.keyMark, Wording.unknown("scenario", scenario.key, among: distinct(names)))
        continue
      }
      guard let figures = scenario.value.map else {
        say(
          scenario.value.mark,
          "expected a mapping of figures, found \(scenario.value.kindForMessages)")
        continue
      }
      for figure in figures {
        guard let name = Figure.Name(scenario: scenario.key, figure: figure.key) else {
          let text = Wording.unknown("figure", figure.key, among: known.map(\.figure))
          say(figure.keyMark, "\(scenario.key): \(text)")
          continue
        }
        read(figure.value, of: name)
      }
    }
  }

  /// `{exact: 12504}`.
  private mutating func read(_ node: YAMLNode, of name: Figure.Name) {
    let words = name.bounds.map(\.rawValue).joined(separator: " or ")
    let expected = "\(name.rawValue): expected {\(words): NUMBER}"
    guard let members = node.map, members.count == 1, let member = members.first else {
      let found = node.map.map { "a mapping of \($0.count)" } ?? node.kindForMessages
      return say(node.mark, "\(expected), found \(found)")
    }
    guard let word = Bound.Word(rawValue: member.key), name.bounds.contains(word) else {
      return say(member.keyMark, "\(expected), found \"\(member.key)\"")
    }
    guard let scalar = member.value.scalar, let bound = Bound(word, scalar.meaning) else {
      let number = word == .exact ? "a whole number" : "a number"
      return say(
        member.value.mark,
        "\(name.rawValue): expected \(number), found \(member.value.kindForMessages)")
    }
    if name.mustBeZero, bound != .exact(0) {
      return say(member.value.mark, "\(name.rawValue): it is wrong if it is not 0")
    }
    entries[name] = Entry(bound: bound, mark: member.value.mark, text: scalar.text)
  }

  private mutating func demandAll() {
    for name in Figure.Name.allCases where entries[name] == nil {
      let words = name.bounds.map(\.rawValue).joined(separator: " or ")
      say(
        nil,
        "nothing is said of \(name.rawValue): write `\(name.figure): {\(words): NUMBER}` under "
          + "`\(name.scenario)`")
    }
  }

  private func distinct(_ names: [String]) -> [String] {
    var seen: [String] = []
    for name in names where !seen.contains(name) { seen.append(name) }
    return seen
  }
}

extension PerformanceBudget {
  /// Compares what was measured; figures and verdicts in the order of the figures.
  public func judge(
    _ figures: [Figure], isOptimised: Bool = Bench.isOptimised
  ) -> [Judgement] {
    figures.compactMap { figure in
      entries[figure.name].map { Judgement(figure, $0.bound, isOptimised: isOptimised) }
    }
  }

  /// The file with what was counted in place of what was expected; all else of it, comments too, is
  /// as it was. Bounds are people's to set.
  public func updated(with figures: [Figure]) -> [UInt8] {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    // From the back: what comes after a number on its line moves with it.
    let changes = figures.compactMap { figure -> (entry: Entry, text: String)? in
      guard !figure.name.mustBeZero, case .count(let count) = figure.value,
        let entry = entries[figure.name],
        case .exact(let expected) = entry.bound, expected != count
      else { return nil }
      return (entry, String(count))
    }.sorted {
      ($0.entry.mark.line, $0.entry.mark.column) > ($1.entry.mark.line, $1.entry.mark.column)
    }
    for (entry, text) in changes {
      let line = Int(entry.mark.line) - 1
      let start = PerformanceBudget.byte(ofColumn: Int(entry.mark.column), in: lines[line])
      let end = start + entry.text.utf8.count
      precondition(
        lines[line][start..<end].elementsEqual(entry.text.utf8),
        "\(path):\(line + 1): the number is not where it was read")
      lines[line].replaceSubrange(start..<end, with: text.utf8)
    }
    return Array(lines.joined(separator: [0x0A]))
  }

  /// Replaces a budget's file, whole or not at all.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try AtomicFile.write(bytes, to: path)
  }

  /// Columns count characters from 1; the bytes of one that go on begin with the bits 10.
  private static func byte(ofColumn column: Int, in line: [UInt8]) -> Int {
    var left = column
    for (index, byte) in line.enumerated() where byte & 0xC0 != 0x80 {
      left -= 1
      if left == 0 { return index }
    }
    return line.count
  }
}

extension Bound {
  /// Nil if the number is none that the word takes.
  fileprivate init?(_ word: Word, _ meaning: YAMLMeaning) {
    switch (word, meaning) {
    case (.exact, .integer(let count)): self = .exact(count)
    case (.atMost, .integer(let count)): self = .atMost(Double(count))
    case (.atLeast, .integer(let count)): self = .atLeast(Double(count))
    case (.atMost, .number(let number)) where number.isFinite: self = .atMost(number)
    case (.atLeast, .number(let number)) where number.isFinite: self = .atLeast(number)
    default: return nil
    }
  }
}
