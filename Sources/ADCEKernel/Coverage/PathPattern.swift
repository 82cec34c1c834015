/// A path pattern: literal text and placeholders, `a/{season}/{game_id}.json`.
struct PathPattern: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    case literal([UInt8])
    case placeholder(String)
  }

  var parts: [Part] = []

  /// An opening brace without a closing one (which the loader refuses) is literal.
  init(_ text: String) {
    var literal: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let open = rest.firstIndex(of: 0x7B), let close = rest[open...].firstIndex(of: 0x7D) {
      literal.append(contentsOf: rest[..<open])
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
      parts.append(.placeholder(String(decoding: rest[(open + 1)..<close], as: UTF8.self)))
      rest = rest[(close + 1)...]
    }
    literal.append(contentsOf: rest)
    if !literal.isEmpty { parts.append(.literal(literal)) }
  }

  /// How many bytes it fixes: more of them make a pattern the owner of a key.
  var literalCount: Int {
    parts.reduce(0) { sum, part in
      if case .literal(let bytes) = part { sum + bytes.count } else { sum }
    }
  }

  /// Each placeholder's name once, in order of appearance.
  var placeholders: [String] {
    var names: [String] = []
    for case .placeholder(let name) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  var showsSeason: Bool {
    parts.contains(.placeholder("season")) || parts.contains(.placeholder("year"))
  }
}
