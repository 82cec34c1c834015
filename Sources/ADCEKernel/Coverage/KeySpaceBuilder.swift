/// Makes a `KeySpace`: joins rows and values into keys, gives each key one owner, and lays the
/// keys out.
struct KeySpaceBuilder {
  let desired: Desired
  let now: Instant
  let keyLimit: Int

  var store = KeyStore()
  var findings: [KeySpace.Finding] = []
  var seasonNames = SeasonNames()
  /// In the order of `Desired.catalogs`; nil if unknown.
  var catalogs: [CatalogRows?] = []
  var columns: [ColumnSource: Column] = [:]
  var groupings: [GroupingSource: Int] = [:]
  var rowGroups: [RowGroups] = []
  /// In file order.
  var types: [TypePlan] = []

  var groups: [Group] = []
  var groupIDs: [GroupSource: Int] = [:]
  var entries: [Entry] = []
  var table = KeyTable(capacity: 0)
  /// By entry, once laid out.
  var ordinals: [UInt32] = []
  /// Keys longer than any object's name can be (S3: 1,024 bytes), by type.
  var tooLong: [Int] = []

  init(desired: Desired, tables: [CatalogTable?], now: Instant, keyLimit: Int) {
    self.desired = desired
    self.now = now
    self.keyLimit = keyLimit
    for (index, declaration) in desired.catalogs.enumerated() {
      catalogs.append(
        read(declaration, index: index, index < tables.count ? tables[index] : nil))
    }
  }

  /// The ordinals-to-be of one (type, season).
  struct Group {
    var type: Int
    var season: ListedSeason?
    var text: KeyStore.SeasonText
    var count = 0
  }

  struct GroupSource: Hashable {
    var type: Int
    var season: ListedSeason?
  }

  /// A key found, before it has an ordinal.
  struct Entry {
    var hash: UInt64
    var moment: KeyMoment
    var name: KeyStore.Name
    var group: UInt32
    var isDated: Bool
  }

  mutating func build() -> KeySpace {
    planTypes()
    enumerate()
    var space = KeySpace()
    layOut(into: &space)
    count(into: &space)
    space.catalogTables = catalogs.map { $0?.table }
    space.store = store
    space.findings = findings
    space.waive(desired.waivers)
    space.fingerprint = fingerprint(of: space)
    return space
  }

  /// A catalog is unknown as a whole if it lacks a column that it or any dimension names.
  private mutating func read(
    _ declaration: Desired.Catalog, index: Int, _ table: CatalogTable?
  ) -> CatalogRows? {
    guard let table else {
      findings.append(.unknownCatalog(catalog: declaration.name))
      return nil
    }
    let missing = desired.columnsMissing(from: table, catalog: index)
    guard missing.isEmpty else {
      findings += missing.map { .missingColumn(catalog: declaration.name, column: $0) }
      return nil
    }
    let rows = CatalogRows(table, declaration: declaration, names: &seasonNames)
    if rows.ignoredTimes > 0 {
      findings.append(.ignoredTimes(catalog: declaration.name, count: rows.ignoredTimes))
    }
    return rows
  }
}

extension Desired {
  /// Columns that the catalog's declaration or any dimension names and that the table lacks: with
  /// one of them missing the catalog is not to be used. Sorted.
  public func columnsMissing(from table: CatalogTable, catalog index: Int) -> [String] {
    var needed: [String] = []
    let declaration = catalogs[index]
    needed += [declaration.season, declaration.date, declaration.time].compactMap { $0 }
    func need(_ dimensions: [Dimension]) {
      for case .column(index, let column, _, let conditions) in dimensions.map(\.values) {
        needed.append(column)
        needed += conditions.map(\.column)
      }
    }
    need(dimensions)
    for source in sources {
      need(source.dimensions)
      for type in source.dataTypes { need(type.dimensions) }
    }
    let present = Swift.Set(table.columns)
    return Swift.Set(needed).filter { !present.contains($0) }.sorted()
  }
}
