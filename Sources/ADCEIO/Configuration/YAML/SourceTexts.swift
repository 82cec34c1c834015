/// The bytes of what was read, to find the place of a character inside a scalar.
struct SourceTexts: Sendable {
  /// By `YAMLMark.file`.
  var bytes: [[UInt8]]

  /// The mark of the `offset`th byte of a scalar's text. Exact where the text stands in its file as
  /// it reads (plain or quoted, on one line, without escapes); else the scalar's own mark.
  func mark(of node: YAMLNode, atByte offset: Int) -> YAMLMark {
    guard let text = node.scalar?.text, Int(node.mark.file) < bytes.count else { return node.mark }
    let source = bytes[Int(node.mark.file)]
    guard var start = self.offset(of: node.mark, in: source) else { return node.mark }
    var column = Int(node.mark.column)
    if start < source.count, source[start] == 0x22 || source[start] == 0x27 {
      start += 1
      column += 1
    }
    guard source[start...].starts(with: text.utf8) else { return node.mark }
    let before = text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 }
    return YAMLMark(file: node.mark.file, line: Int(node.mark.line), column: column + before)
  }

  private func offset(of mark: YAMLMark, in source: [UInt8]) -> Int? {
    var offset = 0
    for _ in 1..<max(1, mark.line) {
      guard let end = source[offset...].firstIndex(of: 0x0A) else { return nil }
      offset = end + 1
    }
    var column = 1
    while column < mark.column {
      guard offset < source.count else { return nil }
      offset += 1
      while offset < source.count, source[offset] & 0xC0 == 0x80 { offset += 1 }
      column += 1
    }
    return offset
  }
}
