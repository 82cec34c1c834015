import Collections

/// What the lake holds, in layers, newest wins: the last snapshot, then our own ledger, then what
/// showed a copy to be current. The layers are records; the maps are derived from them.
struct Observed: Sendable {
  var snapshots = Table<SnapshotRecord>()
  private(set) var segments = Table<SegmentRecord>()
  private(set) var ledger = LakeTable<LedgerRecord>()
  private(set) var keys = LakeTable<KeyRecord>()

  // Derived.
  /// As the last snapshot saw it.
  private(set) var base: CoverageMap
  /// With the ledger and the confirmations on top.
  private(set) var map: CoverageMap
  /// Gone in a doubted snapshot; empty where nothing is.
  private(set) var vanished: [UInt64] = []
  private var ledgerByAge = Heap<LedgerAge>()
  /// What came to be known before it is overruled by the current snapshot.
  private var shownFrom = Instant.distantPast
  /// `passedByAll`, kept.
  private var keptFrom = Instant.distantPast

  /// A ledger entry by when it came to be known. Entries of the heap that no longer agree with
  /// the ledger are skipped.
  struct LedgerAge: Comparable, Sendable {
    var known: Instant
    var ordinal: UInt32
    static func < (a: LedgerAge, b: LedgerAge) -> Bool {
      (a.known, a.ordinal) < (b.known, b.ordinal)
    }
  }

  init(space: KeySpace) {
    base = CoverageMap(for: space)
    map = base
  }

  var digest: Hash128 { snapshots.digest &+ segments.digest &+ ledger.digest &+ keys.digest }

  /// The snapshot that began last, which the map shows.
  var current: (source: ScanSource, record: SnapshotRecord)? {
    var result: (source: ScanSource, record: SnapshotRecord)?
    for source in ScanSource.allCases {
      guard let record = snapshots[.init(source)] else { continue }
      if result == nil || record.began > result!.record.began { result = (source, record) }
    }
    return result
  }
}

// MARK: - One key

extension Observed {
  /// Writes what we came to know of a key, and shows it.
  mutating func learn(
    _ record: LedgerRecord, at ordinal: Int, in space: KeySpace, into decision: inout Decision
  ) {
    ledger.put(record, at: ordinal, in: space, into: &decision)
    ledgerByAge.insert(LedgerAge(known: record.known, ordinal: UInt32(ordinal)))
    show(ordinal, in: space)
  }

  /// Writes a key's record, or deletes it once nothing in it matters.
  mutating func setKey(
    _ record: KeyRecord, at ordinal: Int, in space: KeySpace, into decision: inout Decision
  ) {
    let before = keys[ordinal]?.confirmedSeconds ?? 0
    if record.isBlank {
      keys.remove(at: ordinal, in: space, into: &decision)
    } else {
      keys.put(record, at: ordinal, in: space, into: &decision)
    }
    if record.confirmedSeconds != before { show(ordinal, in: space) }
  }

  /// The same for what stands for a count.
  mutating func setCount(_ record: KeyRecord, at key: LakeKey, into decision: inout Decision) {
    if record.isBlank {
      keys.remove(key, into: &decision)
    } else {
      keys.put(record, at: key, into: &decision)
    }
  }

  /// Computes one ordinal of the map anew from its layers.
  private mutating func show(_ ordinal: Int, in space: KeySpace) {
    map.copy(ordinal, from: base)
    overlay(ordinal, in: space)
  }

  private mutating func overlay(_ ordinal: Int, in space: KeySpace) {
    let confirmed = keys[ordinal]?.confirmedSeconds ?? 0
    if let entry = ledger[ordinal], entry.known >= shownFrom {
      switch entry.knowledge {
      case .notThere:
        map.clear(ordinal, in: space)
      case .written, .found:
        var facts = entry.facts
        facts.modifiedSeconds = max(facts.modifiedSeconds, confirmed)
        map.set(ordinal, facts: facts, in: space)
      }
    } else if confirmed > 0 {
      map.confirm(ordinal, seconds: confirmed, in: space)
    }
  }
}

// MARK: - Snapshots

extension Observed {
  /// Adopts a finished scan: commits what changed, and shows it under the newer layers. Returns
  /// how many objects have vanished if that is more than a tenth, so that it must be doubted.
  mutating func adopt(
    _ scan: Event.Scan, names: (Int) -> NameID, space: KeySpace, at now: Instant,
    into decision: inout Decision
  ) -> Int? {
    let wasDoubted = current?.record.isDoubted ?? false
    let before = (base, map.present)
    base = scan.map
    var record = SnapshotRecord(
      began: scan.began, adopted: now, identity: scan.identity, space: scan.space,
      objects: scan.map.objects, bytes: scan.map.bytes, unmatched: scan.map.unmatched)
    record.types = space.types.indices.map {
      .init(type: names($0), bytes: scan.map.bytesByType[$0], surplus: scan.map.surplusByType[$0])
    }
    record.slots = space.slots.indices.map {
      .init(slot: space.slots[$0].identity, found: scan.map.found[$0])
    }
    record.unmatchedPrefixes = scan.map.unmatchedPrefixes.largest(20)
    snapshots.put(record, at: .init(scan.source), into: &decision)
    rebuildMap(in: space)
    let gone = zip(before.1, map.present).map { $0 & ~$1 }
    let lost = gone.reduce(0) { $0 + $1.nonzeroBitCount }
    let had = before.1.reduce(0) { $0 + $1.nonzeroBitCount }
    // What a doubted snapshot lacked is believed when the next one lacks it too: it is lost no
    // more then.
    let isDoubted = lost * 10 > had
    vanished = isDoubted ? gone : []
    if isDoubted {
      snapshots.update(.init(scan.source), into: &decision) { $0.isDoubted = true }
    }
    writeSegments(replacing: before.0, hadVanished: wasDoubted, in: space, into: &decision)
    return isDoubted ? lost : nil
  }

  /// A scan found what was known already: the same report, or one older than what we have.
  mutating func touch(_ source: ScanSource, at now: Instant, into decision: inout Decision) {
    snapshots.update(.init(source), into: &decision) { $0.adopted = now }
    // It says which sources are in use, and so which entries may go.
    keptFrom = passedByAll
  }

  /// An operator agrees that what vanished is gone.
  mutating func acceptVanished(in space: KeySpace, into decision: inout Decision) -> Int {
    let count = vanished.reduce(0) { $0 + $1.nonzeroBitCount }
    guard count > 0, let source = current?.source else { return 0 }
    vanished = []
    snapshots.update(.init(source), into: &decision) { $0.isDoubted = false }
    writeSegments(replacing: nil, hadVanished: true, in: space, into: &decision)
    return count
  }

  /// Writes the records of the segments that differ from `before` (nil: all), deletes those of
  /// segments that are no more.
  private mutating func writeSegments(
    replacing before: CoverageMap?, hadVanished: Bool, in space: KeySpace,
    into decision: inout Decision
  ) {
    var live = Set<SegmentRecord.Key>()
    for (index, segment) in space.segments.enumerated() {
      let state = base.segmentState(index, in: space)
      let isSame =
        !hadVanished && vanished.isEmpty && before?.segmentState(index, in: space) == state
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        let key = SegmentRecord.Key(segment: segment.identity, chunk: UInt16(chunk))
        live.insert(key)
        if isSame, segments[key]?.fingerprint == segment.fingerprint { continue }
        segments.put(
          SegmentRecord(chunk: chunk, of: state, segment: segment, vanished: vanished),
          at: key, into: &decision)
      }
    }
    guard segments.count > live.count else { return }
    for key in segments.sortedKeys where !live.contains(key) {
      segments.remove(key, into: &decision)
    }
  }

  private mutating func rebuildMap(in space: KeySpace) {
    shownFrom =
      current.map { $0.record.began - $0.source.marginMilliseconds } ?? .distantPast
    keptFrom = passedByAll
    map = base
    for ordinal in ledger.rows.keys { overlay(Int(ordinal), in: space) }
    for (ordinal, row) in keys.rows where row.record.confirmedSeconds > 0 {
      if ledger[Int(ordinal)] == nil { overlay(Int(ordinal), in: space) }
    }
  }
}

// MARK: - The ledger's end

extension Observed {
  /// What came to be known before it has been overruled by every source in use: those adopted
  /// within seven days of the current one. Until then an entry may be needed again, where a report
  /// that is eventually consistent follows a listing.
  private var passedByAll: Instant {
    guard let current else { return .distantPast }
    var result = Instant.distantFuture
    for source in ScanSource.allCases {
      guard let record = snapshots[.init(source)],
        record.adopted >= current.record.adopted - 7 * Span.day
      else { continue }
      result = min(result, record.began - source.marginMilliseconds)
    }
    return result
  }

  /// Whether `retireLedger` has work.
  var hasRetirable: Bool {
    if let first = ledgerByAge.min, first.known < keptFrom { return true }
    return false
  }

  /// Deletes entries that every source in use has passed, at most `limit`.
  mutating func retireLedger(
    limit: Int, in space: KeySpace, into decision: inout Decision
  ) {
    var left = limit
    while let first = ledgerByAge.min, first.known < keptFrom {
      let ordinal = Int(first.ordinal)
      if ledger[ordinal]?.known == first.known {
        if left == 0 { return }
        left -= 1
        ledger.remove(at: ordinal, in: space, into: &decision)
      }
      ledgerByAge.removeMin()
    }
    guard left > 0, !ledger.others.isEmpty else { return }
    let end = keptFrom
    ledger.removeOthers(limit: left, keeping: { $1.known >= end }, into: &decision)
  }
}

// MARK: - Another key space, recovery

extension Observed {
  /// Takes everything to another key space. Equal segments are kept, changed ones translated.
  mutating func move(
    from old: KeySpace, to new: KeySpace, typeNames: (Int) -> NameID?,
    into decision: inout Decision
  ) {
    base = new.translate(base, from: old)
    // Numbers are those of the snapshot's record, as after a restart.
    if let snapshot = current?.record { restoreCounts(snapshot, typeNames, new) }
    if !vanished.isEmpty { vanished = new.translate(vanished, from: old) }
    ledger.reindex(from: old, to: new)
    keys.reindex(from: old, to: new)
    rebuildAges()
    writeSegments(replacing: nil, hadVanished: true, in: new, into: &decision)
    rebuildMap(in: new)
  }

  private mutating func rebuildAges() {
    ledgerByAge = Heap(
      ledger.rows.map { LedgerAge(known: $0.value.record.known, ordinal: $0.key) })
  }

  mutating func restoreLedger(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, in space: KeySpace
  ) throws(DecodingFailure) -> Hash128 {
    try ledger.restore(key: key, body: body, in: space)
  }

  mutating func restoreKey(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, in space: KeySpace
  ) throws(DecodingFailure) -> Hash128 {
    try keys.restore(key: key, body: body, in: space)
  }

  mutating func restoreSegment(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> Hash128 {
    try segments.restore(key: key, body: body).hash
  }

  /// Derives the maps once all records are there.
  mutating func finishRecovery(typeNames: (Int) -> NameID?, in space: KeySpace) {
    var plane = [UInt64](repeating: 0, count: space.bitCount / 64)
    var hasVanished = false
    for (index, segment) in space.segments.enumerated() {
      var state = SegmentState()
      var isWhole = true
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        let key = SegmentRecord.Key(segment: segment.identity, chunk: UInt16(chunk))
        guard let record = segments[key], record.fingerprint == segment.fingerprint else {
          isWhole = false
          break
        }
        state.present += record.present
        state.undersized += record.undersized
        state.early += record.early
        state.times += record.times
        let first = segment.base / 64 + chunk * (SegmentRecord.ordinalsMax / 64)
        for (offset, word) in record.vanished.enumerated() where word != 0 {
          plane[first + offset] = word
          hasVanished = true
        }
      }
      if isWhole { base.setSegment(index, state, in: space) }
    }
    vanished = hasVanished ? plane : []
    if let snapshot = current?.record { restoreCounts(snapshot, typeNames, space) }
    rebuildAges()
    rebuildMap(in: space)
  }

  private mutating func restoreCounts(
    _ snapshot: SnapshotRecord, _ typeNames: (Int) -> NameID?, _ space: KeySpace
  ) {
    var bytes = [Int64](repeating: 0, count: space.types.count)
    var surplus = [Int](repeating: 0, count: space.types.count)
    for index in space.types.indices {
      guard let name = typeNames(index),
        let count = snapshot.types.first(where: { $0.type == name })
      else { continue }
      bytes[index] = count.bytes
      surplus[index] = count.surplus
    }
    let found = space.slots.map { slot in
      snapshot.slots.first { $0.slot == slot.identity }?.found ?? 0
    }
    base.restoreCounts(snapshot, found: found, bytesByType: bytes, surplusByType: surplus)
  }
}

extension KeySpace {
  /// A plane of another space in this one: by key.
  fileprivate func translate(_ plane: [UInt64], from old: KeySpace) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: bitCount / 64)
    var isEmpty = true
    var key: [UInt8] = []
    for (word, bits) in plane.enumerated() where bits != 0 {
      for bit in Bits(bits) {
        key.removeAll(keepingCapacity: true)
        old.appendKey(of: word * 64 + bit, to: &key)
        guard let ordinal = key.withUnsafeBytes({ self.ordinal(of: $0) }) else { continue }
        result[ordinal >> 6] |= 1 << UInt64(ordinal & 63)
        isEmpty = false
      }
    }
    return isEmpty ? [] : result
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
