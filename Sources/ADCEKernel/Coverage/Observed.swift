import Collections

/// What the lake holds, in layers, newest wins: the last snapshot, then our own ledger, then what
/// showed a copy to be current. The layers are records; the maps are derived from them.
struct Observed: Sendable {
  var snapshots = Table<SnapshotRecord>()
  var segments = Table<SegmentRecord>()
  private(set) var ledger = LakeTable<LedgerRecord>()
  private(set) var keys = LakeTable<KeyRecord>()

  // Derived.
  /// As the last snapshot saw it.
  var base: CoverageMap
  /// With the ledger and the confirmations on top.
  private(set) var map: CoverageMap
  /// Gone in a doubted snapshot; empty where nothing is.
  var vanished: [UInt64] = []
  private var ledgerByAge = Heap<LedgerAge>()
  /// What came to be known before it is overruled by the current snapshot.
  private var shownFrom = Instant.distantPast
  /// `passedByAll`, kept.
  private var keptFrom = Instant.distantPast
  /// No entry of a key that is not expected came to be known before it; another moment than
  /// `keptFrom` where that is to be looked into.
  private var retiredOthersTo = Instant.distantPast

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

extension Observed {
  /// When a scan of any source last said something, by our steady clock.
  var lastAdopted: Instant? {
    ScanSource.allCases.compactMap { snapshots[.init($0)]?.adopted }.max()
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

// MARK: - The map

extension Observed {
  /// Lays everything over the current snapshot anew.
  mutating func rebuildMap(in space: KeySpace) {
    let from = current.map { $0.record.began - $0.source.marginMilliseconds } ?? .distantPast
    rebuildMap(shownFrom: from, in: space)
    noteSourcesInUse()
  }

  /// The same over a snapshot that overrules what came to be known before `from`.
  mutating func rebuildMap(shownFrom from: Instant, in space: KeySpace) {
    shownFrom = from
    map = base
    for ordinal in ledger.rows.keys { overlay(Int(ordinal), in: space) }
    for (ordinal, row) in keys.rows where row.record.confirmedSeconds > 0 {
      if ledger[Int(ordinal)] == nil { overlay(Int(ordinal), in: space) }
    }
  }

  /// A scan found what was known already: the same report, or one older than what we have.
  mutating func touch(_ source: ScanSource, at now: Instant, into decision: inout Decision) {
    snapshots.update(.init(source), into: &decision) { $0.adopted = now }
    noteSourcesInUse()
  }

  /// When sources were adopted says which are in use, and so which entries may go.
  mutating func noteSourcesInUse() { keptFrom = passedByAll }
}

// MARK: - The ledger's end

extension Observed {
  /// What came to be known in the future was known now (`wall`); true if none of it is left.
  mutating func capLedger(
    wall: Instant, in space: KeySpace, into decision: inout Decision
  ) -> Bool {
    let most = max(wall, current?.record.began ?? .distantPast)
    while let last = ledgerByAge.max, last.known > most {
      let ordinal = Int(last.ordinal)
      if var entry = ledger[ordinal], entry.known == last.known {
        guard decision.room > 0 else { return false }
        entry.known = most
        learn(entry, at: ordinal, in: space, into: &decision)
      }
      ledgerByAge.removeMax()
    }
    for (key, entry) in ledger.sortedOthers where entry.known > most {
      guard decision.room > 0 else { return false }
      var entry = entry
      entry.known = most
      ledger.put(entry, at: key, into: &decision)
    }
    return true
  }

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
    guard left > 0, retiredOthersTo != keptFrom else { return }
    let end = keptFrom
    // A pass over all of them, so only when there may be some to go.
    if ledger.removeOthers(limit: left, keeping: { $1.known >= end }, into: &decision) {
      retiredOthersTo = end
    }
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
    // What is not expected in the new space has lost its bits: should the old one come back, the
    // snapshots are no scans of it any more.
    for source in ScanSource.allCases {
      snapshots.update(.init(source), into: &decision) { $0.space = .zero }
    }
    // Numbers are those of the snapshot's record, as after a restart.
    if let snapshot = current?.record { restoreCounts(snapshot, typeNames, new) }
    if !vanished.isEmpty { vanished = new.translate(vanished, from: old) }
    ledger.reindex(from: old, to: new)
    keys.reindex(from: old, to: new)
    rebuildAges()
    // What this step has no room for is forgotten; a scan for the new space follows.
    _ = writeSegments(replacing: nil, in: new, into: &decision)
    rebuildMap(in: new)
  }

  private mutating func rebuildAges() {
    // Among the keys that are not expected there are others now.
    retiredOthersTo = .distantPast
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
    vanished = []
    for (index, segment) in space.segments.enumerated() {
      for chunk in 0..<SegmentRecord.chunks(segment.count) {
        show(chunk: chunk, of: index, in: space)
      }
    }
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
