/// What the lake holds, as one scan saw it: a few bits an ordinal, a number a count slot, and a
/// count by prefix for everything else. Never a list of strings.
public struct CoverageMap: Sendable, Equatable {
  /// Planes of `KeySpace.bitCount` bits.
  public internal(set) var present: [UInt64] = []
  public internal(set) var undersized: [UInt64] = []
  public internal(set) var early: [UInt64] = []
  /// By count slot.
  public internal(set) var found: [Int] = []
  /// Every object seen, matched or not.
  public internal(set) var objects: Int = 0
  public internal(set) var bytes: Int64 = 0
  public internal(set) var unmatched: Int = 0
  /// By type; the bytes of its objects seen.
  public internal(set) var bytesByType: [Int64] = []
  /// By type: objects of its shape beside any count slot.
  public internal(set) var surplusByType: [Int] = []
  public internal(set) var unmatchedPrefixes = UnmatchedPrefixes()

  /// An empty lake.
  public init(for space: KeySpace) {}

  /// Seconds since 1970 of an object's LastModified; 0 if unknown, or if its segment tracks none.
  public func modifiedSeconds(_ ordinal: Int) -> UInt32 { 0 }

  /// Counts one object of the lake.
  public mutating func observe(
    key: UnsafeRawBufferPointer, facts: ObjectFacts, in space: KeySpace
  ) {}

  /// Bits are or-ed, times are maxima, counts add.
  public mutating func merge(_ other: CoverageMap) {}

  /// Newer knowledge of one object replaces what is known of it.
  public mutating func set(_ ordinal: Int, facts: ObjectFacts, in space: KeySpace) {}

  /// The object is not there.
  public mutating func clear(_ ordinal: Int, in space: KeySpace) {}

  /// A segment's part of the map, for its durable record.
  public func segmentState(_ index: Int, in space: KeySpace) -> SegmentState { SegmentState() }

  /// Replaces a segment's part. A state of another shape is cut or filled with zeros.
  public mutating func setSegment(_ index: Int, _ state: SegmentState, in space: KeySpace) {}
}

/// The part of a coverage map that belongs to one segment.
public struct SegmentState: Hashable, Sendable {
  /// ⌈count / 64⌉ words each.
  public var present: [UInt64] = []
  public var undersized: [UInt64] = []
  public var early: [UInt64] = []
  /// `count` of them, or none if the segment tracks no times.
  public var times: [UInt32] = []

  public init() {}
}
