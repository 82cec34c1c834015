/// Why a catalog's text is no table.
public enum CatalogTextProblem: Error, Hashable, Sendable {
  /// There is no header row.
  case empty
  /// Not UTF-8, from this byte on.
  case notUTF8(offset: Int)
  /// A quoted field that begins in this line (from 1) does not end.
  case unclosedQuote(line: Int)
  /// More text than offsets of 32 bits can tell apart.
  case tooLarge
}

extension CatalogTable {
  public enum Separator: Hashable, Sendable {
    /// RFC 4180: fields may be quoted, and a quoted field may hold commas, quotes and line ends.
    case comma
    /// Fields end at tabs and line ends, without any quoting.
    case tab
  }

  /// Reads a table with a header row from UTF-8 text. A byte order mark, blank lines and CR before
  /// LF are skipped; `separator` nil means: tabs if there is one in the header, else commas.
  public init(text: [UInt8], separator: Separator?) throws(CatalogTextProblem) {
    guard text.count < Int(UInt32.max) else { throw .tooLarge }
    if let offset = firstInvalidUTF8(in: text) { throw .notUTF8(offset: offset) }
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let header = text[start...].prefix { $0 != 0x0A && $0 != 0x0D }
    var rows = RowReader(
      text, from: start, separator: separator ?? (header.contains(0x09) ? .tab : .comma))
    guard try rows.next() else { throw .empty }
    self.init(columns: rows.cells.map { String(decoding: $0, as: UTF8.self) })
    while try rows.next() { append(row: rows.cells) }
  }
}

/// Splits text into the cells of its rows, one row at a time.
private struct RowReader {
  private let text: [UInt8]
  private let separator: CatalogTable.Separator
  private var at: Int
  private var line = 1
  /// Of the row last read.
  private(set) var cells: [ArraySlice<UInt8>] = []

  init(_ text: [UInt8], from start: Int, separator: CatalogTable.Separator) {
    self.text = text
    self.separator = separator
    at = start
  }

  /// Reads the next row that is not blank; false at the end.
  mutating func next() throws(CatalogTextProblem) -> Bool {
    cells.removeAll(keepingCapacity: true)
    while at < text.count, skipLineEnd() {}
    guard at < text.count else { return false }
    let delimiter: UInt8 = separator == .comma ? 0x2C : 0x09
    while true {
      let isQuoted = separator == .comma && at < text.count && text[at] == 0x22
      cells.append(isQuoted ? try quoted(delimiter) : plain(delimiter))
      if at < text.count, text[at] == delimiter {
        at += 1
        continue
      }
      _ = skipLineEnd()
      return true
    }
  }

  private mutating func plain(_ delimiter: UInt8) -> ArraySlice<UInt8> {
    let start = at
    while at < text.count, text[at] != delimiter, !isLineEnd(at) { at += 1 }
    return text[start..<at]
  }

  /// What follows the closing quote, up to the delimiter, is taken as written.
  private mutating func quoted(
    _ delimiter: UInt8
  ) throws(CatalogTextProblem) -> ArraySlice<UInt8> {
    let first = line
    var value: [UInt8] = []
    at += 1
    while true {
      guard at < text.count else { throw .unclosedQuote(line: first) }
      let byte = text[at]
      at += 1
      if byte == 0x22 {
        guard at < text.count, text[at] == 0x22 else { break }
        at += 1
      } else if byte == 0x0A {
        line += 1
      }
      value.append(byte)
    }
    value.append(contentsOf: plain(delimiter))
    return value[...]
  }

  /// LF, CR LF; in CSV also a lone CR, in TSV only one before LF or at the end of the text.
  private func isLineEnd(_ index: Int) -> Bool {
    if text[index] == 0x0A { return true }
    guard text[index] == 0x0D else { return false }
    return separator == .comma || index + 1 == text.count || text[index + 1] == 0x0A
  }

  private mutating func skipLineEnd() -> Bool {
    guard at < text.count, isLineEnd(at) else { return false }
    if text[at] == 0x0D, at + 1 < text.count, text[at + 1] == 0x0A { at += 1 }
    at += 1
    line += 1
    return true
  }
}

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode, table 3-7).
private func firstInvalidUTF8(in text: [UInt8]) -> Int? {
  var at = 0
  while at < text.count {
    let lead = text[at]
    if lead < 0x80 {
      at += 1
      continue
    }
    let (length, second): (Int, ClosedRange<UInt8>)
    switch lead {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return at
    }
    guard at + length <= text.count, second.contains(text[at + 1]),
      text[(at + 2)..<(at + length)].allSatisfy({ (0x80...0xBF).contains($0) })
    else { return at }
    at += length
  }
  return nil
}
