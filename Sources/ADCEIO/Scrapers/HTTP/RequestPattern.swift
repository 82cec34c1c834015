/// `url_pattern` (CONFIG.md §7): text with `{name}` and `{name|form}` in it.
package struct RequestPattern: Hashable, Sendable {
  package enum Form: String, Hashable, Sendable {
    case startYear = "start_year"
    case endYear = "end_year"
    case first, lower, upper, yyyymmdd
  }

  package enum Fault: Error, Hashable, Sendable {
    /// A `{` without its `}`, or nothing between them; the offset in bytes.
    case syntax(offset: Int)
    case unknownForm(String)
    /// No value of that name.
    case unknownName(String)
    /// A form that does not fit its value, such as the start year of "regular".
    case unfit(name: String, form: Form)
  }

  private enum Part: Hashable, Sendable {
    case literal(String)
    case value(name: String, form: Form?)
  }

  private var parts: [Part] = []

  package init(_ text: String) throws(Fault) {
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
      let inner = rest[rest.index(after: open)...]
      guard let close = inner.firstIndex(of: "}"), close > inner.startIndex else {
        throw .syntax(offset: text.utf8.distance(from: text.startIndex, to: open))
      }
      let pieces = inner[..<close].split(
        separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      var form: Form?
      if pieces.count == 2 {
        guard let known = Form(rawValue: String(pieces[1])) else {
          throw .unknownForm(String(pieces[1]))
        }
        form = known
      }
      parts.append(.value(name: String(pieces[0]), form: form))
      rest = inner[inner.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(String(rest))) }
  }

  /// The names that it needs, each once, in their order.
  package var names: [String] {
    var names: [String] = []
    for case .value(let name, _) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  /// Fills the values in, each percent-encoded.
  package func expand(_ value: (String) -> String?) throws(Fault) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .value(let name, let form):
        guard let value = value(name) else { throw .unknownName(name) }
        guard let formed = RequestPattern.apply(form, to: value) else {
          throw .unfit(name: name, form: form!)
        }
        text += PercentEncoding.encode(formed)
      }
    }
    return text
  }

  private static func apply(_ form: Form?, to value: String) -> String? {
    switch form {
    case nil: value
    case .first: value.isEmpty ? nil : String(value.prefix(1))
    case .lower: value.lowercased()
    case .upper: value.uppercased()
    case .startYear: year(value.utf8.prefix(4))
    case .endYear: endYear(value)
    case .yyyymmdd: date(value)
    }
  }

  private static func year(_ digits: some Collection<UInt8>) -> String? {
    guard digits.count == 4, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return String(decoding: digits, as: UTF8.self)
  }

  /// `2024-25` ends in 2025; a bare year in itself.
  private static func endYear(_ season: String) -> String? {
    guard let start = year(season.utf8.prefix(4)).flatMap({ Int($0) }) else { return nil }
    return season.utf8.count == 4 ? String(start) : String(start + 1)
  }

  private static func date(_ value: String) -> String? {
    let digits = value.utf8.prefix(10).filter { $0 != UInt8(ascii: "-") }
    guard digits.count == 8, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return String(decoding: digits, as: UTF8.self)
  }
}

extension RequestPattern.Fault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .syntax(let offset): "a placeholder that is not closed at byte \(offset)"
    case .unknownForm(let form): "an unknown form |\(form)"
    case .unknownName(let name): "no value for {\(name)}"
    case .unfit(let name, let form): "the value of {\(name)} has no \(form.rawValue)"
    }
  }
}
