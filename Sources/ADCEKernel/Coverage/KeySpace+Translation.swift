extension KeySpace {
  /// What `map`, made for `old`, says in this space.
  ///
  /// Equal segments are kept. Of changed ones each present key is rendered and looked up here, and
  /// brings its bits along: whether it is undersized or early was judged by the old rules, until
  /// the next scan. What was not expected before has no evidence yet. Counts go to slots of the
  /// same name.
  public func translate(_ map: CoverageMap, from old: KeySpace) -> CoverageMap {
    var result = CoverageMap(for: self)
    var kept: [Hash128: Int] = [:]
    for (index, segment) in segments.enumerated() { kept[segment.fingerprint] = index }
    var key: [UInt8] = []
    for (index, segment) in old.segments.enumerated() {
      if let same = kept[segment.fingerprint], segments[same].count == segment.count {
        result.setSegment(same, map.segmentState(index, in: old), in: self)
        continue
      }
      for ordinal in segment.base..<(segment.base + segment.count) where map.isPresent(ordinal) {
        key.removeAll(keepingCapacity: true)
        old.appendKey(of: ordinal, to: &key)
        if let new = key.withUnsafeBytes({ self.ordinal(of: $0) }) {
          result.take(new, from: map, ordinal)
        }
      }
    }
    var slotOf: [Hash128: Int] = [:]
    for (index, slot) in slots.enumerated() { slotOf[slot.identity] = index }
    for (index, slot) in old.slots.enumerated() {
      if let new = slotOf[slot.identity] { result.found[new] = map.found[index] }
    }
    var typeOf: [Hash128: Int] = [:]
    for (index, identity) in typeIdentities.enumerated() { typeOf[identity] = index }
    for (index, identity) in old.typeIdentities.enumerated() {
      guard let new = typeOf[identity] else { continue }
      result.bytesByType[new] = map.bytesByType[index]
      result.surplusByType[new] = map.surplusByType[index]
    }
    result.objects = map.objects
    result.bytes = map.bytes
    result.unmatched = map.unmatched
    result.unmatchedPrefixes = map.unmatchedPrefixes
    return result
  }
}

extension CoverageMap {
  /// Copies what another map says of an ordinal of its own.
  fileprivate mutating func take(_ ordinal: Int, from other: CoverageMap, _ otherOrdinal: Int) {
    let bit: UInt64 = 1 << UInt64(ordinal & 63)
    let word = ordinal >> 6
    let otherWord = otherOrdinal >> 6
    let shift = UInt64(otherOrdinal & 63)
    present[word] |= bit
    if other.undersized[otherWord] >> shift & 1 == 1 { undersized[word] |= bit }
    if other.early[otherWord] >> shift & 1 == 1 { early[word] |= bit }
    setTime(ordinal, other.modifiedSeconds(otherOrdinal))
  }
}
