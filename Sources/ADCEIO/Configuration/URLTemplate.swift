/// A `url_pattern`: literal text and `{name}` or `{name|form}` (CONFIG.md §7).
public struct URLTemplate: Hashable, Sendable {
  /// How a value is written, before it is percent-encoded.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    case startYear = "start_year"
    case endYear = "end_year"
    /// The first character.
    case first
    case lower
    case upper
    /// `2024-01-31` as `20240131`.
    case yyyymmdd
  }

  public enum Part: Hashable, Sendable {
    case literal(String)
    case value(name: String, form: Form?)
  }

  /// Why a text is no template.
  public struct SyntaxFault: Error, Hashable, Sendable {
    /// Offset of the offending `{` or `|` in the text's UTF-8.
    public var offset: Int
    public var message: String
  }

  /// Why a template has no URL for some values.
  public enum ExpansionFault: Error, Hashable, Sendable {
    case unknownName(String)
    /// The value, under that name, is nothing that its form can write.
    case unfit(name: String, value: String, form: Form)
  }

  public let parts: [Part]

  public init(_ text: String) throws(SyntaxFault) {
    if let fault = PatternText(text).fault {
      throw SyntaxFault(offset: fault.offset, message: fault.message)
    }
    var parts: [Part] = []
    for part in PatternText(text).parts {
      switch part {
      case .literal(let literal): parts.append(.literal(literal))
      case .placeholder(let inner, let offset): parts.append(try Self.value(inner, at: offset))
      }
    }
    self.parts = parts
  }

  private static func value(_ inner: String, at offset: Int) throws(SyntaxFault) -> Part {
    guard let bar = inner.firstIndex(of: "|") else { return .value(name: inner, form: nil) }
    let name = String(inner[..<bar])
    let word = String(inner[inner.index(after: bar)...])
    guard let form = Form(rawValue: word), !name.isEmpty else {
      let known = Form.allCases.map(\.rawValue)
      throw SyntaxFault(
        offset: offset + 1 + name.utf8.count,
        message: name.isEmpty
          ? "a form without a name in `{\(Wording.clipped(inner))}`"
          : "unknown form `\(Wording.clipped(word))`: expected one of \(known.joined(separator: ", "))"
            + Decode.didYouMean(word, known))
    }
    return .value(name: name, form: form)
  }

  /// Each name once, in order.
  public var names: [String] {
    var names: [String] = []
    for case .value(let name, _) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  /// The URL for these values; each is percent-encoded (RFC 3986: all but unreserved characters).
  public func expand(
    lookup: (String) -> String?
  ) throws(ExpansionFault) -> String {
    var url = ""
    for part in parts {
      switch part {
      case .literal(let literal): url += literal
      case .value(let name, let form):
        guard let value = lookup(name) else { throw .unknownName(name) }
        guard let form else {
          url += Self.encoded(value)
          continue
        }
        guard let written = form.write(value) else {
          throw .unfit(name: name, value: value, form: form)
        }
        url += Self.encoded(written)
      }
    }
    return url
  }

  /// Percent-encoded, so that no value can change a URL's structure.
  public static func encoded(_ value: String) -> String {
    PercentEncoding.encode(value.utf8)
  }
}

extension URLTemplate.Form {
  /// nil = the value has no such form.
  func write(_ value: String) -> String? {
    switch self {
    case .first: return value.first.map(String.init)
    case .lower: return value.lowercased()
    case .upper: return value.uppercased()
    case .yyyymmdd:
      let day = value.utf8.prefix(10)
      guard day.count == 10 else { return nil }
      let digits = day.enumerated().filter { $0.offset != 4 && $0.offset != 7 }.map(\.element)
      let dashes = day.enumerated().filter { $0.offset == 4 || $0.offset == 7 }.map(\.element)
      guard dashes == [0x2D, 0x2D], digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return String(decoding: digits, as: UTF8.self)
    case .startYear, .endYear:
      // A bare year is a calendar year, its own start and end.
      switch SeasonText(value).listed {
      case .success(let names) where names.count == 1:
        switch names[0] {
        case .named(let start): return String(self == .startYear ? start : start + 1)
        case .year(let year): return String(year)
        }
      default: return nil
      }
    }
  }
}
