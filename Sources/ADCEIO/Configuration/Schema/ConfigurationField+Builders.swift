internal import ADCEKernel

/// Short forms in which the tables of fields are written.
struct FieldTable {
  let file: ConfigurationFile
  private(set) var fields: [ConfigurationField] = []

  init(_ file: ConfigurationFile) { self.file = file }

  mutating func add(
    _ path: String, _ kind: ConfigurationField.Kind, _ meaning: String, is standard: String? = nil,
    in bounds: ClosedRange<Double>? = nil, ours: Bool = false,
    use: ConfigurationField.Use = .used
  ) {
    fields.append(
      ConfigurationField(
        file: file, path: path, kind: kind, standard: standard,
        bounds: bounds ?? Self.standardBounds(of: kind), use: use, isOurs: ours,
        meaning: meaning))
  }

  /// A duration is never negative, nor longer than a hundred years.
  private static func standardBounds(of kind: ConfigurationField.Kind) -> ClosedRange<Double>? {
    switch kind {
    case .duration(let each), .whole(let each): 0...Double(36_525 * Span.day / each)
    default: nil
    }
  }

  /// `version`, `last_updated` and `metadata` stand silently at the top of each file.
  mutating func addTop() {
    add("version", .anything, "The owner's version of the file.", use: .described)
    add("last_updated", .anything, "When the owner last changed the file.", use: .described)
    add("metadata", .anything, "The owner's notes.", use: .described)
  }
}

extension ConfigurationField.Kind {
  static let milliseconds = Self.duration(millisecondsEach: 1)
  static let seconds = Self.duration(millisecondsEach: Span.second)
  static let minutes = Self.duration(millisecondsEach: Span.minute)
  static let hours = Self.duration(millisecondsEach: Span.hour)
  static let days = Self.duration(millisecondsEach: Span.day)
  static let wholeHours = Self.whole(millisecondsEach: Span.hour)
  static let wholeDays = Self.whole(millisecondsEach: Span.day)
}
