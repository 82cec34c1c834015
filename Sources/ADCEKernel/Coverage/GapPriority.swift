/// The priorities that the gaps of one segment can have (DESIGN.md §3, Priority).
struct GapPriority {
  /// Of gaps with a date from `criticalFrom` on.
  private let recent: Priority
  /// Of other gaps with a date.
  private let dated: Priority
  private let undated: Priority
  /// Days since 1970; `Int32.max` if no date makes a gap of it CRITICAL.
  let criticalFrom: Int32

  /// `completenessMicro` is that of the data type.
  init(
    _ type: Desired.DataType, season: KeySpace.Season?, completenessMicro: Int64,
    policy: Configuration.GapPolicy, now: Instant
  ) {
    func weighted(_ priority: Priority) -> Priority {
      type.required ? priority : priority.lowered
    }
    let bySeason = season.map { GapPriority.of($0, policy, now) }
    let byCompleteness: Priority =
      completenessMicro < policy.criticalBelowMicro
      ? .critical
      : completenessMicro < policy.highBelowMicro
        ? .high : completenessMicro < policy.mediumBelowMicro ? .medium : .low
    recent = .critical
    dated = weighted(bySeason ?? .low)
    undated = weighted(bySeason ?? byCompleteness)
    let days = Int64(type.criticalDays ?? policy.criticalDays)
    criticalFrom =
      type.required
      ? Int32(clamping: Int64(CivilDay(containing: now).day) &- days) : Int32.max
  }

  private static func of(
    _ season: KeySpace.Season, _ policy: Configuration.GapPolicy, _ now: Instant
  ) -> Priority {
    if policy.highSeasons.contains(season.name) || season.start <= now && now < season.end {
      return .high
    }
    if policy.mediumSeasons.contains(season.name) || season.end <= now && now < season.nextEnd {
      return .medium
    }
    return .low
  }

  /// Of a gap that has no ordinal: a count.
  var ofCount: Priority { undated }

  /// Of gaps in a word of a plane, those of one priority.
  @inline(__always)
  func select(_ priority: Priority, of gaps: UInt64, word: Int, in space: KeySpace) -> UInt64 {
    if gaps == 0 { return 0 }
    let withDate = gaps & space.dated[word]
    let critical = recentOnes(withDate, word, space)
    var result: UInt64 = 0
    if priority == recent { result |= critical }
    if priority == dated { result |= withDate & ~critical }
    if priority == undated { result |= gaps & ~withDate }
    return result
  }

  @inline(__always)
  private func recentOnes(_ gaps: UInt64, _ word: Int, _ space: KeySpace) -> UInt64 {
    if gaps == 0 || space.bounds[word].dateMax < criticalFrom { return 0 }
    if space.bounds[word].dateMin >= criticalFrom { return gaps }
    var result: UInt64 = 0
    for bit in Bits(gaps) {
      let ordinal = word &<< 6 &+ bit
      let date = space.moments[Int(space.momentIndexes[ordinal])].date
      if date >= criticalFrom { result |= 1 << UInt64(bit) }
    }
    return result
  }
}
