/// Reads JSON (RFC 8259) as tokens: checks the whole grammar, builds nothing, so that a large body
/// costs no memory. Nesting is bounded.
struct JSONReader {
  enum Token: Equatable {
    case beginObject, endObject, beginArray, endArray
    /// A member's name: its bytes between the quotes, escapes and all.
    case name(Range<Int>)
    case string(Range<Int>)
    case number(Range<Int>)
    case literal(Literal)
    case end
  }

  enum Literal { case null, yes, no }

  /// Offset of the first byte that cannot stand there.
  struct Fault: Error, Equatable { var offset: Int }

  private enum Expected { case value, firstValue, firstName, nameAfterComma, afterValue, nothing }

  static let depthMax = 512

  let bytes: [UInt8]
  private var at = 0
  private var expected = Expected.value
  /// The open containers; true = an object.
  private var open: [Bool] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var depth: Int { open.count }

  /// The next token; after `end`, `end` again.
  mutating func next() throws(Fault) -> Token {
    while true {
      skipBlanks()
      guard at < bytes.count else {
        guard expected == .nothing else { throw Fault(offset: at) }
        return .end
      }
      let byte = bytes[at]
      switch expected {
      case .nothing:
        throw Fault(offset: at)
      case .afterValue:
        if byte == UInt8(ascii: ",") {
          at += 1
          expected = open[open.count - 1] ? .nameAfterComma : .value
          continue
        }
        return try close(byte)
      case .firstName, .nameAfterComma:
        if expected == .firstName, byte == UInt8(ascii: "}") { return try close(byte) }
        return try name()
      case .firstValue where byte == UInt8(ascii: "]"):
        return try close(byte)
      case .firstValue, .value:
        return try value(byte)
      }
    }
  }

  private mutating func close(_ byte: UInt8) throws(Fault) -> Token {
    let isObject = open[open.count - 1]
    guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
      throw Fault(offset: at)
    }
    at += 1
    open.removeLast()
    ended()
    return isObject ? .endObject : .endArray
  }

  private mutating func ended() { expected = open.isEmpty ? .nothing : .afterValue }

  private mutating func name() throws(Fault) -> Token {
    let range = try quoted()
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw Fault(offset: at) }
    at += 1
    expected = .value
    return .name(range)
  }

  private mutating func value(_ byte: UInt8) throws(Fault) -> Token {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < JSONReader.depthMax else { throw Fault(offset: at) }
      let isObject = byte == UInt8(ascii: "{")
      at += 1
      open.append(isObject)
      expected = isObject ? .firstName : .firstValue
      return isObject ? .beginObject : .beginArray
    case UInt8(ascii: "\""):
      let range = try quoted()
      ended()
      return .string(range)
    case UInt8(ascii: "t"): return try word("true", .yes)
    case UInt8(ascii: "f"): return try word("false", .no)
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ literal: Literal) throws(Fault) -> Token {
    let matches = text.withUTF8Buffer { bytes[at...].starts(with: $0) }
    guard matches else { throw Fault(offset: at) }
    at += text.utf8CodeUnitCount
    ended()
    return .literal(literal)
  }
}

extension JSONReader {
  private mutating func skipBlanks() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  /// The bytes between two quotes; each escape is checked.
  private mutating func quoted() throws(Fault) -> Range<Int> {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw Fault(offset: at) }
    at += 1
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return start..<(at - 1)
      case UInt8(ascii: "\\"):
        try escape()
      case 0..<0x20:
        throw Fault(offset: at)
      default:
        at += 1
      }
    }
    throw Fault(offset: at)
  }

  private mutating func escape() throws(Fault) {
    guard at + 1 < bytes.count else { throw Fault(offset: at) }
    switch bytes[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 2
    case UInt8(ascii: "u"):
      guard at + 6 <= bytes.count,
        bytes[(at + 2)..<(at + 6)].allSatisfy({ JSONReader.hexadecimal($0) != nil })
      else { throw Fault(offset: at) }
      at += 6
    default:
      throw Fault(offset: at)
    }
  }

  private mutating func number() throws(Fault) -> Token {
    let start = at
    if byte(UInt8(ascii: "-")) {}
    if !byte(UInt8(ascii: "0")) { try digits() }
    if byte(UInt8(ascii: ".")) { try digits() }
    if byte(UInt8(ascii: "e")) || byte(UInt8(ascii: "E")) {
      if byte(UInt8(ascii: "+")) || byte(UInt8(ascii: "-")) {}
      try digits()
    }
    ended()
    return .number(start..<at)
  }

  private mutating func byte(_ wanted: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == wanted else { return false }
    at += 1
    return true
  }

  private mutating func digits() throws(Fault) {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    guard at > start else { throw Fault(offset: at) }
  }

  static func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }

  /// The text of a name or string: escapes undone, what is not UTF-8 replaced.
  func text(_ range: Range<Int>) -> String {
    guard bytes[range].contains(UInt8(ascii: "\\")) else {
      return String(decoding: bytes[range], as: UTF8.self)
    }
    var units: [UInt16] = []
    var at = range.lowerBound
    while at < range.upperBound {
      guard bytes[at] == UInt8(ascii: "\\") else {
        let end = bytes[at..<range.upperBound].firstIndex(of: UInt8(ascii: "\\"))
        units += String(decoding: bytes[at..<(end ?? range.upperBound)], as: UTF8.self).utf16
        at = end ?? range.upperBound
        continue
      }
      if bytes[at + 1] == UInt8(ascii: "u") {
        let digits = bytes[(at + 2)..<(at + 6)].compactMap(JSONReader.hexadecimal)
        units.append(UInt16(digits.reduce(0) { $0 * 16 + $1 }))
        at += 6
      } else {
        units.append(UInt16(JSONReader.unescaped(bytes[at + 1])))
        at += 2
      }
    }
    return String(decoding: units, as: UTF16.self)
  }

  private static func unescaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: byte
    }
  }
}
