extension Decode {
  /// The five fields of a schedule, each with its bounds, as in POSIX crontab(5): minute, hour,
  /// day of month, month, day of week (0 and 7 are Sunday).
  private static let cronFields: [(name: String, bounds: ClosedRange<Int>, words: [String])] = [
    ("minute", 0...59, []), ("hour", 0...23, []), ("day of month", 1...31, []),
    (
      "month", 1...12,
      ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    ),
    ("day of week", 0...7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
  ]

  /// The schedule's text, if each field of it is one.
  static func cron(_ node: YAMLNode) -> Result<String, FieldFault> {
    let text = node.scalar?.text ?? node.kindForMessages
    let fields = text.split { $0 == " " || $0 == "\t" }
    guard fields.count == 5 else {
      return .failure(
        FieldFault(
          mark: node.mark,
          message:
            "\(Wording.quoted(text)) is not a schedule of five fields (minute hour day month weekday)"
        ))
    }
    for (field, rule) in zip(fields, cronFields) {
      for part in field.split(separator: ",", omittingEmptySubsequences: false)
      where !isCronPart(part, rule.bounds, rule.words) {
        return .failure(
          FieldFault(
            mark: node.mark,
            message:
              "\(Wording.quoted(String(part))) is no \(rule.name) in the schedule \(Wording.quoted(text))"
          ))
      }
    }
    return .success(text)
  }

  /// `*`, a value, a range, each with an optional `/step`.
  private static func isCronPart(
    _ part: Substring, _ bounds: ClosedRange<Int>, _ words: [String]
  ) -> Bool {
    let stepped = part.split(separator: "/", omittingEmptySubsequences: false)
    guard stepped.count <= 2, let range = stepped.first else { return false }
    if stepped.count == 2 {
      guard let step = number(stepped[1]), step >= 1 else { return false }
    }
    if range == "*" { return true }
    let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { end in
      number(end) ?? words.firstIndex(of: end.lowercased()).map { $0 + bounds.lowerBound }
    }
    guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else {
      return false
    }
    return bounds.contains(first) && bounds.contains(last) && first <= last
  }
}
