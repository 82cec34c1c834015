@testable import ADCESimulation

/// The rows of a generated catalog, cells by column name.
struct Rows: RandomAccessCollection {
  struct Row {
    let columns: [String: Int]
    let cells: [String]

    /// Empty where there is no such column.
    subscript(_ column: String) -> String { columns[column].map { cells[$0] } ?? "" }
  }

  static let games = Rows(of: "catalogs/games.csv")

  private static let files = Fixtures.files()
  private let rows: [Row]

  /// Empty if no file is generated at `path`.
  init(of path: String) {
    let bytes = Rows.files.first { $0.path == path }?.bytes ?? []
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    var columns: [String: Int] = [:]
    for (index, name) in (lines.first ?? []).enumerated() { columns[name] = index }
    rows = lines.dropFirst().map { Row(columns: columns, cells: $0) }
  }

  var startIndex: Int { 0 }
  var endIndex: Int { rows.count }
  subscript(position: Int) -> Row { rows[position] }
}
