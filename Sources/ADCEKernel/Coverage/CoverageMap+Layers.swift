/// What `Observed` needs to lay one kind of knowledge over another.
extension CoverageMap {
  /// Takes one ordinal's bits and time from another map of the same space.
  mutating func copy(_ ordinal: Int, from other: CoverageMap) {
    let word = ordinal >> 6
    let mask: UInt64 = 1 << UInt64(ordinal & 63)
    present[word] = present[word] & ~mask | other.present[word] & mask
    undersized[word] = undersized[word] & ~mask | other.undersized[word] & mask
    early[word] = early[word] & ~mask | other.early[word] & mask
  }

  /// A copy that is there was shown to be current at that second.
  mutating func confirm(_ ordinal: Int, seconds: Int64, in space: KeySpace) {
  }

  /// The numbers that a snapshot's record keeps beside its bits.
  mutating func restoreCounts(
    objects: Int, bytes: Int64, unmatched: Int, found: [Int], bytesByType: [Int64],
    surplusByType: [Int], prefixes: [SnapshotRecord.Prefix]
  ) {
    self.objects = objects
    self.bytes = bytes
    self.unmatched = unmatched
    self.found = found
    self.bytesByType = bytesByType
    self.surplusByType = surplusByType
  }
}

extension UnmatchedPrefixes {
  /// The prefixes with most objects, by count and then by text.
  func largest(_ limit: Int) -> [SnapshotRecord.Prefix] {
    entries.map {
      SnapshotRecord.Prefix(text: String(decoding: $0.prefix, as: UTF8.self), objects: $0.count)
    }.sorted { ($1.objects, $0.text) < ($0.objects, $1.text) }.prefix(limit).map(\.self)
  }
}
extension Analysis {
  static func gap(
    at ordinal: Int, space: KeySpace, map: CoverageMap, now: Instant, desired: Desired
  ) -> GapKind? { nil }
}
