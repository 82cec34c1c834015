import ADCEKernel

/// What is expected and what is a gap, worked out with strings, dictionaries and loops, from the
/// text of CONFIG.md §5 and DESIGN.md §3. It shares no code with the kernel but the input types.
struct NaiveAnswer {
  let input: GeneratedCase
  /// Owned keys, expected or future.
  private(set) var keys: [String: Key] = [:]
  private(set) var lines: [String] = []
  private var types: [TypeOf] = []

  struct Key {
    var type: Int
    var pattern: Int
    var season: NaiveSeason?
    /// nil: not yet.
    var due: Int64?
    /// nil: no row with a date says when.
    var settled: Int64?
    var day: Int32?
    var hasDate: Bool
  }

  struct TypeOf {
    var source: Desired.Source
    var type: Desired.DataType
    var basis: String
    var seasons: [NaiveSeason]?
  }

  struct Row {
    var catalog: Int
    var cells: [String: String]
    var season: String?
    var moment: Int64?
    var day: Int32?
    var hasTime: Bool
    var isFuture: Bool
  }

  init(_ input: GeneratedCase) {
    self.input = input
    var patterns: [(literal: Int, order: Int, type: Int, text: String)] = []
    for source in input.desired.sources {
      for type in source.dataTypes {
        let seasons = NaiveSeason.list(input, source, type, pattern: nil)
        let known =
          !type.patterns.isEmpty && type.patterns.allSatisfy { products($0, source, type) != nil }
        let byseason = type.expected.map { $0.perSeason != nil || $0.bySeason != nil } ?? false
        let whole = type.expected?.years != nil || type.expected?.files != nil
        let counted = byseason && seasons != nil || whole
        let basis =
          !source.enabled || type.patterns.isEmpty
          ? "unbounded" : known ? "keys" : counted ? "count" : "unbounded"
        for text in type.patterns {
          let literal = NaiveGlob(text).literal
          patterns.append((literal, patterns.count, types.count, text))
        }
        types.append(TypeOf(source: source, type: type, basis: basis, seasons: seasons))
      }
    }
    patterns.sort { ($1.literal, $0.order) < ($0.literal, $1.order) }
    for pattern in patterns where types[pattern.type].basis == "keys" {
      let owner = types[pattern.type]
      for (key, product) in products(pattern.text, owner.source, owner.type)! {
        var value = product
        value.type = pattern.type
        value.pattern = pattern.order
        guard let known = keys[key] else {
          keys[key] = value
          continue
        }
        guard known.pattern == pattern.order else { continue }
        let settled = [known.settled, value.settled].compactMap { $0 }.max()
        if (value.due ?? Int64.max) < (known.due ?? Int64.max) { keys[key] = value }
        keys[key]!.settled = settled
      }
    }
    order = patterns.map { ($0.type, $0.text) }
  }

  /// All patterns, in the order in which they own keys.
  private var order: [(type: Int, text: String)] = []

  // MARK: What is there

  mutating func compare(with lake: [LakeObject]) {
    var present: [String: LakeObject] = [:]
    var found: [Int: [LakeObject]] = [:]
    var unmatched = 0
    for object in lake {
      if keys[object.key] != nil {
        present[object.key] = object
        continue
      }
      let shapes =
        order.filter { types[$0.type].basis != "keys" && types[$0.type].source.enabled }
        + order.filter { !types[$0.type].source.enabled }
      if let shape = shapes.first(where: { NaiveGlob($0.text).matches(object.key) }) {
        found[shape.type, default: []].append(object)
      } else {
        unmatched += 1
      }
    }
    lines = ["unmatched \(unmatched)"]
    for index in types.indices {
      let own = keys.filter { $0.value.type == index && ($0.value.due ?? Int64.max) <= now }
      switch types[index].basis {
      case "keys": tellKeys(index, own, present)
      case "count": tellCounts(index, found[index] ?? [])
      default: lines.append("\(name(index)) unbounded surplus \(found[index]?.count ?? 0)")
      }
    }
    lines.sort()
  }

  private var now: Int64 { input.now.milliseconds }

  private func name(_ index: Int) -> String {
    "\(types[index].source.name).\(types[index].type.name)"
  }

  private mutating func tellKeys(
    _ index: Int, _ own: [String: Key], _ present: [String: LakeObject]
  ) {
    let missing = own.filter { present[$0.key] == nil }
    let completeness =
      own.isEmpty ? 1_000_000 : (own.count - missing.count) * 1_000_000 / own.count
    let waived = missing.filter { isWaived($0.key) }.count
    lines.append(
      "\(name(index)) keys expected \(own.count) missing \(missing.count) "
        + "attainable \(own.count - waived)")
    for (key, value) in own {
      var kind: String?
      if let object = present[key] {
        if object.bytes < types[index].type.minBytes {
          kind = "undersized"
        } else if isStale(value, object, types[index].type) {
          kind = "stale"
        }
      } else {
        kind = "missing"
      }
      guard let kind else { continue }
      let priority = priority(index, value.day, value.hasDate, value.season, completeness)
      lines.append("\(name(index)) \(value.season?.name ?? "-") \(key) \(kind) \(priority)")
    }
  }

  private func isStale(_ key: Key, _ object: LakeObject, _ type: Desired.DataType) -> Bool {
    let modified = object.modified * 1000
    let always = type.freshness == .always
    if key.hasDate || always, let settled = key.settled, modified < settled, settled <= now {
      return true
    }
    let open = key.season.map { $0.start <= now && now < $0.end } ?? true
    if !key.hasDate && open || always, let fresh = type.freshnessMilliseconds,
      now - modified > fresh
    {
      return true
    }
    if type.freshness == .final, let season = key.season, season.end <= now,
      modified < season.end
    {
      return true
    }
    return false
  }

  private func priority(
    _ index: Int, _ day: Int32?, _ hasDate: Bool, _ season: NaiveSeason?, _ completeness: Int
  ) -> String {
    let policy = input.policy
    let type = types[index].type
    let names = ["critical", "high", "medium", "low"]
    let today = CivilDay(containing: input.now).day
    var level: Int
    if let day, type.required, Int(today - day) <= type.criticalDays ?? policy.criticalDays {
      level = 0
    } else if let season {
      if policy.highSeasons.contains(season.name) || season.start <= now && now < season.end {
        level = 1
      } else if policy.mediumSeasons.contains(season.name)
        || season.end <= now && now < season.nextEnd
      {
        level = 2
      } else {
        level = 3
      }
    } else if hasDate {
      level = 3
    } else {
      let limits = [policy.criticalBelowMicro, policy.highBelowMicro, policy.mediumBelowMicro]
      level = limits.firstIndex { completeness < $0 } ?? 3
    }
    return names[type.required ? level : min(3, level + 1)]
  }

  private func isWaived(_ key: String) -> Bool {
    input.desired.waivers.contains { waiver in
      if let until = waiver.until, until.end <= input.now { return false }
      switch waiver.scope {
      case .key(let waived): return waived == key
      case .pattern(let text): return NaiveGlob(text).matches(key)
      }
    }
  }

  private mutating func tellCounts(_ index: Int, _ objects: [LakeObject]) {
    let type = types[index].type
    let expected = type.expected!
    var slots: [(NaiveSeason?, Int)] = []
    if let seasons = types[index].seasons, expected.perSeason != nil || expected.bySeason != nil {
      for season in seasons where season.start <= now {
        var count = expected.perSeason ?? 0
        if let map = expected.bySeason {
          count =
            map.last {
              NaiveSeason.named($0.season, input, type, reinterpreting: true)?.name == season.name
            }?.count ?? 0
        }
        slots.append((season, count))
      }
      if !type.patterns.allSatisfy({ $0.contains("{season}") || $0.contains("{year}") }) {
        slots = [(nil, slots.reduce(0) { $0 + $1.1 })]
      }
    } else {
      slots = [(nil, expected.years ?? expected.files!)]
    }
    var present = 0
    var gaps: [(NaiveSeason?, Int)] = []
    for (season, count) in slots {
      let found =
        season.map { season in
          objects.filter { self.season(of: $0.key, index)?.name == season.name }.count
        } ?? objects.count
      present += min(found, count)
      if found < count { gaps.append((season, count - found)) }
    }
    let sum = slots.reduce(0) { $0 + $1.1 }
    lines.append(
      "\(name(index)) count expected \(sum) missing \(sum - present) "
        + "surplus \(objects.count - present)")
    for (season, count) in gaps {
      let priority = priority(
        index, nil, false, season, sum == 0 ? 1_000_000 : present * 1_000_000 / sum)
      lines.append("\(name(index)) \(season?.name ?? "-") #\(count) missing \(priority)")
    }
  }

  /// The season that a counted key shows, by the pattern that owns it.
  private func season(of key: String, _ index: Int) -> NaiveSeason? {
    let shape = order.first { $0.type == index && NaiveGlob($0.text).matches(key) }!
    let type = types[index].type
    // Where it is counted is the type's season of that name.
    for listed in types[index].seasons ?? [] {
      let own = NaiveSeason.list(input, types[index].source, type, pattern: shape.text) ?? []
      guard let season = own.first(where: { $0.name == listed.name }) else { continue }
      var text = shape.text.split(separator: "{season}", omittingEmptySubsequences: false)
        .joined(separator: season.text(type.seasonFormat))
      text = text.split(separator: "{year}", omittingEmptySubsequences: false)
        .joined(separator: season.year(type.yearIs))
      if NaiveGlob(text).matches(key) { return listed }
    }
    return nil
  }
}
