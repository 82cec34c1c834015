/// The end of what a program said, short enough for the message that its task keeps.
enum LastWords {
  /// A task keeps 200 characters, and what comes before these words needs some of them.
  static let bytesMax = 160
  static let linesMax = 5

  /// The last lines that are not blank, of the errors or else of the output, joined by ` | `; nil
  /// if there is none. Of a line that is too long by itself its beginning.
  ///
  /// Secrets go before anything is cut: half of one would not be known again.
  static func of(_ outcome: SupervisedCommand.Outcome, _ redaction: Redaction) -> String? {
    for tail in [outcome.errorTail, outcome.outputTail] {
      var shown = redaction.apply(tail)[...]
      // Where the stream was cut, half a secret may stand.
      if tail.count >= OutputTail.bytesMax { shown = shown.dropFirst(redaction.bytesMax) }
      let lines = shown.split(separator: UInt8(ascii: "\n"))
        .filter { $0.contains { $0 > 0x20 } }
      guard let last = lines.last else { continue }
      guard last.count <= bytesMax else { return cut(last) }
      var words = text(last)
      for line in lines.dropLast().suffix(linesMax - 1).reversed() {
        let longer = text(line) + " | " + words
        guard longer.utf8.count <= bytesMax else { break }
        words = longer
      }
      return words
    }
    return nil
  }

  private static func text(_ line: ArraySlice<UInt8>) -> String {
    let begun = line.drop { $0 <= 0x20 }
    guard let end = begun.lastIndex(where: { $0 > 0x20 }) else { return "" }
    return String(decoding: begun[...end], as: UTF8.self)
  }

  /// Between characters.
  private static func cut(_ line: ArraySlice<UInt8>) -> String {
    var end = line.startIndex + bytesMax
    while end > line.startIndex, line[end] & 0xC0 == 0x80 { end -= 1 }
    return text(line[..<end]) + "…"
  }
}
