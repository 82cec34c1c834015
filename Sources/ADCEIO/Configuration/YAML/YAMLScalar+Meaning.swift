/// What a scalar means by the YAML 1.2 core schema (YAML 1.2.2, §10.3.2).
package enum YAMLMeaning: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Also infinities, NaN, and whole numbers beyond 64 bits.
  case number(Double)
  case text(String)
}

extension YAMLScalar {
  package var isNull: Bool {
    guard isPlain else { return false }
    switch text {
    case "", "~", "null", "Null", "NULL": return true
    default: return false
    }
  }

  package var meaning: YAMLMeaning {
    guard isPlain else { return .text(text) }
    if isNull { return .null }
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    default: break
    }
    if let number = Self.number(text) { return number }
    return .text(text)
  }

  /// Core schema numbers: `[-+]?[0-9]+`, `0o…`, `0x…`, decimal fractions with an exponent, `.inf`.
  private static func number(_ text: String) -> YAMLMeaning? {
    var bytes = Substring(text).utf8
    if bytes.starts(with: "0o".utf8) {
      return radix(text.dropFirst(2), 8)
    }
    if bytes.starts(with: "0x".utf8) {
      return radix(text.dropFirst(2), 16)
    }
    let negative = bytes.first == 0x2D
    if negative || bytes.first == 0x2B { bytes = bytes.dropFirst() }
    if bytes.elementsEqual(".inf".utf8) || bytes.elementsEqual(".Inf".utf8)
      || bytes.elementsEqual(".INF".utf8)
    {
      return .number(negative ? -.infinity : .infinity)
    }
    let whole = digits(&bytes)
    var fraction = 0
    var isWhole = true
    if bytes.first == 0x2E {
      isWhole = false
      bytes = bytes.dropFirst()
      fraction = digits(&bytes)
    }
    guard whole + fraction > 0 else { return nil }
    if bytes.first == 0x65 || bytes.first == 0x45 {
      isWhole = false
      bytes = bytes.dropFirst()
      if bytes.first == 0x2D || bytes.first == 0x2B { bytes = bytes.dropFirst() }
      guard digits(&bytes) > 0 else { return nil }
    }
    guard bytes.isEmpty else { return nil }
    if isWhole, let value = Int64(text) { return .integer(value) }
    return Double(text).map { .number($0) }
  }

  private static func radix(_ text: Substring, _ radix: Int) -> YAMLMeaning? {
    guard let first = text.utf8.first, first != 0x2D, first != 0x2B else { return nil }
    return Int64(text, radix: radix).map { .integer($0) }
  }

  /// Takes digits off the front and says how many there were.
  private static func digits(_ bytes: inout Substring.UTF8View) -> Int {
    let rest = bytes.drop { (0x30...0x39).contains($0) }
    let count = bytes.count - rest.count
    bytes = rest
    return count
  }
}
