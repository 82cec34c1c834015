extension KeySpaceBuilder {
  /// Gives each key its ordinal: by type, season, time due, pattern, key.
  mutating func layOut(into space: inout KeySpace) {
    let order = groups.indices.sorted { precedes(groups[$0], groups[$1]) }
    let members = membersByGroup()
    space.types = types.map { plan in
      KeySpace.TypeSpace(
        source: plan.source, dataType: plan.dataType, basis: plan.basis, segments: 0..<0,
        slots: 0..<0, enabled: plan.isEnabled)
    }
    space.rules = types.map { plan in
      let type = type(plan)
      return TypeRule(
        minBytes: type.minBytes, freshness: type.freshness,
        freshnessMilliseconds: type.freshnessMilliseconds)
    }
    space.typeIdentities = types.map { identity(of: $0, season: nil) }
    ordinals = [UInt32](repeating: Self.noOrdinal, count: entries.count)
    for group in order where !members[group].isEmpty {
      append(group, members[group], to: &space)
    }
    space.table = tableOfOrdinals()
    for (index, segment) in space.segments.enumerated() {
      let known = space.types[segment.type].segments
      space.types[segment.type].segments = (known.isEmpty ? index : known.lowerBound)..<(index + 1)
    }
    (entries, ordinals) = ([], [])
  }

  private static let noOrdinal = UInt32.max

  /// The table of entries serves again, unless it is too large or has entries without an ordinal.
  private mutating func tableOfOrdinals() -> KeyTable {
    if !table.isSparse, !ordinals.contains(Self.noOrdinal) {
      var same = KeyTable(capacity: 0)
      swap(&same, &table)
      same.renumber(ordinals)
      return same
    }
    var new = KeyTable(capacity: entries.count)
    for (entry, ordinal) in zip(entries, ordinals) where ordinal != Self.noOrdinal {
      new.insert(entry.hash, Int(ordinal))
    }
    return new
  }

  private func precedes(_ a: Group, _ b: Group) -> Bool {
    if a.type != b.type { return a.type < b.type }
    guard let seasonA = a.season?.season else { return b.season != nil }
    guard let seasonB = b.season?.season else { return false }
    if seasonA.start != seasonB.start { return seasonA.start < seasonB.start }
    return seasonA.name < seasonB.name
  }

  /// Indexes of `entries`, each group's in order of due, pattern, key.
  private func membersByGroup() -> [[UInt32]] {
    var members = [[UInt32]](repeating: [], count: groups.count)
    for index in entries.indices { members[Int(entries[index].group)].append(UInt32(index)) }
    for group in members.indices {
      let text = groups[group].text
      members[group].sort { a, b in
        let left = entries[Int(a)]
        let right = entries[Int(b)]
        if left.moment.due != right.moment.due { return left.moment.due < right.moment.due }
        if left.name.pattern != right.name.pattern {
          return left.name.pattern < right.name.pattern
        }
        return store.precedes(left.name, right.name, text)
      }
    }
    return members
  }

  private mutating func append(_ group: Int, _ members: [UInt32], to space: inout KeySpace) {
    let plan = types[groups[group].type]
    let season = groups[group].season?.season
    let base = space.names.count
    let words = (members.count + 63) / 64
    guard base + words * 64 <= KeyTable.indexMax else {
      findings.append(
        .tooManyKeys(
          source: desired.sources[plan.source].name, type: type(plan).name, limit: keyLimit))
      return
    }
    let identity = identity(of: plan, season: season)
    let rule = space.rules[groups[group].type]
    var hash = WordHash()
    hash.add(identity)
    hash.add(rule.minBytes)
    hash.add(UInt64(rule.freshness.rawValue))
    hash.add(rule.freshnessMilliseconds ?? -1)
    hash.add(season?.end.milliseconds ?? -1)

    space.dated += [UInt64](repeating: 0, count: words)
    space.bounds += [WordBounds](repeating: WordBounds(), count: words)
    space.wordSegments += [UInt32](repeating: UInt32(space.segments.count), count: words)
    var hasUndated = false
    for (offset, member) in members.enumerated() {
      let entry = entries[Int(member)]
      let ordinal = base + offset
      hasUndated = hasUndated || !entry.isDated
      ordinals[Int(member)] = UInt32(ordinal)
      append(entry, at: ordinal, to: &space)
      hash.add(entry.hash)
      hash.add(entry.moment.due)
      hash.add(entry.moment.settled &+ (entry.isDated ? 1 : 0))
    }
    let padding = words * 64 - members.count
    space.names += [KeyStore.Name](
      repeating: .init(pattern: 0, choice: 0), count: padding)
    space.momentIndexes += [UInt32](
      repeating: UInt32(space.moments.count - 1), count: padding)

    let tracksTimes = tracksTimes(rule, season: season, hasUndated: hasUndated)
    hash.add(tracksTimes)
    space.segments.append(
      KeySpace.Segment(
        type: groups[group].type, season: season, base: base, count: members.count,
        identity: identity, fingerprint: hash.value, tracksTimes: tracksTimes))
    space.seasonTexts.append(groups[group].text)
    space.timeOffsets.append(tracksTimes ? space.timeCount - base : nil)
    if tracksTimes { space.timeCount += members.count }
    space.bitCount = space.names.count
  }

  private func append(_ entry: Entry, at ordinal: Int, to space: inout KeySpace) {
    var moment = entry.moment
    // No row with a date says when it has settled.
    if moment.settled == Int64.min { moment.settled = Int64.max }
    if space.moments.last != moment { space.moments.append(moment) }
    space.momentIndexes.append(UInt32(space.moments.count - 1))
    space.names.append(entry.name)
    let word = ordinal >> 6
    if entry.isDated { space.dated[word] |= 1 << UInt64(ordinal & 63) }
    space.bounds[word].settledMin = min(space.bounds[word].settledMin, moment.settled)
    space.bounds[word].settledMax = max(space.bounds[word].settledMax, moment.settled)
    if moment.date != CatalogRows.Moment.noDate {
      space.bounds[word].dateMin = min(space.bounds[word].dateMin, moment.date)
      space.bounds[word].dateMax = max(space.bounds[word].dateMax, moment.date)
    }
  }

  /// Whether age, or the end of its season, can still make an object of the segment stale.
  private func tracksTimes(
    _ rule: TypeRule, season: KeySpace.Season?, hasUndated: Bool
  ) -> Bool {
    if rule.freshness == .final, season != nil { return true }
    guard rule.freshnessMilliseconds != nil else { return false }
    if rule.freshness == .always { return true }
    return hasUndated && season.map { now < $0.end } ?? true
  }

  func identity(of plan: TypePlan, season: KeySpace.Season?) -> Hash128 {
    var hash = WordHash()
    hash.add(desired.sources[plan.source].name)
    hash.add(type(plan).name)
    hash.add(season != nil)
    if let season {
      hash.add(season.name)
      hash.add(season.start.milliseconds)
    }
    return hash.value
  }

  /// Of all that bits and counts of the space depend on.
  func fingerprint(of space: KeySpace) -> Hash128 {
    var hash = WordHash()
    for (plan, identity) in zip(types, space.typeIdentities) {
      hash.add(identity)
      hash.add(UInt64(plan.basis.rawValue))
      hash.add(plan.isEnabled)
      for text in type(plan).patterns { hash.add(text) }
    }
    for segment in space.segments {
      hash.add(segment.base)
      hash.add(segment.fingerprint)
    }
    for slot in space.slots {
      hash.add(slot.identity)
      hash.add(slot.expected)
    }
    for shape in space.shapes { hash.add(shape.type) }
    return hash.value
  }
}
