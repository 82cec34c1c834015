/// Something that a load has to say about the files.
public struct ConfigurationProblem: Hashable, Sendable {
  public enum Severity: UInt8, Hashable, Sendable { case error, warning }

  public var severity: Severity
  /// The file as it was named, or the option or variable that overrides it; "" = none of them.
  public var file: String
  /// From 1; 0 = no place in the file.
  public var line: Int
  /// From 1, in characters; 0 = no place in the file.
  public var column: Int
  /// The setting, as `config show` names it; "" where it is the file as a whole.
  public var path: String
  public var message: String

  public init(
    severity: Severity, file: String, line: Int, column: Int, path: String, message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.message = message
  }

  /// `config/x.yaml:3:7: error: message`.
  public var text: String {
    let place = line > 0 ? "\(file):\(line):\(column): " : file.isEmpty ? "" : "\(file): "
    return place + (severity == .error ? "error: " : "warning: ") + message
  }
}

/// Gathers problems during one load.
struct ProblemList {
  /// How each source of marks is named: the four files, then the overrides.
  var sources: [String]
  /// Unknown fields are errors.
  var isStrict: Bool
  let texts: SourceTexts
  private var found: [(mark: YAMLMark?, problem: ConfigurationProblem)] = []
  private var said: Set<String> = []

  init(sources: [String], texts: SourceTexts, isStrict: Bool) {
    self.sources = sources
    self.texts = texts
    self.isStrict = isStrict
  }

  mutating func error(_ mark: YAMLMark?, _ path: String, _ message: String) {
    add(.error, mark, path, message)
  }

  mutating func warn(_ mark: YAMLMark?, _ path: String, _ message: String) {
    add(.warning, mark, path, message)
  }

  mutating func unknown(_ mark: YAMLMark?, _ path: String, _ message: String) {
    add(isStrict ? .error : .warning, mark, path, message)
  }

  /// Warns the first time only; `topic` names what is said.
  mutating func warnOnce(_ topic: String, _ mark: YAMLMark?, _ path: String, _ message: String) {
    if said.insert(topic).inserted { warn(mark, path, message) }
  }

  private mutating func add(
    _ severity: ConfigurationProblem.Severity, _ mark: YAMLMark?, _ path: String,
    _ message: String
  ) {
    let file = mark.map { sources[Int($0.file)] } ?? ""
    // An option or a variable has no lines.
    let place = mark.flatMap { Int($0.file) < ConfigurationFile.allCases.count ? $0 : nil }
    found.append(
      (
        mark,
        ConfigurationProblem(
          severity: severity, file: file, line: Int(place?.line ?? 0),
          column: Int(place?.column ?? 0), path: path, message: message)
      ))
  }

  /// By file, line and column; what has no place comes last, in the order in which it was found.
  var sorted: [ConfigurationProblem] {
    found.enumerated().sorted { a, b in
      order(a.element.mark, a.offset) < order(b.element.mark, b.offset)
    }.map(\.element.problem)
  }

  private func order(_ mark: YAMLMark?, _ offset: Int) -> (Int, Int32, Int32, Int) {
    (mark.map { Int($0.file) } ?? Int.max, mark?.line ?? 0, mark?.column ?? 0, offset)
  }

  var hasErrors: Bool { found.contains { $0.problem.severity == .error } }
}
