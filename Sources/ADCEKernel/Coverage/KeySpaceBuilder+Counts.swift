extension KeySpaceBuilder {
  /// Slots of counted types, shapes, and what is to be said about types.
  mutating func count(into space: inout KeySpace) {
    for index in types.indices {
      let first = space.slots.count
      if types[index].basis == .count { addSlots(index, to: &space) }
      space.types[index].slots = first..<space.slots.count
      noteNextSeason(of: index, in: &space)
    }
    addShapes(to: &space)
    addFindings(space)
  }

  /// CONFIG.md §5, Basis: by season where every pattern shows it and the count is by season.
  private mutating func addSlots(_ index: Int, to space: inout KeySpace) {
    let plan = types[index]
    let type = type(plan)
    func add(_ season: KeySpace.Season?, _ expected: Int) {
      space.slots.append(
        KeySpace.CountSlot(
          type: index, season: season, expected: max(0, expected),
          identity: identity(of: plan, season: season)))
    }
    guard let counts = countsBySeason(plan) else {
      return add(nil, type.expected?.years ?? type.expected?.files ?? 0)
    }
    if plan.patterns.allSatisfy({ $0.path.showsSeason }) {
      for count in counts { add(count.season.season, count.expected) }
    } else {
      add(nil, counts.reduce(0) { $0 + max(0, $1.expected) })
    }
  }

  /// What is declared for each listed season that has begun; nil if nothing is, by season.
  private func countsBySeason(
    _ plan: TypePlan
  ) -> [(season: ListedSeason, expected: Int)]? {
    let type = type(plan)
    guard let seasons = plan.seasons else { return nil }
    let begun = seasons.filter { $0.season.start <= now }
    if let declared = type.expected?.bySeason {
      var counts: [String: Int] = [:]
      for count in declared {
        guard let years = SeasonYears(Array(count.season.utf8)) else { continue }
        let name: Desired.SeasonName =
          years.isCalendarYear ? .year(years.start) : .named(startYear: years.start)
        counts[desired.season(name, of: type).season.name] = count.count
      }
      return begun.map { ($0, counts[$0.season.name] ?? 0) }
    }
    return type.expected?.perSeason.map { count in begun.map { ($0, count) } }
  }

  /// First counted and unbounded types, then disabled sources; each by literal bytes, then by the
  /// order of the file.
  private mutating func addShapes(to space: inout KeySpace) {
    var order: [(disabled: Int, literal: Int, type: Int, pattern: Int)] = []
    for (t, plan) in types.enumerated() where plan.basis != .keys {
      for (p, pattern) in plan.patterns.enumerated() {
        order.append((plan.isEnabled ? 0 : 1, pattern.path.literalCount, t, p))
      }
    }
    order.sort {
      ($0.disabled, $1.literal, $0.type, $0.pattern)
        < ($1.disabled, $0.literal, $1.type, $1.pattern)
    }
    for (_, _, t, p) in order {
      let pattern = types[t].patterns[p]
      var shape = Shape(pattern.path, type: t, store: &store)
      let slots = space.types[t].slots
      if slots.count == 1, space.slots[slots.lowerBound].season == nil {
        shape.slot = slots.lowerBound
      } else {
        shape.seasons = slots.compactMap { slot in
          let name = space.slots[slot].season?.name
          return pattern.seasons?.first { $0.season.name == name }.map {
            countedSeason($0, slot: slot, of: type(types[t]))
          }
        }
      }
      space.shapes.append(shape)
    }
  }

  private mutating func countedSeason(
    _ season: ListedSeason, slot: Int, of type: Desired.DataType
  ) -> Shape.CountedSeason {
    let text = store.intern(season.text(type.seasonFormat).utf8)
    let year = store.intern(season.year(type.yearIs).utf8)
    return Shape.CountedSeason(
      slot: slot, season: Int(text.start)..<Int(text.end), year: Int(year.start)..<Int(year.end))
  }

  /// Counts, and spans that are open at their end, grow when a season begins.
  private func noteNextSeason(of index: Int, in space: inout KeySpace) {
    for season in types[index].seasons ?? [] {
      if season.season.start > now {
        space.nextSeasonStart = min(space.nextSeasonStart, season.season.start)
      } else if season.season.end > now {
        space.nextSeasonStart = min(space.nextSeasonStart, season.season.end)
      }
    }
  }

  private mutating func addFindings(_ space: KeySpace) {
    for (index, plan) in types.enumerated() where plan.isEnabled {
      let source = desired.sources[plan.source].name
      let type = type(plan)
      switch plan.basis {
      case .unbounded:
        findings.append(.unboundedType(source: source, type: type.name))
      case .count: break
      case .keys:
        if plan.keyCount == 0 { findings.append(.yieldsNoKey(source: source, type: type.name)) }
        if tooLong.contains(index) {
          findings.append(.tooLongKeys(source: source, type: type.name))
        }
        let segments = space.types[index].segments
        let isDated = segments.contains { segment in
          let base = space.segments[segment].base
          return (0..<((space.segments[segment].count + 63) / 64)).contains {
            space.dated[base / 64 + $0] != 0
          }
        }
        if isDated, type.settleHours == 0, type.availableAfterDays == 0,
          type.availableAfterHours == 0
        {
          findings.append(.datedTypeWithoutSettle(source: source, type: type.name))
        }
        compareCounts(index, space)
      }
    }
    noteEndedSeasons()
  }

  /// A count field beside keys that can be named is only compared.
  private mutating func compareCounts(_ index: Int, _ space: KeySpace) {
    let plan = types[index]
    let source = desired.sources[plan.source].name
    let type = type(plan)
    if let counts = countsBySeason(plan) {
      for (season, declared) in counts {
        let actual = space.types[index].segments.reduce(0) { sum, segment in
          space.segments[segment].season?.name == season.season.name
            ? sum + space.segments[segment].count : sum
        }
        if actual != declared {
          findings.append(
            .countDiffers(
              source: source, type: type.name, season: season.season.name, declared: declared,
              actual: actual))
        }
      }
    } else if let declared = type.expected?.years ?? type.expected?.files,
      declared != plan.keyCount
    {
      findings.append(
        .countDiffers(
          source: source, type: type.name, season: nil, declared: declared,
          actual: plan.keyCount))
    }
  }

  /// Once a source and last season.
  private mutating func noteEndedSeasons() {
    var said: [String] = []
    for plan in types where plan.isEnabled {
      guard let last = plan.seasons?.max(by: { $0.season.end < $1.season.end }),
        last.season.end <= now
      else { continue }
      let source = desired.sources[plan.source].name
      let key = "\(source)/\(last.season.name)"
      if said.contains(key) { continue }
      said.append(key)
      findings.append(
        .seasonsEnded(source: source, type: type(plan).name, last: last.season.name))
    }
  }
}
