/// A table for a terminal: columns as wide as their longest cell, the flexible ones cut so that a
/// line fits.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Sendable {
    var title: String
    var alignment: Alignment
    /// May be cut, with an ellipsis in its middle, when the table is too wide.
    var isFlexible: Bool

    public init(_ title: String, _ alignment: Alignment = .left, flexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      isFlexible = flexible
    }
  }

  /// In characters.
  public static let widthMax = 100
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

  /// The lines, without a newline at the end. Line breaks in cells become spaces.
  public var text: String {
    let header = columns.map(\.title)
    let cells = ([header] + rows).map { $0.map(TextTable.oneLine) }
    let widths = widths(of: cells)
    return cells.map { row in line(row, widths) }.joined(separator: "\n")
  }

  private func widths(of cells: [[String]]) -> [Int] {
    var widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let total = { (widths: [Int]) in
      widths.reduce(0, +) + TextTable.gap * (widths.count - 1)
    }
    while total(widths) > TextTable.widthMax {
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
      let space = String(repeating: " ", count: widths[column] - cell.count)
      line += columns[column].alignment == .left ? cell + space : space + cell
      if column < columns.count - 1 { line += String(repeating: " ", count: TextTable.gap) }
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func cut(_ text: String, to width: Int) -> String {
    guard text.count > width else { return text }
    let head = (width - 1) / 2
    return text.prefix(head) + "…" + text.suffix(width - 1 - head)
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }
}

/// Numbers for people.
public enum HumanText {
  /// `172754` as `172,754`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// Millionths as a percentage with two digits, cut, so that 100 % means all.
  public static func percent(micro: Int64) -> String {
    let hundredths = micro / 100
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }

  /// Bytes in powers of 1,000.
  public static func bytes(_ value: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var scaled = value
    var unit = 0
    var tenth: Int64 = 0
    while scaled >= 1000, unit < units.count - 1 {
      tenth = scaled % 1000 / 100
      scaled /= 1000
      unit += 1
    }
    return unit == 0 || scaled >= 100
      ? "\(scaled) \(units[unit])" : "\(scaled).\(tenth) \(units[unit])"
  }

  /// A span as its two largest units: `3 h 12 min`.
  public static func span(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds / 1000)
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    if seconds < 86_400 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
    return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
  }
}
