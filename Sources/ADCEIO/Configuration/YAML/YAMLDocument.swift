internal import CYAML

/// What a file's text turned out to be: a tree (nil if there is none), and what is wrong with it.
package struct YAMLDocument: Sendable {
  package struct Fault: Hashable, Sendable {
    package var mark: YAMLMark
    package var message: String
  }

  package var root: YAMLNode?
  package var faults: [Fault] = []

  /// The bounds of CONFIG.md (Errors).
  package enum Bounds {
    package static let bytes = 16 << 20
    package static let levels = 64
    package static let aliasNodes = 10_000
  }

  /// Reads one YAML document. Never traps, whatever the bytes; duplicate keys are all named, any
  /// other fault ends the reading.
  package init(bytes: [UInt8], file: UInt8) {
    let bytes = YAMLDocument.withoutByteOrderMark(bytes)
    if bytes.count > Bounds.bytes {
      faults = [
        Fault(
          mark: YAMLMark(file: file, line: 1, column: 1),
          message: "the file has \(bytes.count) bytes; at most \(Bounds.bytes) (16 MiB) are read")
      ]
      return
    }
    if let offset = UTF8Check.firstFault(in: bytes) {
      let place = UTF8Check.place(ofByte: offset, in: bytes)
      faults = [
        Fault(
          mark: YAMLMark(file: file, line: place.line, column: place.column),
          message: "the file is not UTF-8: byte \(hex(bytes[offset])) does not belong here")
      ]
      return
    }
    var builder = YAMLBuilder(file: file)
    Self.parse(bytes, into: &builder)
    faults = builder.faults
    if builder.failed { return }
    guard let root = builder.root, !root.isEmptyDocument else {
      faults.append(
        Fault(mark: YAMLMark(file: file, line: 1, column: 1), message: "the file is empty"))
      return
    }
    self.root = root
  }

  /// Some editors begin UTF-8 with U+FEFF. libyaml takes it for text once it is told the encoding.
  package static func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
  }

  private static func parse(_ bytes: [UInt8], into builder: inout YAMLBuilder) {
    // On the heap: libyaml keeps pointers into the parser, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      builder.fail(line: 1, column: 1, "no memory to read the file")
      return
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // The input outlives the parser: both live inside this closure's scope.
    bytes.withUnsafeBufferPointer { input in
      yaml_parser_set_input_string(parser, input.baseAddress, input.count)
      var event = yaml_event_t()
      while !builder.isDone {
        guard yaml_parser_parse(parser, &event) == 1 else {
          report(parser.pointee, bytes: bytes, to: &builder)
          return
        }
        defer { yaml_event_delete(&event) }
        builder.take(event)
      }
    }
  }

  private static func report(
    _ parser: yaml_parser_t, bytes: [UInt8], to builder: inout YAMLBuilder
  ) {
    let problem = parser.problem.map { String(cString: $0) } ?? "the YAML cannot be read"
    if parser.error == YAML_READER_ERROR {
      let place = UTF8Check.place(ofByte: min(parser.problem_offset, bytes.count), in: bytes)
      builder.fail(line: place.line, column: place.column, problem)
      return
    }
    let context = parser.context.map { " (" + String(cString: $0) + ")" } ?? ""
    builder.fail(
      line: Int(parser.problem_mark.line) + 1, column: Int(parser.problem_mark.column) + 1,
      problem + context)
  }
}

extension YAMLNode {
  /// A document that says nothing: only comments, or a lone `~`.
  fileprivate var isEmptyDocument: Bool { scalar.map { $0.isNull } ?? false }
}

/// `0xFF`.
private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "0x" + (digits.count < 2 ? "0" : "") + digits
}
