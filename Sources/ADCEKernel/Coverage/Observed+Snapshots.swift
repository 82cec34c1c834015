// A finished scan becomes the snapshot that the map rests on. Its bits are records of at most 8,192
// ordinals each; where more of them change than a step may write, the rest waits for another scan.

extension Observed {
  enum Adoption: Hashable, Sendable {
    /// How many objects have vanished if that is more than a tenth, so that it must be doubted.
    case whole(lost: Int?)
    /// Part of it is written; until another scan has brought the rest, the snapshot before counts.
    case partly
  }

  /// Adopts a finished scan: commits what changed, and shows it under the newer layers.
  ///
  /// `isContinued`: it brings the rest of one that was adopted in part.
  mutating func adopt(
    _ scan: Event.Scan, names: (Int) -> NameID, space: KeySpace, at now: Instant,
    isContinued: Bool, into decision: inout Decision
  ) -> Adoption {
    let before = (base: base, vanished: vanished)
    // What it lacked is no better founded because it is read again, for another key space.
    let isDoubtedStill = isDoubtedReport(scan)
    var had = map.present
    if isContinued || isDoubtedStill {
      for (index, word) in vanished.enumerated() { had[index] |= word }
    }
    base = scan.map
    if isYoungForItsKind(scan) { base.addMissing(from: before.base) }
    rebuildMap(shownFrom: scan.began - scan.source.marginMilliseconds, in: space)
    let gone = zip(had, map.present).map { $0 & ~$1 }
    let counted = countedFall(in: space)
    let lost = gone.reduce(counted.lost) { $0 + $1.nonzeroBitCount }
    // What a doubted snapshot lacked is believed when the next one lacks it too: it is lost no
    // more then.
    let isDoubted =
      isDoubtedStill || lost * 10 > had.reduce(counted.had) { $0 + $1.nonzeroBitCount }
    vanished = isDoubted ? gone : []
    guard writeSegments(replacing: before, in: space, into: &decision) else {
      rebuildMap(in: space)
      return .partly
    }
    var record = self.record(of: scan, showing: base, names, space, at: now)
    record.isDoubted = isDoubted
    snapshots.put(record, at: .init(scan.source), into: &decision)
    rebuildMap(in: space)
    return .whole(lost: isDoubted && !isDoubtedStill ? lost : nil)
  }

  /// Whether a report may lack what a better source showed: it is eventually consistent, and began
  /// less than its margin after that. What it lacks then is no news.
  private func isYoungForItsKind(_ scan: Event.Scan) -> Bool {
    ScanSource.allCases.contains { source in
      guard source.marginMilliseconds < scan.source.marginMilliseconds,
        let record = snapshots[.init(source)]
      else { return false }
      return record.began > scan.began - scan.source.marginMilliseconds
    }
  }

  /// Whether the report is the one in use already, and what it lacks was not believed.
  private func isDoubtedReport(_ scan: Event.Scan) -> Bool {
    guard let record = snapshots[.init(scan.source)] else { return false }
    return record.isDoubted && record.identity != .zero && record.identity == scan.identity
  }

  /// By how much the counts have fallen below what the snapshot so far found of what is expected.
  private func countedFall(in space: KeySpace) -> (lost: Int, had: Int) {
    guard let slots = current?.record.slots, !slots.isEmpty else { return (0, 0) }
    let before = Dictionary(slots.map { ($0.slot, $0.found) }, uniquingKeysWith: max)
    var result = (lost: 0, had: 0)
    for (index, slot) in space.slots.enumerated() {
      let had = min(before[slot.identity] ?? 0, slot.expected)
      result.had += had
      result.lost += max(0, had - base.found[index])
    }
    return result
  }

  /// Remembers a report that is older than the snapshot in use as the last of its kind, so that it
  /// is not read again. The snapshot in use stays.
  mutating func note(
    _ scan: Event.Scan, names: (Int) -> NameID, space: KeySpace, at now: Instant,
    into decision: inout Decision
  ) {
    let last = snapshots[.init(scan.source)]
    guard let current, current.source != scan.source, scan.began < current.record.began,
      scan.began >= last?.began ?? .distantPast
    else { return }
    var record = record(of: scan, showing: scan.map, names, space, at: now)
    record.isDoubted = isDoubtedReport(scan)
    snapshots.put(record, at: .init(scan.source), into: &decision)
  }

  private func record(
    of scan: Event.Scan, showing base: CoverageMap, _ names: (Int) -> NameID, _ space: KeySpace,
    at now: Instant
  ) -> SnapshotRecord {
    var record = SnapshotRecord(
      began: scan.began, adopted: now, identity: scan.identity, space: scan.space,
      objects: base.objects, bytes: base.bytes, unmatched: base.unmatched)
    record.types = space.types.indices.map {
      .init(type: names($0), bytes: base.bytesByType[$0], surplus: base.surplusByType[$0])
    }
    record.slots = space.slots.indices.map {
      .init(slot: space.slots[$0].identity, found: base.found[$0])
    }
    record.unmatchedPrefixes = base.unmatchedPrefixes.largest(20)
    return record
  }

  /// An operator agrees that what vanished is gone: how much of it this step had room for, and
  /// whether that was the rest.
  mutating func acceptVanished(
    in space: KeySpace, into decision: inout Decision
  ) -> (count: Int, isDone: Bool) {
    if let source = current?.source {
      snapshots.update(.init(source), into: &decision) { $0.isDoubted = false }
    }
    guard !vanished.isEmpty else { return (0, true) }
    var count = 0
    for (index, segment) in space.segments.enumerated()
    where segment.words.contains(where: { vanished[$0] != 0 }) {
      let state = base.segmentState(index, in: space)
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        let words = segment.words(ofChunk: chunk)
        let lost = vanished[words].reduce(0) { $0 + $1.nonzeroBitCount }
        if lost == 0 { continue }
        guard decision.room > 0 else { return (count, false) }
        count += lost
        for word in words { vanished[word] = 0 }
        segments.put(
          SegmentRecord(chunk: chunk, of: state, segment: segment, vanished: []),
          at: .init(segment: segment.identity, chunk: UInt16(chunk)), into: &decision)
      }
    }
    vanished = []
    return (count, true)
  }

  /// Snapshots that began in the future began at `latest`: those by our own clock at once, those by
  /// a server's when it can be no matter of skew. Gives by how many milliseconds the worst was off.
  mutating func capSnapshots(
    at now: Instant, wall: Instant, to latest: Instant, in space: KeySpace,
    into decision: inout Decision
  ) -> Int64? {
    var late: Int64?
    let shown = current?.source
    for source in ScanSource.allCases {
      guard var record = snapshots[.init(source)] else { continue }
      if record.began > (source == .directory ? wall : wall + Span.day) {
        late = max(late ?? 0, record.began - wall)
        record.began = latest
      }
      record.adopted = min(record.adopted, now)
      snapshots.put(record, at: .init(source), into: &decision)
    }
    if late != nil {
      if let shown { keepNewest(shown, into: &decision) }
      rebuildMap(in: space)
    }
    noteSourcesInUse()
    return late
  }

  /// The snapshot that the map shows stays the one that began last: the numbers in its record are
  /// the map's.
  private mutating func keepNewest(_ shown: ScanSource, into decision: inout Decision) {
    guard let began = snapshots[.init(shown)]?.began else { return }
    for source in ScanSource.allCases where source != shown {
      snapshots.update(.init(source), into: &decision) { $0.began = min($0.began, began - 1) }
    }
  }
}

// MARK: - Records of segments

extension Observed {
  /// Writes the records that differ from `before` (nil: from what is stored). What the step has no
  /// room for stays, in the map too, as its record says; false then.
  mutating func writeSegments(
    replacing before: (base: CoverageMap, vanished: [UInt64])?, in space: KeySpace,
    into decision: inout Decision
  ) -> Bool {
    var isWhole = true
    let isPlain = before?.vanished.isEmpty == true && vanished.isEmpty
    for (index, segment) in space.segments.enumerated() {
      let state = base.segmentState(index, in: space)
      let isSame = isPlain && before?.base.segmentState(index, in: space) == state
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        let key = SegmentRecord.Key(segment: segment.identity, chunk: UInt16(chunk))
        if isSame, segments[key]?.fingerprint == segment.fingerprint { continue }
        let record = SegmentRecord(chunk: chunk, of: state, segment: segment, vanished: vanished)
        if segments[key] == record { continue }
        if decision.room > 0 {
          segments.put(record, at: key, into: &decision)
        } else {
          isWhole = false
          show(chunk: chunk, of: index, in: space)
        }
      }
    }
    if !isWhole, vanished.allSatisfy({ $0 == 0 }) { vanished = [] }
    return isWhole
  }

  /// Makes the bits of a stretch what its record says; one that cannot be read says nothing.
  mutating func show(chunk: Int, of index: Int, in space: KeySpace) {
    let segment = space.segments[index]
    let stored = segments[.init(segment: segment.identity, chunk: UInt16(chunk))]
    let record = stored.flatMap { $0.fingerprint == segment.fingerprint ? $0 : nil }
    base.setChunk(chunk, of: index, record, in: space)
    let gone = record?.vanished ?? []
    if vanished.isEmpty {
      if gone.allSatisfy({ $0 == 0 }) { return }
      vanished = [UInt64](repeating: 0, count: space.bitCount / 64)
    }
    for (offset, word) in segment.words(ofChunk: chunk).enumerated() {
      vanished[word] = offset < gone.count ? gone[offset] : 0
    }
  }

  /// Whether there are records of segments that are no more.
  func hasDeadSegments(in space: KeySpace) -> Bool {
    segments.count > space.segments.reduce(0) { $0 + SegmentRecord.chunks($1.count) }
  }

  /// Deletes them, as many as this step has room for; true if none is left.
  mutating func dropSegments(in space: KeySpace, into decision: inout Decision) -> Bool {
    var live = Set<SegmentRecord.Key>()
    for segment in space.segments {
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        live.insert(.init(segment: segment.identity, chunk: UInt16(chunk)))
      }
    }
    for key in segments.sortedKeys where !live.contains(key) {
      guard decision.room > 0 else { return false }
      segments.remove(key, into: &decision)
    }
    return true
  }
}

extension KeySpace.Segment {
  /// The words of a plane that one record of it holds.
  fileprivate func words(ofChunk chunk: Int) -> Range<Int> {
    let all = words
    let first = all.lowerBound + chunk * (SegmentRecord.ordinalsMax / 64)
    return first..<min(first + SegmentRecord.ordinalsMax / 64, all.upperBound)
  }
}

extension SegmentRecord {
  /// How many records a segment of `count` ordinals takes.
  static func chunks(_ count: Int) -> Int { (count + ordinalsMax - 1) / ordinalsMax }

  init(chunk: Int, of state: SegmentState, segment: KeySpace.Segment, vanished: [UInt64]) {
    let first = chunk * SegmentRecord.ordinalsMax
    let last = min(first + SegmentRecord.ordinalsMax, segment.count)
    let words = first / 64..<(last + 63) / 64
    let plane = segment.base / 64
    let gone =
      vanished.isEmpty
      ? [] : Array(vanished[plane + words.lowerBound..<plane + words.upperBound])
    self.init(
      fingerprint: segment.fingerprint, present: Array(state.present[words]),
      undersized: Array(state.undersized[words]), early: Array(state.early[words]),
      times: state.times.isEmpty ? [] : Array(state.times[first..<last]),
      vanished: gone.contains { $0 != 0 } ? gone : [])
  }
}
