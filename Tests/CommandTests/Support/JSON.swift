import Foundation

/// A JSON value as a test reads it: integers and booleans are told apart.
enum JSON: Hashable, Sendable, Decodable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSON])
  case map([String: JSON])

  init(_ text: String) throws {
    self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let found = try? value.decode(Bool.self) {
      self = .bool(found)
    } else if let found = try? value.decode(Int.self) {
      self = .integer(found)
    } else if let found = try? value.decode(Double.self) {
      self = .number(found)
    } else if let found = try? value.decode(String.self) {
      self = .text(found)
    } else if let found = try? value.decode([JSON].self) {
      self = .list(found)
    } else {
      self = .map(try value.decode([String: JSON].self))
    }
  }

  subscript(name: String) -> JSON {
    if case .map(let members) = self { members[name] ?? .null } else { .null }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var list: [JSON] { if case .list(let items) = self { items } else { [] } }
  var map: [String: JSON] { if case .map(let members) = self { members } else { [:] } }
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

/// What a JSON value must look like; more members may stand beside those named.
indirect enum Shape: Sendable {
  case any, bool, count, number, percent, text, time, bytes
  case nullable(Shape)
  case list(Shape)
  case object([String: Shape])
  /// A map whose names are data.
  case map(Shape)
  case oneOf([String])

  /// What is wrong, each with its path; empty if nothing is.
  func faults(in value: JSON, at path: String = "$") -> [String] {
    let wrong = ["\(path): \(value) is not \(self)"]
    switch (self, value) {
    case (.any, _), (.bool, .bool), (.number, .integer), (.number, .number), (.text, .text):
      return []
    case (.count, .integer(let count)), (.bytes, .integer(let count)):
      return count >= 0 ? [] : wrong
    case (.percent, _):
      return value.double.map { (0...100).contains($0) } == true ? [] : wrong
    case (.time, .text(let text)):
      return text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) == nil ? wrong : []
    case (.nullable, .null): return []
    case (.nullable(let shape), _): return shape.faults(in: value, at: path)
    case (.list(let shape), .list(let items)):
      return items.enumerated().flatMap { shape.faults(in: $1, at: "\(path)[\($0)]") }
    case (.map(let shape), .map(let members)):
      return members.flatMap { shape.faults(in: $1, at: "\(path).\($0)") }
    case (.object(let shapes), .map(let members)):
      return shapes.flatMap { name, shape in
        members[name].map { shape.faults(in: $0, at: "\(path).\(name)") }
          ?? ["\(path).\(name): missing"]
      }
    case (.oneOf(let texts), .text(let text)): return texts.contains(text) ? [] : wrong
    default: return wrong
    }
  }
}
