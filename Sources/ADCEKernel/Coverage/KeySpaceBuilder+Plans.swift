extension KeySpaceBuilder {
  /// A data type with its patterns resolved.
  struct TypePlan {
    var source: Int
    var dataType: Int
    var isEnabled: Bool
    var basis: KeySpace.Basis
    var patterns: [PatternPlan]
    /// nil if it has none.
    var seasons: [ListedSeason]?
    /// Keys of it that were found, expected or future.
    var keyCount = 0
  }

  struct PatternPlan {
    var path: PathPattern
    /// Those that its league has; nil if its type has none.
    var seasons: [ListedSeason]?
    /// What its placeholders come from; nil if one of them is unknown.
    var factors: [Factor]?
    /// Index into `store.patterns`, where it is known.
    var stored = 0
  }

  /// One independent choice that a key of a pattern makes.
  struct Factor {
    enum Choices {
      /// A row of a catalog; `groups` is an index into `rowGroups`.
      case rows(catalog: Int, groups: Int)
      /// One of so many values.
      case values(Int)
    }
    var choices: Choices
  }

  func type(_ plan: TypePlan) -> Desired.DataType {
    desired.sources[plan.source].dataTypes[plan.dataType]
  }

  mutating func planTypes() {
    for (s, source) in desired.sources.enumerated() {
      for (t, type) in source.dataTypes.enumerated() {
        let patterns = type.patterns.map { text in
          plan(text, of: type, in: source, index: types.count)
        }
        let seasons = desired.seasons(of: type, in: source, pattern: nil, now: now)
        types.append(
          TypePlan(
            source: s, dataType: t, isEnabled: source.enabled,
            basis: basis(of: type, patterns: patterns, seasons: seasons, enabled: source.enabled),
            patterns: patterns, seasons: seasons))
      }
    }
    refuseTooManyKeys()
  }

  /// CONFIG.md §5, Basis. Objects of disabled sources are only counted, as surplus.
  private func basis(
    of type: Desired.DataType, patterns: [PatternPlan], seasons: [ListedSeason]?, enabled: Bool
  ) -> KeySpace.Basis {
    guard enabled, !patterns.isEmpty else { return .unbounded }
    if patterns.allSatisfy({ $0.factors != nil }) { return .keys }
    guard let expected = type.expected else { return .unbounded }
    // A plain number a season says nothing where there are no seasons.
    if expected.bySeason != nil || expected.perSeason != nil, seasons != nil { return .count }
    return expected.years != nil || expected.files != nil ? .count : .unbounded
  }

  private mutating func plan(
    _ text: String, of type: Desired.DataType, in source: Desired.Source, index: Int
  ) -> PatternPlan {
    let path = PathPattern(text)
    var plan = PatternPlan(
      path: path, seasons: desired.seasons(of: type, in: source, pattern: text, now: now))
    guard let sources = columnSources(of: path, type: type, source: source) else { return plan }
    var factors: [Factor] = []
    var catalogOfFactor: [Int?] = []
    var pieceOfName: [String: KeyStore.Piece] = [:]
    for (name, column) in sources {
      let factor: Int
      switch column {
      case .cells(let catalog, _, _), .dates(let catalog):
        if let known = catalogOfFactor.firstIndex(of: catalog) {
          factor = known
        } else {
          factor = factors.count
          let conditions = conditions(on: catalog, in: path, type: type, source: source)
          let groups = grouping(catalog, conditions)
          factors.append(Factor(choices: .rows(catalog: catalog, groups: groups)))
          catalogOfFactor.append(catalog)
        }
      case .list(let values):
        factor = factors.count
        factors.append(Factor(choices: .values(values.count)))
        catalogOfFactor.append(nil)
      }
      pieceOfName[name] = KeyStore.Piece(
        kind: .value, factor: UInt16(truncatingIfNeeded: factor),
        start: self.column(column, named: name).base)
    }
    // A season that no row can tell is unknown where the type lists none.
    let rowsTellSeason = catalogOfFactor.contains { $0.map { catalogs[$0]!.hasSeasons } ?? false }
    if path.showsSeason, plan.seasons == nil, !rowsTellSeason { return plan }
    guard factors.count <= 255 else { return plan }
    plan.factors = factors
    plan.stored = add(path, pieceOfName, catalogOfFactor, type: index)
    return plan
  }

  private mutating func add(
    _ path: PathPattern, _ pieceOfName: [String: KeyStore.Piece], _ catalogs: [Int?], type: Int
  ) -> Int {
    let first = store.pieces.count
    var values: [(name: String, piece: Int)] = []
    for part in path.parts {
      switch part {
      case .literal(let bytes):
        let place = store.intern(bytes)
        store.pieces.append(.init(kind: .literal, start: place.start, end: place.end))
      case .placeholder("season"): store.pieces.append(.init(kind: .season))
      case .placeholder("year"): store.pieces.append(.init(kind: .year))
      case .placeholder(let name):
        if !values.contains(where: { $0.name == name }) {
          values.append((name, store.pieces.count))
        }
        store.pieces.append(pieceOfName[name]!)
      }
    }
    store.patterns.append(
      .init(
        type: type, pieces: first..<store.pieces.count, factorCount: catalogs.count,
        catalogs: catalogs, values: values))
    return store.patterns.count - 1
  }
}
