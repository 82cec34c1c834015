/// A catalog made ready for joining: what its declared columns say of each row.
struct CatalogRows: Sendable {
  /// The moment that a row brings to the keys it is behind.
  struct Moment: Hashable, Sendable {
    /// Milliseconds since 1970 of its time, else of the end of its date; `none` if it has neither.
    var instant: Int64 = none
    /// Days since 1970; `noDate` if it has none.
    var date: Int32 = noDate
    var hasTime = false
    /// The catalog has dates, and this row has none yet: a postponed game.
    var isFuture = false

    static let none = Int64.min
    static let noDate = Int32.min
  }

  var table: CatalogTable
  var hasSeasons: Bool
  var hasDates: Bool
  /// By row.
  var moments: [Moment] = []
  /// By row: the id of its season's name; `CatalogRows.noSeason` if it has none.
  var seasons: [Int32] = []
  /// Cells of the time column that are no full timestamp.
  var ignoredTimes = 0

  static let noSeason: Int32 = -1

  /// All columns that `declaration` names must be in the table.
  init(_ table: CatalogTable, declaration: Desired.Catalog, names: inout SeasonNames) {
    self.table = table
    hasSeasons = declaration.season != nil
    hasDates = declaration.date != nil || declaration.time != nil
    readSeasons(declaration, names: &names)
    readMoments(declaration)
  }

  private mutating func readSeasons(_ declaration: Desired.Catalog, names: inout SeasonNames) {
    guard let column = declaration.season.flatMap({ table.column(named: $0) }) else { return }
    seasons.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      let cell = table.cell(row: row, column: column)
      // Rows of one season stand together as a rule.
      if row > 0, cell.elementsEqual(table.cell(row: row - 1, column: column)) {
        seasons.append(seasons[row - 1])
      } else {
        seasons.append(cell.isEmpty ? Self.noSeason : names.id(of: cell))
      }
    }
  }

  private mutating func readMoments(_ declaration: Desired.Catalog) {
    guard hasDates else { return }
    let dates = declaration.date.flatMap { table.column(named: $0) }
    let times = declaration.time.flatMap { table.column(named: $0) }
    moments.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      var moment = Moment()
      var time: Instant?
      if let times {
        let cell = table.cell(row: row, column: times)
        time = Instant(iso: cell)
        if time == nil, !cell.isEmpty { ignoredTimes += 1 }
      }
      var day = time.map { CivilDay(containing: $0) }
      if let dates { day = CivilDay(iso: table.cell(row: row, column: dates)) }
      if let day {
        moment.date = day.day
        moment.instant = (time ?? day.end).milliseconds
        moment.hasTime = time != nil
      } else {
        moment.isFuture = dates != nil
      }
      moments.append(moment)
    }
  }
}

/// The names of seasons in catalogs, numbered as they are met.
struct SeasonNames: Sendable {
  private var ids: [String: Int32] = [:]
  private(set) var names: [String] = []

  mutating func id(of bytes: ArraySlice<UInt8>) -> Int32 {
    let name = String(decoding: bytes, as: UTF8.self)
    if let id = ids[name] { return id }
    let id = Int32(names.count)
    ids[name] = id
    names.append(name)
    return id
  }

  func id(named name: String) -> Int32? { ids[name] }
}

/// Rows of a catalog, gathered by season in the catalog's order.
struct RowGroups: Sendable {
  /// All of them, as they stand in the catalog.
  let ordered: [UInt32]
  /// Season after season.
  private(set) var rows: [UInt32] = []
  /// Where each season's rows begin, those without one first; one more at the end.
  private(set) var starts: [Int] = []

  /// `matching` are the rows to take, in order; `seasonCount` is the number of season names.
  init(_ catalog: CatalogRows, matching: [UInt32], seasonCount: Int) {
    ordered = matching
    guard catalog.hasSeasons else { return }
    starts = [Int](repeating: 0, count: seasonCount + 2)
    for row in matching { starts[Int(catalog.seasons[Int(row)]) + 2] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var next = starts
    rows = [UInt32](repeating: 0, count: matching.count)
    for row in matching {
      let group = Int(catalog.seasons[Int(row)]) + 1
      rows[next[group]] = row
      next[group] += 1
    }
  }

  /// Indexes into `rows` of a season's; `CatalogRows.noSeason` for those without.
  func range(ofSeason id: Int32) -> Range<Int> {
    let group = Int(id) + 1
    guard group >= 0, group + 1 < starts.count else { return 0..<0 }
    return starts[group]..<starts[group + 1]
  }

  /// Calls `body` with the rows of a season and those without one, as they stand in the catalog.
  func forEachRow(ofSeasonOrNone id: Int32, _ body: (UInt32) -> Void) {
    let without = range(ofSeason: CatalogRows.noSeason)
    let with = range(ofSeason: id)
    var a = without.lowerBound
    var b = with.lowerBound
    while a < without.upperBound || b < with.upperBound {
      if b == with.upperBound || a < without.upperBound && rows[a] < rows[b] {
        body(rows[a])
        a += 1
      } else {
        body(rows[b])
        b += 1
      }
    }
  }
}
