/// A tree of values as JSON has them: what is only passed on, and what is shown.
public enum SettingValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// As it is written in JSON.
  case number(String)
  case text(String)
  case list([SettingValue])
  /// In order.
  case map([Member])

  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: SettingValue

    public init(_ name: String, _ value: SettingValue) {
      self.name = name
      self.value = value
    }
  }

  public subscript(name: String) -> SettingValue? {
    guard case .map(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// By YAML's core meaning; season names stay text, and so does what JSON has no number for.
  init(_ node: YAMLNode) {
    switch node.content {
    case .list(let items): self = .list(items.map { SettingValue($0) })
    case .map(let entries):
      self = .map(entries.map { Member($0.key, SettingValue($0.value)) })
    case .scalar(let scalar):
      switch scalar.meaning {
      case .null: self = .null
      case .bool(let value): self = .bool(value)
      case .integer(let value): self = .integer(value)
      case .number(let value) where value.isFinite: self = .number(String(value))
      case .number, .text: self = .text(scalar.text)
      }
    }
  }
}

extension SettingValue {
  /// Compact JSON (RFC 8259), UTF-8.
  public var json: String {
    var text = ""
    write(into: &text)
    return text
  }

  private func write(into text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value
    case .text(let value): Self.write(value, into: &text)
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.write(into: &text)
      }
      text += "]"
    case .map(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.write(member.name, into: &text)
        text += ":"
        member.value.write(into: &text)
      }
      text += "}"
    }
  }

  private static func write(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case let control where control.value < 0x20:
        let digits = String(control.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
