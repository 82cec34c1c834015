extension CoverageMap {
  /// Counts one object of the lake: by its exact key, else by the first shape it has, else as
  /// unmatched. Allocates nothing but for the first object of an unmatched prefix.
  public mutating func observe(
    key: UnsafeRawBufferPointer, facts: ObjectFacts, in space: KeySpace
  ) {
    objects &+= 1
    bytes &+= facts.bytes
    if let ordinal = space.ordinal(of: key) {
      add(ordinal, facts, space)
      let type = space.segments[Int(space.wordSegments[ordinal &>> 6])].type
      bytesByType[type] &+= facts.bytes
      return
    }
    for index in space.shapes.indices where space.shapes[index].matches(key, space.store) {
      let type = space.shapes[index].type
      bytesByType[type] &+= facts.bytes
      if let slot = space.shapes[index].slot(of: key, space.store) {
        found[slot] &+= 1
      } else {
        surplusByType[type] &+= 1
      }
      return
    }
    unmatched &+= 1
    unmatchedPrefixes.add(key: key)
  }

  /// Joins what two readers saw, of the same space: bits are or-ed, times are maxima (an object
  /// seen twice is undersized or early if it ever was), counts add.
  public mutating func merge(_ other: CoverageMap) {
    precondition(
      other.present.count == present.count && other.found.count == found.count
        && other.times.count == times.count && other.bytesByType.count == bytesByType.count,
      "maps of two key spaces do not merge")
    for word in present.indices {
      present[word] |= other.present[word]
      undersized[word] |= other.undersized[word]
      early[word] |= other.early[word]
    }
    for index in times.indices { times[index] = max(times[index], other.times[index]) }
    for index in found.indices { found[index] &+= other.found[index] }
    for index in bytesByType.indices {
      bytesByType[index] &+= other.bytesByType[index]
      surplusByType[index] &+= other.surplusByType[index]
    }
    objects &+= other.objects
    bytes &+= other.bytes
    unmatched &+= other.unmatched
    unmatchedPrefixes.merge(other.unmatchedPrefixes)
  }
}
