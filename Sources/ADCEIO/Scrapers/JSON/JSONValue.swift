/// A JSON value as a tree, for the small documents that scrapers get and give.
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As written.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Members in their order; of several with one name, all are kept.
  case object([Member])

  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Nil unless the bytes are one JSON value, nested at most 512 deep.
  package init?(parsing bytes: [UInt8]) {
    var reader = JSONReader(bytes)
    do throws(JSONReader.Fault) {
      self = try JSONValue(reader.next(), &reader)
      guard try reader.next() == .end else { return nil }
    } catch {
      return nil
    }
  }

  private init(_ token: JSONReader.Token, _ reader: inout JSONReader) throws(JSONReader.Fault) {
    switch token {
    case .literal(.null): self = .null
    case .literal(.yes): self = .bool(true)
    case .literal(.no): self = .bool(false)
    case .number(let range):
      self = .number(String(decoding: reader.bytes[range], as: UTF8.self))
    case .string(let range): self = .string(reader.text(range))
    case .beginArray:
      var values: [JSONValue] = []
      var token = try reader.next()
      while token != .endArray {
        values.append(try JSONValue(token, &reader))
        token = try reader.next()
      }
      self = .array(values)
    case .beginObject:
      var members: [Member] = []
      while case .name(let range) = try reader.next() {
        let name = reader.text(range)
        members.append(Member(name, try JSONValue(reader.next(), &reader)))
      }
      self = .object(members)
    case .endArray, .endObject, .name, .end:
      preconditionFailure("the reader gives a value where one must stand, not \(token)")
    }
  }

  /// The last member of a name, in an object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var integer: Int? {
    if case .number(let digits) = self { Int(digits) } else { nil }
  }

  /// A number, for what may have a fraction.
  package var double: Double? {
    if case .number(let digits) = self { Double(digits) } else { nil }
  }

  package var elements: [JSONValue] {
    if case .array(let values) = self { values } else { [] }
  }
}

extension JSONValue {
  /// Compact JSON in one line.
  package var serialised: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let digits): digits
    case .string(let text): SettingValue.text(text).json
    case .array(let values): "[" + values.map(\.serialised).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { SettingValue.text($0.name).json + ":" + $0.value.serialised }
        .joined(separator: ",") + "}"
    }
  }
}
