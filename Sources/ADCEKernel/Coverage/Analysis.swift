/// HAVE against SHOULD at one moment: completeness, gaps, and when that changes by itself.
public struct Analysis: Sendable {
  /// Of keys.
  public internal(set) var total = Numbers()
  /// By `KeySpace.types`. Of a type of basis count: expected, present and missing of its count.
  public internal(set) var byType: [Numbers] = []
  /// By `KeySpace.segments`.
  public internal(set) var bySegment: [Numbers] = []
  /// Sum of the types of basis count.
  public internal(set) var counted = Numbers()
  /// By type: objects found beyond what is expected.
  public internal(set) var surplusByType: [Int] = []
  /// Of keys, by priority.
  public internal(set) var gapsByPriority = [0, 0, 0, 0]
  /// All gaps of keys, in the order of (segment, kind, priority).
  public internal(set) var groups: [GapGroup] = []
  /// By slot.
  public internal(set) var countedGaps: [CountedGap] = []
  /// The next moment at which time alone may change any of this.
  public internal(set) var nextChange: Instant = .distantFuture

  /// `unattainable` is a plane of the ordinals that are waived or known absent; it may be empty.
  public init(
    space: KeySpace, map: CoverageMap, desired: Desired, policy: Configuration.GapPolicy,
    now: Instant, unattainable: [UInt64]
  ) {
    byType = [Numbers](repeating: Numbers(), count: space.types.count)
    surplusByType = map.surplusByType
    nextChange = min(space.nextDue(after: now), space.nextWaiverEnd(after: now))
    // One that has passed is the next cycle's, which builds the space anew.
    if space.nextSeasonStart > now { nextChange = min(nextChange, space.nextSeasonStart) }
    bySegment.reserveCapacity(space.segments.count)
    for index in space.segments.indices {
      let view = SegmentView(index, of: space, now: now)
      let numbers = view.numbers(space, map, unattainable: unattainable)
      bySegment.append(numbers)
      byType[space.segments[index].type] += numbers
      total += numbers
      nextChange = min(nextChange, view.nextStale(space, map))
    }
    for type in space.types.indices { count(type, space, map, desired, policy, now) }
    for index in space.segments.indices where bySegment[index].hasGaps {
      group(index, space, map, desired, policy, now)
    }
  }
}
