/// A table being written as CSV (RFC 4180, lines ended by LF). No cell may need quotes.
struct CSVTable {
  private(set) var bytes: [UInt8] = []
  private let width: Int

  init(_ columns: String...) {
    width = columns.count
    append(columns)
  }

  mutating func append(_ cells: String...) { append(cells) }

  private mutating func append(_ cells: [String]) {
    precondition(cells.count == width, "a row of \(cells.count) cells among \(width) columns")
    for (index, cell) in cells.enumerated() {
      precondition(
        !cell.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) },
        "a cell that needs quotes: \(cell)")
      if index > 0 { bytes.append(0x2C) }
      bytes.append(contentsOf: cell.utf8)
    }
    bytes.append(0x0A)
  }
}

/// A number in decimal, filled with zeros on the left to at least `width` digits.
func padded(_ number: Int, to width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
