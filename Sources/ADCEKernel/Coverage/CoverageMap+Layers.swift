// What `Observed` needs to lay one kind of knowledge over another.

extension CoverageMap {
  /// Takes one ordinal's bits and time from another map of the same space.
  mutating func copy(_ ordinal: Int, from other: CoverageMap) {
    let word = ordinal >> 6
    let mask: UInt64 = 1 << UInt64(ordinal & 63)
    present[word] = present[word] & ~mask | other.present[word] & mask
    undersized[word] = undersized[word] & ~mask | other.undersized[word] & mask
    early[word] = early[word] & ~mask | other.early[word] & mask
    setTime(ordinal, other.modifiedSeconds(ordinal))
  }

  /// Takes what another map of the same space has and this one lacks.
  mutating func addMissing(from other: CoverageMap) {
    for (word, bits) in other.present.enumerated() {
      let missing = bits & ~present[word]
      if missing == 0 { continue }
      for bit in Bits(missing) { copy(word * 64 + bit, from: other) }
    }
    for slot in found.indices { found[slot] = max(found[slot], other.found[slot]) }
  }

  /// A copy that is there was shown to be current at that second: it counts like a LastModified.
  mutating func confirm(_ ordinal: Int, seconds: Int64, in space: KeySpace) {
    guard isPresent(ordinal) else { return }
    let word = ordinal >> 6
    let mask: UInt64 = 1 << UInt64(ordinal & 63)
    if Instant(seconds: seconds) >= space.settled(ordinal) { early[word] &= ~mask }
    setTime(ordinal, max(modifiedSeconds(ordinal), UInt32(clamping: max(1, seconds))))
  }

  public func isUndersized(_ ordinal: Int) -> Bool {
    undersized[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
  }

  /// The numbers that a snapshot's record keeps beside its bits.
  mutating func restoreCounts(
    _ snapshot: SnapshotRecord, found: [Int], bytesByType: [Int64], surplusByType: [Int]
  ) {
    objects = snapshot.objects
    bytes = snapshot.bytes
    unmatched = snapshot.unmatched
    self.found = found
    self.bytesByType = bytesByType
    self.surplusByType = surplusByType
  }
}

extension UnmatchedPrefixes {
  /// The prefixes with most objects, by count and then by text.
  public func largest(_ limit: Int) -> [SnapshotRecord.Prefix] {
    entries.map {
      SnapshotRecord.Prefix(text: String(decoding: $0.prefix, as: UTF8.self), objects: $0.count)
    }.sorted { ($1.objects, $0.text) < ($0.objects, $1.text) }.prefix(limit).map(\.self)
  }
}

extension Analysis {
  /// The gap that an ordinal is, if it is one.
  static func gap(
    at ordinal: Int, space: KeySpace, map: CoverageMap, now: Instant
  ) -> GapKind? {
    let segment = space.segmentIndex(of: ordinal)
    let view = SegmentView(segment, of: space, now: now)
    let offset = (ordinal - view.segment.base) / 64
    guard offset < view.dueWords else { return nil }
    let gaps = view.gaps(offset, space, map)
    return GapKind.allCases.first { gaps.of($0) >> UInt64(ordinal & 63) & 1 == 1 }
  }
}
