extension Analysis {
  /// Numbers of a type that is counted, and its gaps.
  mutating func count(
    _ index: Int, _ space: KeySpace, _ map: CoverageMap, _ desired: Desired,
    _ policy: Configuration.GapPolicy, _ now: Instant
  ) {
    let type = space.types[index]
    guard type.basis == .count else { return }
    for slot in type.slots {
      let expected = space.slots[slot].expected
      let present = min(map.found[slot], expected)
      byType[index].expected += expected
      byType[index].present += present
      surplusByType[index] += map.found[slot] - present
    }
    byType[index].missing = byType[index].expected - byType[index].present
    byType[index].attainable = byType[index].expected
    counted += byType[index]
    for slot in type.slots where map.found[slot] < space.slots[slot].expected {
      let priority = GapPriority(
        desired.sources[type.source].dataTypes[type.dataType], season: space.slots[slot].season,
        completenessMicro: byType[index].completenessMicro, policy: policy, now: now)
      countedGaps.append(
        CountedGap(
          slot: slot, missing: space.slots[slot].expected - map.found[slot],
          priority: priority.ofCount))
      if let season = space.slots[slot].season {
        for moment in [season.end, season.nextEnd] where moment > now {
          nextChange = min(nextChange, moment)
        }
      }
    }
  }

  /// The groups of one segment.
  mutating func group(
    _ index: Int, _ space: KeySpace, _ map: CoverageMap, _ desired: Desired,
    _ policy: Configuration.GapPolicy, _ now: Instant
  ) {
    let view = SegmentView(index, of: space, now: now)
    let type = space.segments[index].type
    let priorities = GapPriority(
      desired.sources[space.types[type].source].dataTypes[space.types[type].dataType],
      season: space.segments[index].season,
      completenessMicro: byType[type].completenessMicro, policy: policy, now: now)
    // By kind, then priority.
    var tallies = [Tally](repeating: Tally(), count: 12)
    for offset in 0..<view.dueWords {
      let gaps = view.gaps(offset, space, map)
      if gaps.missing | gaps.undersized | gaps.stale == 0 { continue }
      let word = view.segment.base / 64 + offset
      for kind in GapKind.allCases where gaps.of(kind) != 0 {
        for priority in Priority.allCases {
          tallies[Int(kind.rawValue * 4 + priority.rawValue)].add(
            priorities.select(priority, of: gaps.of(kind), word: word, in: space), word: word)
        }
      }
    }
    for kind in GapKind.allCases {
      for priority in Priority.allCases {
        let found = tallies[Int(kind.rawValue * 4 + priority.rawValue)]
        if found.count == 0 { continue }
        gapsByPriority[Int(priority.rawValue)] += found.count
        groups.append(
          GapGroup(
            type: type, segment: index, kind: kind, priority: priority,
            ordinals: found.first..<(found.last + 1), count: found.count))
        // Tomorrow one day fewer is within the days that make a gap critical.
        if priority == .critical, priorities.criticalFrom != Int32.max {
          nextChange = min(nextChange, CivilDay(containing: now).end)
        }
      }
    }
  }

  private struct Tally {
    var count = 0
    var first = 0
    var last = 0

    mutating func add(_ bits: UInt64, word: Int) {
      if bits == 0 { return }
      if count == 0 { first = word * 64 + bits.trailingZeroBitCount }
      last = word * 64 + 63 - bits.leadingZeroBitCount
      count += bits.nonzeroBitCount
    }
  }

  /// Calls `body` with each gap of a group in order of due, until it returns false. The map may
  /// have changed since the analysis: what is no gap of that kind any more is left out.
  public func forEachGap(
    in group: GapGroup, space: KeySpace, map: CoverageMap, now: Instant, desired: Desired,
    policy: Configuration.GapPolicy, _ body: (Int) -> Bool
  ) {
    let view = SegmentView(group.segment, of: space, now: now)
    let type = space.types[group.type]
    let priorities = GapPriority(
      desired.sources[type.source].dataTypes[type.dataType],
      season: space.segments[group.segment].season,
      completenessMicro: byType[group.type].completenessMicro, policy: policy, now: now)
    let first = group.ordinals.lowerBound / 64 - view.segment.base / 64
    let end = min(view.dueWords, (group.ordinals.upperBound + 63) / 64 - view.segment.base / 64)
    for offset in first..<max(first, end) {
      let word = view.segment.base / 64 + offset
      let gaps = view.gaps(offset, space, map).of(group.kind)
      for bit in Bits(priorities.select(group.priority, of: gaps, word: word, in: space)) {
        let ordinal = word * 64 + bit
        guard group.ordinals.contains(ordinal) else { continue }
        if !body(ordinal) { return }
      }
    }
  }
}
