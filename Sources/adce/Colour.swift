/// Colour for the tables: the header bold, words that say how things are green, yellow or red.
enum Colour: String {
  case bold = "1"
  case red = "31"
  case green = "32"
  case yellow = "33"

  private static let words: [Substring: Colour] = [
    "ok": .green, "done": .green, "ready": .green, "sound": .green,
    "degraded": .yellow, "backing_off": .yellow, "waived": .yellow,
    "failed": .red, "parked": .red, "critical": .red, "none": .red, "NOT SOUND": .red,
  ]

  private func on(_ text: some StringProtocol) -> String {
    "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
  }

  /// The text with sequences that take no room on the screen (ECMA-48, SGR).
  static func applied(to text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      isHeader(line) ? bold.on(line) : applied(toLine: line)
    }.joined(separator: "\n")
  }

  /// A header has two titles or more, all in capitals.
  private static func isHeader(_ line: Substring) -> Bool {
    line.contains("  ") && line.contains(where: \.isLetter)
      && line.allSatisfy { $0.isUppercase || $0 == " " }
  }

  /// Cells are parted by two spaces or more; only a cell that is the word and nothing else counts.
  private static func applied(toLine line: Substring) -> String {
    var result = ""
    var rest = line
    while !rest.isEmpty {
      let spaces = rest.prefix { $0 == " " }
      rest = rest.dropFirst(spaces.count)
      let end = rest.firstRange(of: "  ")?.lowerBound ?? rest.endIndex
      let cell = rest[..<end]
      result += spaces + (words[cell].map { $0.on(cell) } ?? String(cell))
      rest = rest[end...]
    }
    return result
  }
}
