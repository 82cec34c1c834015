/// One segment of a map at one moment: which of its objects are gaps, a word of 64 at a time.
///
/// The space and the map are arguments, not held: copying them costs more than asking.
struct SegmentView {
  let segment: KeySpace.Segment
  let now: Instant
  /// Its first so many ordinals are due.
  let dueCount: Int
  /// Both rules of staleness apply to every object.
  private let appliesAlways: Bool
  /// Objects modified before this second are stale by age; 0 if none is.
  private let oldBefore: UInt32
  /// Objects modified before this second missed the end of their season; 0 if that does not count.
  private let seasonEnd: UInt32
  private let timeOffset: Int?
  /// When an object of the second 0 becomes stale by age; nil if none does.
  private let ageMilliseconds: Int64?

  init(_ index: Int, of space: KeySpace, now: Instant) {
    self.now = now
    segment = space.segments[index]
    dueCount = space.dueCount(ofSegment: index, at: now)
    timeOffset = space.timeOffsets[index]
    let rule = space.rules[segment.type]
    appliesAlways = rule.freshness == .always
    let isOpen = segment.season.map { $0.start <= now && now < $0.end } ?? true
    ageMilliseconds = isOpen || appliesAlways ? rule.freshnessMilliseconds : nil
    oldBefore =
      ageMilliseconds.map { age in
        // now − modified > age, in whole seconds of `modified`.
        let limit = now.milliseconds &- age
        return UInt32(clamping: limit <= 0 ? 0 : (limit &+ 999) / 1000)
      } ?? 0
    if rule.freshness == .final, let season = segment.season, season.end <= now {
      seasonEnd = UInt32(clamping: season.end.seconds)
    } else {
      seasonEnd = 0
    }
  }

  /// How many words hold ordinals that are due.
  var dueWords: Int { (dueCount + 63) / 64 }

  struct Gaps {
    var due: UInt64
    var missing: UInt64
    var undersized: UInt64
    var stale: UInt64

    func of(_ kind: GapKind) -> UInt64 {
      switch kind {
      case .missing: missing
      case .undersized: undersized
      case .stale: stale
      }
    }
  }

  /// The gaps among the `offset`-th 64 ordinals.
  @inline(__always)
  func gaps(_ offset: Int, _ space: KeySpace, _ map: CoverageMap) -> Gaps {
    let word = segment.base &>> 6 &+ offset
    let due = firstBits(dueCount &- offset &* 64)
    let there = map.present[word] & due
    let small = there & map.undersized[word]
    return Gaps(
      due: due, missing: due & ~there, undersized: small,
      stale: stale(word, among: there & ~small, space, map))
  }

  func numbers(
    _ space: KeySpace, _ map: CoverageMap, unattainable: [UInt64]
  ) -> Analysis.Numbers {
    var numbers = Analysis.Numbers()
    numbers.expected = dueCount
    for offset in 0..<dueWords {
      let gaps = gaps(offset, space, map)
      numbers.missing &+= gaps.missing.nonzeroBitCount
      numbers.undersized &+= gaps.undersized.nonzeroBitCount
      numbers.stale &+= gaps.stale.nonzeroBitCount
      let word = segment.base >> 6 &+ offset
      if word < unattainable.count {
        numbers.attainable &-= (gaps.missing & unattainable[word]).nonzeroBitCount
      }
    }
    numbers.present = numbers.expected - numbers.missing
    numbers.attainable += numbers.expected
    return numbers
  }

  @inline(__always)
  private func stale(
    _ word: Int, among objects: UInt64, _ space: KeySpace, _ map: CoverageMap
  ) -> UInt64 {
    if objects == 0 { return 0 }
    var result = settled(
      word, among: objects & map.early[word] & earlyCounts(word, space), space)
    if timeOffset != nil, oldBefore > 0 || seasonEnd > 0 {
      let aging = appliesAlways ? objects : objects & ~space.dated[word]
      for bit in Bits(objects & ~result) {
        let seconds = time(word, bit, map)
        let isOld = seconds < oldBefore && aging >> UInt64(bit) & 1 == 1
        if seconds > 0, isOld || seconds < seasonEnd { result |= 1 << UInt64(bit) }
      }
    }
    return result
  }

  /// Where a captured-early object is stale: those with a date, or all.
  @inline(__always)
  private func earlyCounts(_ word: Int, _ space: KeySpace) -> UInt64 {
    appliesAlways ? UInt64.max : space.dated[word]
  }

  @inline(__always)
  private func settled(_ word: Int, among objects: UInt64, _ space: KeySpace) -> UInt64 {
    if objects == 0 || space.bounds[word].settledMin > now.milliseconds { return 0 }
    if space.bounds[word].settledMax <= now.milliseconds { return objects }
    var result: UInt64 = 0
    for bit in Bits(objects) where space.settled(word &<< 6 &+ bit) <= now {
      result |= 1 << UInt64(bit)
    }
    return result
  }

  @inline(__always)
  private func time(_ word: Int, _ bit: Int, _ map: CoverageMap) -> UInt32 {
    map.times[word &<< 6 &+ bit &+ (timeOffset ?? 0)]
  }
}

extension SegmentView {
  /// The next moment at which one of its objects becomes stale by itself, or its season opens,
  /// ends, or stops being the previous one; `.distantFuture` if none.
  func nextStale(_ space: KeySpace, _ map: CoverageMap) -> Instant {
    var next = Instant.distantFuture
    if let season = segment.season {
      for moment in [season.start, season.end, season.nextEnd] where moment > now {
        next = min(next, moment)
      }
    }
    for offset in 0..<segment.words.count {
      let word = segment.base >> 6 + offset
      let objects = map.present[word] & segment.mask(ofWord: offset) & ~map.undersized[word]
      let early = objects & map.early[word] & earlyCounts(word, space)
      if early != 0, space.bounds[word].settledMax > now.milliseconds {
        for bit in Bits(early) {
          let settled = space.settled(word << 6 + bit)
          if settled > now { next = min(next, settled) }
        }
      }
      if let age = ageMilliseconds, timeOffset != nil {
        for bit in Bits(appliesAlways ? objects : objects & ~space.dated[word]) {
          let seconds = time(word, bit, map)
          let old = Instant(milliseconds: Int64(seconds) * 1000 &+ age &+ 1)
          if seconds > 0, old > now { next = min(next, old) }
        }
      }
    }
    return next
  }
}

/// The indexes of the bits set in a word, ascending.
struct Bits: Sequence, IteratorProtocol {
  private var rest: UInt64

  @inline(__always)
  init(_ word: UInt64) { rest = word }

  @inline(__always)
  mutating func next() -> Int? {
    guard rest != 0 else { return nil }
    defer { rest &= rest &- 1 }
    return rest.trailingZeroBitCount
  }
}
