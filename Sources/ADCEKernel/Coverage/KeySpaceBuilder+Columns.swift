extension KeySpaceBuilder {
  /// Where the values of a placeholder come from.
  enum ColumnSource: Hashable {
    case cells(catalog: Int, column: String, format: Desired.Dimension.Format)
    /// The date of the row, as ISO.
    case dates(catalog: Int)
    case list([String])
  }

  /// Values in the store: that of row `r` lies between `cells[base + r]` and the next.
  struct Column {
    var base: UInt32
  }

  struct GroupingSource: Hashable {
    var catalog: Int
    var conditions: [Desired.Condition]
  }

  /// The source of each placeholder but season and year, in order of appearance; nil if one is
  /// unknown.
  func columnSources(
    of path: PathPattern, type: Desired.DataType, source: Desired.Source
  ) -> [(String, ColumnSource)]? {
    var sources: [(String, ColumnSource)] = []
    for name in path.placeholders {
      switch name {
      case "season", "year": continue
      case "date":
        guard let catalog = dateCatalog(of: path, type: type, source: source) else { return nil }
        sources.append((name, .dates(catalog: catalog)))
      default:
        switch dimension(name, type: type, source: source)?.values {
        case .list(let values): sources.append((name, .list(values)))
        case .column(let catalog?, let column, let format, _)
        where catalogs.indices.contains(catalog) && catalogs[catalog] != nil:
          sources.append((name, .cells(catalog: catalog, column: column, format: format)))
        case .column, nil: return nil
        }
      }
    }
    return sources
  }

  /// `{date}` is the date of the catalog that the pattern uses anyway, else of the only catalog
  /// that has dates.
  private func dateCatalog(
    of path: PathPattern, type: Desired.DataType, source: Desired.Source
  ) -> Int? {
    let dated = desired.catalogs.indices.filter {
      desired.catalogs[$0].date != nil || desired.catalogs[$0].time != nil
    }
    for name in path.placeholders {
      if case .column(let catalog?, _, _, _)? = dimension(name, type: type, source: source)?.values,
        dated.contains(catalog)
      {
        return catalogs[catalog] != nil ? catalog : nil
      }
    }
    guard dated.count == 1, catalogs[dated[0]] != nil else { return nil }
    return dated[0]
  }

  /// An overlay replaces whole entries; entries for season, year and date do not count.
  func dimension(
    _ name: String, type: Desired.DataType, source: Desired.Source
  ) -> Desired.Dimension? {
    guard name != "season", name != "year", name != "date" else { return nil }
    for list in [type.dimensions, source.dimensions, desired.dimensions] {
      if let found = list.first(where: { $0.name == name }) { return found }
    }
    return nil
  }

  /// What all placeholders of a pattern that come from a catalog ask of its row.
  func conditions(
    on catalog: Int, in path: PathPattern, type: Desired.DataType, source: Desired.Source
  ) -> [Desired.Condition] {
    var all: [Desired.Condition] = []
    for name in path.placeholders {
      if case .column(catalog, _, _, let conditions)? =
        dimension(name, type: type, source: source)?.values
      {
        for condition in conditions where !all.contains(condition) { all.append(condition) }
      }
    }
    return all
  }

  /// The rows of a catalog that meet conditions, by season; an index into `rowGroups`.
  mutating func grouping(_ catalog: Int, _ conditions: [Desired.Condition]) -> Int {
    let source = GroupingSource(catalog: catalog, conditions: conditions)
    if let known = groupings[source] { return known }
    let rows = catalogs[catalog]!
    let tests = conditions.map { (rows.table.column(named: $0.column)!, Array($0.value.utf8)) }
    var matching: [UInt32] = []
    for row in 0..<rows.table.rowCount
    where tests.allSatisfy({ rows.table.cell(row: row, column: $0.0).elementsEqual($0.1) }) {
      matching.append(UInt32(row))
    }
    rowGroups.append(
      RowGroups(rows, matching: matching, seasonCount: seasonNames.names.count))
    groupings[source] = rowGroups.count - 1
    return rowGroups.count - 1
  }

  /// Puts the values of a source into the store, once; `name` is the dimension's.
  mutating func column(_ source: ColumnSource, named name: String) -> Column {
    if let known = columns[source] { return known }
    let column = Column(base: UInt32(store.cells.count))
    store.cells.append(UInt32(store.pool.count))
    var rejected = 0
    func add(_ value: some Collection<UInt8>) {
      if value.isEmpty || value.contains(0x2F) {
        rejected += 1
      } else {
        store.pool.append(contentsOf: value)
      }
      store.cells.append(UInt32(store.pool.count))
    }
    switch source {
    case .list(let values):
      for value in values { add(value.utf8) }
    case .dates(let catalog):
      // A row without a date is no value that somebody wrote: it is not counted.
      for moment in catalogs[catalog]!.moments {
        if moment.date != CatalogRows.Moment.noDate {
          store.pool.append(contentsOf: CivilDay(day: moment.date).iso.utf8)
        }
        store.cells.append(UInt32(store.pool.count))
      }
    case .cells(let catalog, let columnName, let format):
      let table = catalogs[catalog]!.table
      let index = table.column(named: columnName)!
      for row in 0..<table.rowCount {
        let cell = table.cell(row: row, column: index)
        if format == .plain { add(cell) } else { add(format.applied(to: cell)) }
      }
    }
    columns[source] = column
    if rejected > 0 { findings.append(.emptyOrSlashedValues(dimension: name, count: rejected)) }
    return column
  }
}

extension Desired.Dimension.Format {
  /// A cell in this form; empty if it has none (a date that is no ISO date, no season).
  func applied(to cell: ArraySlice<UInt8>) -> [UInt8] {
    switch self {
    case .plain: return Array(cell)
    case .yyyymmdd: return CivilDay(iso: cell) == nil ? [] : cell.filter { $0 != 0x2D }
    case .isoDate: return CivilDay(iso: cell) == nil ? [] : Array(cell)
    case .startYear: return SeasonYears(cell).map { Array(decimal($0.start, width: 4).utf8) } ?? []
    case .endYear: return SeasonYears(cell).map { Array(decimal($0.end, width: 4).utf8) } ?? []
    case .first:
      return Array(String(String.UnicodeScalarView(text(cell).unicodeScalars.prefix(1))).utf8)
    case .lower: return Array(text(cell).lowercased().utf8)
    case .upper: return Array(text(cell).uppercased().utf8)
    }
  }

  private func text(_ cell: ArraySlice<UInt8>) -> String { String(decoding: cell, as: UTF8.self) }
}
