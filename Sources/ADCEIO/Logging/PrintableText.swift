extension String {
  /// The same on one line, without what steers a terminal or pretends to be another line of a log:
  /// control characters (Unicode's category Cc: C0, DEL, C1), line and paragraph separators, and
  /// what turns the direction of writing.
  package var printable: String {
    guard unicodeScalars.contains(where: { $0.steers }) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if !scalar.steers {
        result.append(scalar)
      } else if scalar == "\n" || scalar == "\t" {
        result.append(" ")
      } else {
        result.append("\u{FFFD}")
      }
    }
    return String(result)
  }

  /// The same for each line.
  var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }
}

extension Unicode.Scalar {
  /// Whether it does such a thing.
  var steers: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
