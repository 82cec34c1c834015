/// A table: columns as wide as their longest cell. Where it has to do with so many columns of a
/// terminal, the flexible ones are cut.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Sendable {
    var title: String
    var alignment: Alignment
    /// Prose, which may be cut at its end when the table is too wide; keys and names never are.
    var isFlexible: Bool

    public init(_ title: String, _ alignment: Alignment = .left, flexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      isFlexible = flexible
    }
  }

  private static let gap = 2
  private static let flexibleMin = 12

  private let columns: [Column]
  private var rows: [[String]] = []

  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; it must have a cell for each column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(cells)
  }

  public var isEmpty: Bool { rows.isEmpty }

  /// The lines, without a newline at the end. Line breaks in cells become spaces, and nothing in them
  /// steers the terminal: keys may come from anybody.
  ///
  /// - Parameter columnsMax: of the terminal; nil = nothing is cut.
  public func text(_ columnsMax: Int? = nil) -> String {
    let header = columns.map(\.title)
    let cells = ([header] + rows).map { $0.map(\.printable) }
    let widths = widths(of: cells, columnsMax)
    return cells.map { row in line(row, widths) }.joined(separator: "\n")
  }

  private func widths(of cells: [[String]], _ columnsMax: Int?) -> [Int] {
    var widths = columns.indices.map { column in cells.map { $0[column].columns }.max() ?? 0 }
    guard let columnsMax else { return widths }
    let total = { (widths: [Int]) in
      widths.reduce(0, +) + TextTable.gap * (widths.count - 1)
    }
    while total(widths) > columnsMax {
      let flexible = columns.indices.filter {
        columns[$0].isFlexible && widths[$0] > TextTable.flexibleMin
      }
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    var line = ""
    for column in columns.indices {
      let cell = TextTable.cut(row[column], to: widths[column])
      let space = String(repeating: " ", count: max(0, widths[column] - cell.columns))
      line += columns[column].alignment == .left ? cell + space : space + cell
      if column < columns.count - 1 { line += String(repeating: " ", count: TextTable.gap) }
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func cut(_ text: String, to width: Int) -> String {
    guard text.columns > width else { return text }
    var head = ""
    var room = width - 1
    for character in text {
      room -= character.columns
      if room < 0 { break }
      head.append(character)
    }
    return head + "…"
  }
}

extension String {
  /// How many columns of a terminal it takes.
  var columns: Int { reduce(0) { $0 + $1.columns } }
}

extension Character {
  /// Two for what terminals show wide (Unicode Standard Annex 11, W and F, by block), else one.
  fileprivate var columns: Int {
    guard let first = unicodeScalars.first?.value, first >= 0x1100 else { return 1 }
    let wide: [ClosedRange<UInt32>] = [
      0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD,
    ]
    return wide.contains { $0.contains(first) } ? 2 : 1
  }
}
