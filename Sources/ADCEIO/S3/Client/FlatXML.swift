/// The elements with nothing but text in a small XML document, by name: all that S3's errors, the
/// answers of multipart uploads and STS's credentials need.
struct FlatXML: Hashable, Sendable {
  var root: String
  private var texts: [String: String] = [:]

  /// The first element of that name.
  subscript(name: String) -> String? { texts[name] }

  /// Nil if it does not look like XML, or is larger than 1 MiB.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else {
      return nil
    }
    var rest = text[...]
    var root: String?
    var open: String?
    while let start = rest.firstIndex(of: "<") {
      let before = rest[..<start]
      guard let end = rest[start...].firstIndex(of: ">") else { return nil }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      guard let first = tag.first, first != "?", first != "!" else { continue }
      if first == "/" {
        let name = String(tag.dropFirst().prefix { !$0.isWhitespace })
        if let wanted = open, wanted == name, texts[name] == nil {
          texts[name] = FlatXML.unescaped(before)
        }
        open = nil
      } else {
        let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" })
        if root == nil { root = name }
        open = tag.hasSuffix("/") ? nil : name
      }
    }
    guard let root else { return nil }
    self.root = root
  }

  private static func unescaped(_ text: Substring) -> String {
    guard text.contains("&") else { return String(text) }
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ";") else { break }
      let name = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      result += character(name)
    }
    return result + rest
  }

  private static func character(_ name: Substring) -> String {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      let code =
        name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst(1))
      return code.flatMap(Unicode.Scalar.init).map { String($0) } ?? ""
    }
  }
}
