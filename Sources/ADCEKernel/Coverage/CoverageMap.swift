/// What the lake holds, as one scan saw it: a few bits an ordinal, a number a count slot, and a
/// count by prefix for everything else. Never a list of strings.
public struct CoverageMap: Sendable, Equatable {
  /// Planes of `KeySpace.bitCount` bits: the object is there; it is smaller than its minimum; it
  /// was captured before it had settled.
  public internal(set) var present: [UInt64]
  public internal(set) var undersized: [UInt64]
  public internal(set) var early: [UInt64]
  /// By count slot.
  public internal(set) var found: [Int]
  /// Every object seen, matched or not.
  public internal(set) var objects: Int = 0
  public internal(set) var bytes: Int64 = 0
  public internal(set) var unmatched: Int = 0
  /// By type; the bytes of its objects seen.
  public internal(set) var bytesByType: [Int64]
  /// By type: objects of its shape that count for no slot.
  public internal(set) var surplusByType: [Int]
  public internal(set) var unmatchedPrefixes = UnmatchedPrefixes()

  /// Of the segments that track them, one after the other.
  var times: [UInt32]
  /// By word of a plane, and by segment: where times stand. As in the key space.
  private let wordSegments: [UInt32]
  private let timeOffsets: [Int?]

  /// An empty lake.
  public init(for space: KeySpace) {
    let words = space.bitCount / 64
    present = [UInt64](repeating: 0, count: words)
    undersized = present
    early = present
    found = [Int](repeating: 0, count: space.slots.count)
    bytesByType = [Int64](repeating: 0, count: space.types.count)
    surplusByType = [Int](repeating: 0, count: space.types.count)
    times = [UInt32](repeating: 0, count: space.timeCount)
    wordSegments = space.wordSegments
    timeOffsets = space.timeOffsets
  }

  public func isPresent(_ ordinal: Int) -> Bool {
    present[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
  }

  /// Seconds since 1970 of an object's LastModified; 0 if unknown, or if its segment tracks none.
  public func modifiedSeconds(_ ordinal: Int) -> UInt32 {
    guard let offset = timeOffsets[Int(wordSegments[ordinal >> 6])] else { return 0 }
    return times[ordinal + offset]
  }

  mutating func setTime(_ ordinal: Int, _ seconds: UInt32) {
    guard let offset = timeOffsets[Int(wordSegments[ordinal >> 6])] else { return }
    times[ordinal + offset] = seconds
  }

  /// Newer knowledge of one object replaces what is known of it.
  public mutating func set(_ ordinal: Int, facts: ObjectFacts, in space: KeySpace) {
    clear(ordinal, in: space)
    add(ordinal, facts, space)
  }

  /// The object is not there.
  public mutating func clear(_ ordinal: Int, in space: KeySpace) {
    let mask = ~(1 << UInt64(ordinal & 63) as UInt64)
    let word = ordinal >> 6
    present[word] &= mask
    undersized[word] &= mask
    early[word] &= mask
    setTime(ordinal, 0)
  }

  /// Bits are or-ed, times are maxima.
  @inline(__always)
  mutating func add(_ ordinal: Int, _ facts: ObjectFacts, _ space: KeySpace) {
    let word = ordinal &>> 6
    let bit = 1 &<< UInt64(ordinal & 63) as UInt64
    let segment = Int(wordSegments[word])
    present[word] |= bit
    if facts.bytes < space.rules[space.segments[segment].type].minBytes { undersized[word] |= bit }
    let settled = space.moments[Int(space.momentIndexes[ordinal])].settled
    let (milliseconds, overflow) = facts.modifiedSeconds.multipliedReportingOverflow(by: 1000)
    if !overflow, milliseconds < settled { early[word] |= bit }
    if let offset = timeOffsets[segment] {
      // 0 is "unknown"; the 32 bits last until 2106.
      let seconds = UInt32(clamping: max(1, facts.modifiedSeconds))
      times[ordinal &+ offset] = max(times[ordinal &+ offset], seconds)
    }
  }
}
