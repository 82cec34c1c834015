/// Where a snapshot of the lake came from.
public enum ScanSource: UInt8, Hashable, Sendable, CaseIterable {
  case inventory = 1
  case listing = 2
  case directory = 3

  public var name: String {
    switch self {
    case .inventory: "inventory"
    case .listing: "listing"
    case .directory: "directory"
    }
  }

  /// How much later than our own knowledge a snapshot must have begun to overrule it: a directory
  /// shows a rename at once, a listing is given a skewed clock, a report is eventually consistent
  /// (AWS, "Amazon S3 Inventory consistency": use HEAD before acting on it).
  var marginMilliseconds: Int64 {
    switch self {
    case .directory: 0
    case .listing: 5 * Span.minute
    case .inventory: Span.day
    }
  }
}

/// The last snapshot of each source that was adopted.
public struct SnapshotRecord: Record {
  public struct Key: RecordKey {
    public var source: ScanSource
    public init(_ source: ScanSource) { self.source = source }
    public static func < (a: Key, b: Key) -> Bool { a.source.rawValue < b.source.rawValue }
    public func encode(into encoder: inout Encoder) { encoder.put(source.rawValue) }
    public init(from decoder: inout Decoder) throws(DecodingFailure) {
      source = try decoder.enumeration(ScanSource.self)
    }
  }
  public static let table = TableID.snapshots
  public static let version: UInt8 = 1

  public struct TypeCount: Hashable, Sendable {
    public var type: NameID
    public var bytes: Int64
    public var surplus: Int
  }

  public struct SlotCount: Hashable, Sendable {
    /// `KeySpace.CountSlot.identity`.
    public var slot: Hash128
    public var found: Int
  }

  public struct Prefix: Hashable, Sendable {
    public var text: String
    public var objects: Int
  }

  /// When it began, by the wall clock of whoever made it.
  public var began: Instant
  /// When it was adopted, by our steady clock.
  public var adopted: Instant
  /// Identifies what was read (a manifest's hash), so that the same report is not read again.
  public var identity: Hash128
  public var space: Hash128
  public var objects: Int
  public var bytes: Int64
  public var unmatched: Int
  public var types: [TypeCount] = []
  public var slots: [SlotCount] = []
  public var unmatchedPrefixes: [Prefix] = []
  /// More than a tenth of what was present had gone: nothing that vanished becomes a task until
  /// another snapshot, or an operator, agrees.
  public var isDoubted = false

  public init(
    began: Instant, adopted: Instant, identity: Hash128, space: Hash128, objects: Int,
    bytes: Int64, unmatched: Int
  ) {
    self.began = began
    self.adopted = adopted
    self.identity = identity
    self.space = space
    self.objects = objects
    self.bytes = bytes
    self.unmatched = unmatched
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(began)
    encoder.put(adopted)
    encoder.put(identity)
    encoder.put(space)
    encoder.put(Int64(objects))
    encoder.put(bytes)
    encoder.put(Int64(unmatched))
    encoder.put(UInt32(types.count))
    for type in types {
      encoder.put(type.type.number)
      encoder.put(type.bytes)
      encoder.put(Int64(type.surplus))
    }
    encoder.put(UInt32(slots.count))
    for slot in slots {
      encoder.put(slot.slot)
      encoder.put(Int64(slot.found))
    }
    encoder.put(UInt32(unmatchedPrefixes.count))
    for prefix in unmatchedPrefixes {
      encoder.put(prefix.text)
      encoder.put(Int64(prefix.objects))
    }
    encoder.put(isDoubted)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    began = try decoder.instant()
    adopted = try decoder.instant()
    identity = try decoder.hash()
    space = try decoder.hash()
    objects = Int(try decoder.integer(Int64.self))
    bytes = try decoder.integer()
    unmatched = Int(try decoder.integer(Int64.self))
    for _ in 0..<(try decoder.count(ofBytes: 20)) {
      types.append(
        TypeCount(
          type: NameID(try decoder.integer()), bytes: try decoder.integer(),
          surplus: Int(try decoder.integer(Int64.self))))
    }
    for _ in 0..<(try decoder.count(ofBytes: 24)) {
      slots.append(
        SlotCount(slot: try decoder.hash(), found: Int(try decoder.integer(Int64.self))))
    }
    for _ in 0..<(try decoder.count(ofBytes: 12)) {
      unmatchedPrefixes.append(
        Prefix(text: try decoder.string(), objects: Int(try decoder.integer(Int64.self))))
    }
    isDoubted = try decoder.bool()
  }
}

/// A stretch of at most 8,192 ordinals of one segment, as the last snapshot saw it.
public struct SegmentRecord: Record {
  public static let ordinalsMax = 8192

  public struct Key: RecordKey {
    /// `KeySpace.Segment.identity`.
    public var segment: Hash128
    public var chunk: UInt16

    public static func < (a: Key, b: Key) -> Bool {
      (a.segment, a.chunk) < (b.segment, b.chunk)
    }
    public init(segment: Hash128, chunk: UInt16) {
      self.segment = segment
      self.chunk = chunk
    }
    public func encode(into encoder: inout Encoder) {
      encoder.putBigEndian(segment.high)
      encoder.putBigEndian(segment.low)
      encoder.putBigEndian(chunk)
    }
    public init(from decoder: inout Decoder) throws(DecodingFailure) {
      segment = Hash128(high: try decoder.bigEndian(), low: try decoder.bigEndian())
      chunk = try decoder.bigEndian()
    }
  }
  public static let table = TableID.segments
  public static let version: UInt8 = 1

  /// Of all that the bits depend on; a segment whose fingerprint differs cannot be read.
  public var fingerprint: Hash128
  public var present: [UInt64]
  public var undersized: [UInt64]
  public var early: [UInt64]
  /// Seconds since 1970 of what can still go stale, one an ordinal; empty where nothing can.
  public var times: [UInt32]
  /// Gone in a doubted snapshot; empty where nothing is.
  public var vanished: [UInt64] = []

  public func encode(into encoder: inout Encoder) {
    encoder.put(fingerprint)
    encoder.put(words: present)
    encoder.put(words: undersized)
    encoder.put(words: early)
    encoder.put(seconds: times)
    encoder.put(words: vanished)
  }

  public init(
    fingerprint: Hash128, present: [UInt64], undersized: [UInt64], early: [UInt64],
    times: [UInt32], vanished: [UInt64]
  ) {
    self.fingerprint = fingerprint
    self.present = present
    self.undersized = undersized
    self.early = early
    self.times = times
    self.vanished = vanished
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    fingerprint = try decoder.hash()
    present = try decoder.words()
    undersized = try decoder.words()
    early = try decoder.words()
    times = try decoder.seconds()
    vanished = try decoder.words()
  }
}

/// What we know of one key beyond the snapshot: the ledger.
public struct LedgerRecord: Record {
  public typealias Key = LakeKey
  public static let table = TableID.ledger
  public static let version: UInt8 = 1

  public enum Knowledge: UInt8, Hashable, Sendable {
    case written = 1
    case found = 2
    case notThere = 3
  }

  public var knowledge: Knowledge
  /// Zeros for `notThere`.
  public var facts: ObjectFacts
  /// When we came to know, by the wall clock: a snapshot that began later, by its source's
  /// margin, overrules the entry.
  public var known: Instant
  /// Of the body, where we stored it.
  public var contentHash: Hash128 = .zero
  /// The key, where its record key is only its hash.
  public var longKey: [UInt8] = []

  public init(knowledge: Knowledge, facts: ObjectFacts, known: Instant) {
    self.knowledge = knowledge
    self.facts = facts
    self.known = known
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(knowledge.rawValue)
    encoder.put(facts.bytes)
    encoder.put(facts.modifiedSeconds)
    encoder.put(known)
    encoder.put(contentHash)
    encoder.put(bytes: longKey)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    knowledge = try decoder.enumeration(Knowledge.self)
    facts = ObjectFacts(bytes: try decoder.integer(), modifiedSeconds: try decoder.integer())
    known = try decoder.instant()
    contentHash = try decoder.hash()
    longKey = try decoder.byteArray()
  }
}

/// What a key has been through; it outlives the key's tasks and is there only while it matters.
public struct KeyRecord: Record {
  public typealias Key = LakeKey
  public static let table = TableID.keys
  public static let version: UInt8 = 1

  /// When its first task was made, by the steady clock; its age counts from there.
  public var firstTask = Instant.distantFuture
  /// Since the last success, revival or retry by an operator.
  public var attempts: UInt16 = 0
  /// How often it was parked; the cool-down doubles each time.
  public var parked: UInt16 = 0
  public var lastFailure: FailureClass?
  /// No attempt and no new task before this, by the steady clock.
  public var notBefore = Instant.distantPast
  /// A look-up, a 304 or an equal hash showed the copy to be current then; seconds, wall clock.
  public var confirmedSeconds: Int64 = 0
  /// How often the source said 404 or 410, in a row.
  public var absent: UInt16 = 0
  /// An operator wants it not filled until then, wall clock; nil = not waived.
  public var waivedUntil: Instant?
  public var waivedReason = ""
  /// For what stands for a count: what was found when its last task was made.
  public var foundBefore: Int64 = -1
  /// The key, where its record key is only its hash.
  public var longKey: [UInt8] = []
  /// An attempt was cut off, and nobody has looked since whether it stored the object.
  public var isOutcomeUnknown = false

  public init() {}

  /// True if nothing in it matters any more.
  var isBlank: Bool {
    attempts == 0 && parked == 0 && lastFailure == nil && notBefore == .distantPast
      && confirmedSeconds == 0 && absent == 0 && waivedUntil == nil && foundBefore < 0
      && firstTask == .distantFuture && !isOutcomeUnknown
  }

  /// What outlives that the key is filled: that an operator wants nothing of it.
  var waiverAlone: KeyRecord {
    var result = KeyRecord()
    result.waivedUntil = waivedUntil
    result.waivedReason = waivedReason
    return result
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(firstTask)
    encoder.put(attempts)
    encoder.put(parked)
    encoder.put(lastFailure?.rawValue ?? 0)
    encoder.put(notBefore)
    encoder.put(confirmedSeconds)
    encoder.put(absent)
    encoder.put(optional: waivedUntil) { $0.put($1) }
    encoder.put(waivedReason)
    encoder.put(foundBefore)
    encoder.put(bytes: longKey)
    encoder.put(isOutcomeUnknown)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    firstTask = try decoder.instant()
    attempts = try decoder.integer()
    parked = try decoder.integer()
    lastFailure = FailureClass(rawValue: try decoder.integer())
    notBefore = try decoder.instant()
    confirmedSeconds = try decoder.integer()
    absent = try decoder.integer()
    waivedUntil = try decoder.optional { d throws(DecodingFailure) in try d.instant() }
    waivedReason = try decoder.string()
    foundBefore = try decoder.integer(default: -1)
    longKey = try decoder.byteArray()
    isOutcomeUnknown = try decoder.bool()
  }
}

/// The last good content of a catalog.
public struct CatalogRecord: Record {
  public typealias Key = NameID
  public static let table = TableID.catalogs
  public static let version: UInt8 = 1

  public var content: CatalogTable
  /// Of the content, so that an unchanged catalog is known without comparing it.
  public var fingerprint: Hash128

  public init(content: CatalogTable) {
    self.content = content
    self.fingerprint = content.fingerprint
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(UInt32(content.columns.count))
    for column in content.columns { encoder.put(column) }
    encoder.put(UInt32(content.rowCount))
    encoder.put(bytes: content.text)
    encoder.put(seconds: content.ends)
    encoder.put(fingerprint)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    var columns: [String] = []
    for _ in 0..<(try decoder.count(ofBytes: 4)) { columns.append(try decoder.string()) }
    let rowCount = Int(try decoder.integer(UInt32.self))
    let text = try decoder.byteArray()
    let ends = try decoder.seconds()
    guard
      let content = CatalogTable(columns: columns, rowCount: rowCount, text: text, ends: ends)
    else { throw .malformed("a catalog") }
    self.content = content
    fingerprint = try decoder.hash()
  }
}

extension CatalogTable {
  /// A table from its parts; nil if they do not fit each other.
  init?(columns: [String], rowCount: Int, text: [UInt8], ends: [UInt32]) {
    guard ends.count == rowCount * columns.count, ends.last.map(Int.init) ?? 0 <= text.count
    else { return nil }
    for i in ends.indices.dropFirst() where ends[i] < ends[i - 1] { return nil }
    self.init(columns: columns)
    restore(rowCount: rowCount, text: text, ends: ends)
  }

  /// A hash of columns and cells.
  public var fingerprint: Hash128 {
    var encoder = Encoder()
    for column in columns { encoder.put(column) }
    let header = Hash128(of: encoder.bytes)
    let shape = ends.withUnsafeBytes { Hash128(of: $0, seed: header.low) }
    return Hash128(of: text, seed: shape.low)
  }
}
