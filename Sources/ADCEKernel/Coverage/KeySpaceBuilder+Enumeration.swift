extension KeySpaceBuilder {
  /// What the enumeration of one pattern carries along.
  struct Walk {
    var type: Int
    /// Index into `store.patterns`.
    var pattern: Int
    var showsSeason: Bool
    var factors: [WalkFactor]
    /// The row or value chosen of each factor so far.
    var choices: [UInt32]
    /// Of a type that lists seasons: the one being enumerated, if the pattern has to do with it.
    var group: Int?
    /// Where the type lists none, rows tell the season: the group of each season's name, met or
    /// not yet; that of no season first.
    var groupOfSeason: [Int?]
    var days: Int64
    var hours: Int64
    var settle: Int64
    var keyCount = 0
  }

  /// A factor with all that the walk reads of it, so that nothing is looked up a key.
  struct WalkFactor {
    /// How many values a list has; nil for a catalog.
    var valueCount: Int?
    var groups: RowGroups?
    /// By row, if the catalog has seasons.
    var seasons: [Int32]?
    /// By row, if the catalog has dates.
    var moments: [CatalogRows.Moment]?

    init(_ factor: Factor, _ builder: KeySpaceBuilder) {
      switch factor.choices {
      case .values(let count): valueCount = count
      case .rows(let catalog, let index):
        let rows = builder.catalogs[catalog]!
        groups = builder.rowGroups[index]
        seasons = rows.hasSeasons ? rows.seasons : nil
        moments = rows.hasDates ? rows.moments : nil
      }
    }
  }

  /// Finds all keys, pattern by pattern in the order in which they own keys: more literal bytes
  /// first, then earlier in the file (CONFIG.md §5, Whose is a key).
  mutating func enumerate() {
    var order: [(literal: Int, type: Int, pattern: Int)] = []
    for (t, plan) in types.enumerated() where plan.basis == .keys {
      for (p, pattern) in plan.patterns.enumerated() {
        order.append((pattern.path.literalCount, t, p))
      }
    }
    order.sort { ($1.literal, $0.type, $0.pattern) < ($0.literal, $1.type, $1.pattern) }
    // S3 object keys have at most 1,024 bytes of UTF-8 (AWS: "Naming Amazon S3 objects").
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { scratch in
      for (_, t, p) in order { enumerate(type: t, pattern: p, scratch) }
    }
  }

  private mutating func enumerate(
    type t: Int, pattern p: Int, _ scratch: UnsafeMutableRawBufferPointer
  ) {
    let pattern = types[t].patterns[p]
    guard let factors = pattern.factors else { return }
    let type = type(types[t])
    var walk = Walk(
      type: t, pattern: pattern.stored, showsSeason: pattern.path.showsSeason,
      factors: factors.map { WalkFactor($0, self) },
      choices: [UInt32](repeating: 0, count: factors.count), group: nil,
      groupOfSeason: [Int?](repeating: nil, count: seasonNames.names.count + 1),
      days: Int64(type.availableAfterDays) &* Span.day,
      hours: Int64(type.availableAfterHours) &* Span.hour,
      settle: Int64(type.settleHours) &* Span.hour)
    defer { types[t].keyCount += walk.keyCount }
    let tellsSeason = walk.factors.contains { $0.seasons != nil }
    guard let seasons = pattern.seasons, walk.showsSeason || tellsSeason else {
      if pattern.seasons != nil { walk.group = group(type: t, season: nil) }
      descend(&walk, 0, season: .any, scratch)
      return
    }
    for season in seasons {
      walk.group = group(type: t, season: season)
      let id = seasonNames.id(named: season.season.name)
      descend(&walk, 0, season: id.map { .only($0) } ?? .noRow, scratch)
    }
  }

  /// Which rows of catalogs with seasons may still be chosen.
  enum Joined {
    /// Nothing has told a season yet.
    case any
    /// A row has: rows of that season and rows without one.
    case with(Int32)
    /// The type lists seasons: this one's rows.
    case only(Int32)
    /// It lists one that no row has.
    case noRow
  }

  private mutating func descend(
    _ walk: inout Walk, _ depth: Int, season: Joined, _ scratch: UnsafeMutableRawBufferPointer
  ) {
    guard depth < walk.factors.count else { return emit(&walk, season, scratch) }
    if let count = walk.factors[depth].valueCount {
      for value in 0..<count {
        walk.choices[depth] = UInt32(value)
        descend(&walk, depth + 1, season: season, scratch)
      }
      return
    }
    guard let groups = walk.factors[depth].groups else { return }
    func take(_ row: UInt32, _ builder: inout KeySpaceBuilder, _ season: Joined) {
      walk.choices[depth] = row
      builder.descend(&walk, depth + 1, season: season, scratch)
    }
    guard let seasons = walk.factors[depth].seasons else {
      for row in groups.ordered { take(row, &self, season) }
      return
    }
    switch season {
    case .any:
      for row in groups.ordered {
        let id = seasons[Int(row)]
        take(row, &self, id == CatalogRows.noSeason ? .any : .with(id))
      }
    case .with(let id): groups.forEachRow(ofSeasonOrNone: id) { take($0, &self, season) }
    case .only(let id):
      for at in groups.range(ofSeason: id) { take(groups.rows[at], &self, season) }
    case .noRow: return
    }
  }

  /// The group of the key at hand; nil if it shows a season that it does not have.
  private mutating func group(_ walk: inout Walk, _ season: Joined) -> Int? {
    if let group = walk.group { return group }
    var id = CatalogRows.noSeason
    if case .with(let joined) = season { id = joined }
    if let group = walk.groupOfSeason[Int(id) + 1] { return group < 0 ? nil : group }
    let type = type(types[walk.type])
    var listed: ListedSeason?
    if id != CatalogRows.noSeason {
      let name = seasonNames.names[Int(id)]
      listed = ListedSeason(text: Array(name.utf8), opening: desired.opening(of: type))
    }
    let isWanting = listed == nil && walk.showsSeason
    let group = isWanting ? -1 : group(type: walk.type, season: listed)
    walk.groupOfSeason[Int(id) + 1] = group
    return group < 0 ? nil : group
  }

  private mutating func group(type: Int, season: ListedSeason?) -> Int {
    let source = GroupSource(type: type, season: season)
    if let known = groupIDs[source] { return known }
    var text = KeyStore.SeasonText()
    if let season {
      let type = self.type(types[type])
      (text.seasonStart, text.seasonEnd) = store.intern(season.text(type.seasonFormat).utf8)
      (text.yearStart, text.yearEnd) = store.intern(season.year(type.yearIs).utf8)
    }
    groups.append(Group(type: type, season: season, text: text))
    groupIDs[source] = groups.count - 1
    return groups.count - 1
  }

  private mutating func emit(
    _ walk: inout Walk, _ season: Joined, _ scratch: UnsafeMutableRawBufferPointer
  ) {
    guard let group = group(&walk, season) else { return }
    let text = groups[group].text
    let firstChoice = store.choices.count
    if walk.factors.count > 1 { store.choices.append(contentsOf: walk.choices) }
    let name = KeyStore.Name(
      pattern: UInt32(walk.pattern),
      choice: walk.factors.count > 1 ? UInt32(firstChoice) : walk.choices.first ?? 0)
    func forget() { store.choices.removeLast(store.choices.count - firstChoice) }

    let length: Int
    switch store.render(name, text, into: scratch) {
    case .bytes(let count): length = count
    case .emptyValue: return forget()
    case .tooLong:
      if tooLong.last != walk.type { tooLong.append(walk.type) }
      return forget()
    }
    let key = UnsafeRawBufferPointer(rebasing: scratch[..<length])
    let hash = keyHash(key)
    let moment = moment(walk, season: groups[group].season)
    let known = table.find(hash) { index in
      store.equals(entries[index].name, groups[Int(entries[index].group)].text, key)
    }
    guard let known else {
      add(
        Entry(
          hash: hash, moment: moment.moment, name: name, group: UInt32(group),
          isDated: moment.isDated))
      walk.keyCount += 1
      return
    }
    // Another pattern owns it, or another row of this one: then it is due with the first of them,
    // and settled with the last that has a date.
    guard entries[known].name.pattern == name.pattern else { return forget() }
    let settled = max(entries[known].moment.settled, moment.moment.settled)
    if moment.moment.due < entries[known].moment.due {
      entries[known] = Entry(
        hash: hash, moment: moment.moment, name: name, group: UInt32(group),
        isDated: moment.isDated)
    } else {
      forget()
    }
    entries[known].moment.settled = settled
  }

  private mutating func add(_ entry: Entry) {
    if table.isFull {
      table = tableOfEntries(capacity: max(1024, entries.count * 2))
    }
    table.insert(entry.hash, entries.count)
    entries.append(entry)
  }

  func tableOfEntries(capacity: Int) -> KeyTable {
    var table = KeyTable(capacity: capacity)
    for (index, entry) in entries.enumerated() { table.insert(entry.hash, index) }
    return table
  }

  /// When the key at hand is due and settled (CONFIG.md §5, Due).
  private func moment(
    _ walk: borrowing Walk, season: ListedSeason?
  ) -> (moment: KeyMoment, isDated: Bool) {
    var latest = CatalogRows.Moment()
    for depth in walk.factors.indices {
      guard let moment = walk.factors[depth].moments?[Int(walk.choices[depth])] else { continue }
      if moment.isFuture {
        // Never due, and never settled: no row with a date says when.
        let never = KeyMoment(
          due: Int64.max, settled: Int64.min, date: CatalogRows.Moment.noDate)
        return (never, true)
      }
      let isLater =
        moment.instant != latest.instant
        ? moment.instant > latest.instant : moment.hasTime && !latest.hasTime
      if isLater { latest = moment }
    }
    if latest.instant != CatalogRows.Moment.none {
      let due = latest.instant &+ walk.days &+ (latest.hasTime ? walk.hours : 0)
      return (
        KeyMoment(due: due, settled: max(due, latest.instant &+ walk.settle), date: latest.date),
        true
      )
    }
    let start = season?.season.start.milliseconds
    let due = start.map { $0 &+ walk.days } ?? Instant.distantPast.milliseconds
    let settled = start.map { max(due, $0 &+ walk.settle) } ?? due
    return (KeyMoment(due: due, settled: settled, date: CatalogRows.Moment.noDate), false)
  }
}
