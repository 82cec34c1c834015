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

extension CoverageMap {
  /// A segment's part of the map, for its durable record.
  public func segmentState(_ index: Int, in space: KeySpace) -> SegmentState {
    let segment = space.segments[index]
    let words = segment.words
    var state = SegmentState()
    state.present = Array(present[words])
    state.undersized = Array(undersized[words])
    state.early = Array(early[words])
    if let offset = space.timeOffsets[index] {
      let start = segment.base + offset
      state.times = Array(times[start..<(start + segment.count)])
    }
    return state
  }

  /// Replaces a segment's part. A state of another shape is cut or filled with zeros.
  public mutating func setSegment(_ index: Int, _ state: SegmentState, in space: KeySpace) {
    let segment = space.segments[index]
    for (offset, word) in segment.words.enumerated() {
      let used = segment.mask(ofWord: offset)
      func part(_ plane: [UInt64]) -> UInt64 { offset < plane.count ? plane[offset] & used : 0 }
      present[word] = part(state.present)
      undersized[word] = part(state.undersized)
      early[word] = part(state.early)
    }
    guard let offset = space.timeOffsets[index] else { return }
    for at in 0..<segment.count {
      times[segment.base + offset + at] = at < state.times.count ? state.times[at] : 0
    }
  }

  /// Replaces a stretch of a segment by what its record says; nil empties it.
  mutating func setChunk(
    _ chunk: Int, of index: Int, _ record: SegmentRecord?, in space: KeySpace
  ) {
    let segment = space.segments[index]
    let first = chunk * (SegmentRecord.ordinalsMax / 64)
    let last = min(first + SegmentRecord.ordinalsMax / 64, (segment.count + 63) / 64)
    for offset in first..<last {
      let used = segment.mask(ofWord: offset)
      let (word, at) = (segment.base / 64 + offset, offset - first)
      func part(_ plane: [UInt64]?) -> UInt64 {
        plane.map { at < $0.count ? $0[at] & used : 0 } ?? 0
      }
      present[word] = part(record?.present)
      undersized[word] = part(record?.undersized)
      early[word] = part(record?.early)
    }
    guard let offset = space.timeOffsets[index] else { return }
    let times = record?.times ?? []
    for at in first * 64..<min(last * 64, segment.count) {
      let place = at - first * 64
      self.times[segment.base + offset + at] = place < times.count ? times[place] : 0
    }
  }
}

extension KeySpace.Segment {
  /// The words of a plane that are its own.
  var words: Range<Int> { (base / 64)..<((base + count + 63) / 64) }

  /// The bits of its `offset`-th word that belong to ordinals.
  func mask(ofWord offset: Int) -> UInt64 { firstBits(count - offset * 64) }
}

/// A word whose first `count` bits are set: none below 1, all from 64 on.
@inline(__always)
func firstBits(_ count: Int) -> UInt64 {
  count <= 0 ? 0 : count >= 64 ? UInt64.max : (1 &<< UInt64(count)) &- 1
}
