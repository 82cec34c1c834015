import ADCEKernel

/// The lake as the map that a scan of it would make, kept up to date: what has not changed since
/// the last scan is not looked at again.
struct LakeMap {
  /// The kernel's ordinals of the world's objects; −1 = not expected.
  private var ordinals: [Int32] = []
  private var space: KeySpace?
  /// Of the lake after so many changes.
  private var map: CoverageMap?
  private var changes = 0

  /// What a scan sees that began after `begins` changes and ends now. Of what changed meanwhile
  /// `isSeenLate` says whether it is seen as it is now.
  mutating func scan(
    _ world: World, since begins: Int, in new: KeySpace, isSeenLate: (Int) -> Bool
  ) -> CoverageMap {
    if space?.fingerprint != new.fingerprint { move(to: new, world) }
    var seen = update(world, new)
    world.forEachChanged(since: begins) { object, before in
      if !isSeenLate(object) { put(before, object, &seen, new) }
    }
    return seen
  }

  /// The map of a lake that is not, or is no more.
  mutating func map(
    of holdings: World.Holdings, _ world: World, in new: KeySpace
  ) -> CoverageMap {
    if space?.fingerprint != new.fingerprint { move(to: new, world) }
    var map = CoverageMap(for: new)
    for object in 0..<world.objectCount {
      if let facts = holdings.facts(object) { put(facts, object, &map, new) }
    }
    return map
  }

  private func put(
    _ facts: ObjectFacts?, _ object: Int, _ map: inout CoverageMap, _ space: KeySpace
  ) {
    let ordinal = Int(ordinals[object])
    guard ordinal >= 0 else { return }
    if let facts {
      map.set(ordinal, facts: facts, in: space)
    } else {
      map.clear(ordinal, in: space)
    }
  }

  private mutating func update(_ world: World, _ space: KeySpace) -> CoverageMap {
    var new: CoverageMap
    if let kept = map.take() {
      new = kept
      world.forEachChanged(since: changes) { object, _ in
        put(world.facts(object), object, &new, space)
      }
    } else {
      new = map(of: world.holdings, world, in: space)
    }
    changes = world.changeCount
    map = new
    return new
  }

  /// Ordinals of segments that are as they were have moved with these; the others are looked up.
  private mutating func move(to new: KeySpace, _ world: World) {
    var shifts = [Int32?](repeating: nil, count: (space?.bitCount ?? 0) / 64)
    if let space {
      var kept: [Hash128: Int] = [:]
      for (index, segment) in new.segments.enumerated() { kept[segment.fingerprint] = index }
      for segment in space.segments where segment.count > 0 {
        guard let same = kept[segment.fingerprint], new.segments[same].count == segment.count
        else { continue }
        let shift = Int32(new.segments[same].base - segment.base)
        for word in segment.base / 64...(segment.base + segment.count - 1) / 64 {
          shifts[word] = shift
        }
      }
    }
    var key: [UInt8] = []
    ordinals = (0..<world.objectCount).map { object in
      if !ordinals.isEmpty, ordinals[object] >= 0, let shift = shifts[Int(ordinals[object]) / 64] {
        return ordinals[object] + shift
      }
      key.removeAll(keepingCapacity: true)
      world.appendKey(object, to: &key)
      return key.withUnsafeBytes { new.ordinal(of: $0).map { Int32($0) } ?? -1 }
    }
    space = new
    map = nil
  }
}
