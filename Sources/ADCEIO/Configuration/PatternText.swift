/// A path pattern: literal bytes and `{placeholders}` (CONFIG.md §5).
struct PatternText {
  struct Fault: Hashable {
    /// Offset of the offending byte in the text's UTF-8.
    var offset: Int
    var message: String
  }

  enum Part: Hashable {
    case literal(String)
    /// `offset`: of its `{` in the text's UTF-8.
    case placeholder(String, offset: Int)
  }

  let text: String
  init(_ text: String) { self.text = text }

  /// A `{` that nothing closes, or that names nothing; nil if there is none.
  var fault: Fault? {
    var open: Int?
    for (offset, byte) in text.utf8.enumerated() {
      if byte == 0x7B {
        if let open { return unclosed(open) }
        open = offset
      } else if byte == 0x7D {
        if open == offset - 1 {
          return Fault(
            offset: offset - 1, message: "empty placeholder `{}` in \(Wording.quoted(text))")
        }
        open = nil
      }
    }
    return open.map(unclosed)
  }

  private func unclosed(_ offset: Int) -> Fault {
    Fault(offset: offset, message: "unclosed placeholder `{` in \(Wording.quoted(text))")
  }

  /// The placeholders' names, each once, in order; those of a pattern without fault.
  var names: [String] {
    var names: [String] = []
    for case .placeholder(let name, _) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  /// In order; a `}` that closes nothing is a literal.
  var parts: [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
      let inner = rest[rest.index(after: open)...]
      guard let close = inner.firstIndex(of: "}") else {
        parts.append(.literal(String(rest[open...])))
        return parts
      }
      let offset = text.utf8.distance(from: text.startIndex, to: open)
      parts.append(.placeholder(String(inner[..<close]), offset: offset))
      rest = inner[inner.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(String(rest))) }
    return parts
  }
}
