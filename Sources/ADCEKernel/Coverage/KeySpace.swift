/// Every object that the lake should hold, each with an *ordinal*, laid out by data type, season
/// (or none), time due, pattern, key. What is due is then a prefix of each segment, completeness
/// is a popcount of a range, and the next moment at which anything becomes due is one look-up.
///
/// Immutable, and built anew when the definition or a catalog changes. It holds no text per
/// object: a key is rendered from its pattern and the rows and values behind it.
public struct KeySpace: Sendable {
  /// Of everything that the meaning of a bit or of a count depends on.
  public internal(set) var fingerprint: Hash128 = .zero
  public internal(set) var findings: [Finding] = []
  /// One a (source, data type), in file order; those of disabled sources too.
  public internal(set) var types: [TypeSpace] = []
  /// By ascending base.
  public internal(set) var segments: [Segment] = []
  /// Ordinals lie below it; a multiple of 64.
  public internal(set) var bitCount: Int = 0
  /// One a counted (type, season), or a type that is counted as a whole.
  public internal(set) var slots: [CountSlot] = []

  // What follows is the representation. Arrays by ordinal also have (meaningless) entries for the
  // ordinals between a segment's end and the next multiple of 64.
  var store = KeyStore()
  /// By ordinal.
  var names: [KeyStore.Name] = []
  /// By ordinal, an index into `moments`: neighbours share theirs.
  var momentIndexes: [UInt32] = []
  var moments: [KeyMoment] = []
  /// A plane: the object has a date, so that it is stale by having been captured early.
  var dated: [UInt64] = []
  /// By word of a plane.
  var bounds: [WordBounds] = []
  /// By word of a plane, its segment.
  var wordSegments: [UInt32] = []
  /// By segment.
  var seasonTexts: [KeyStore.SeasonText] = []
  /// By segment: what to add to an ordinal to find its time in `CoverageMap.times`; nil if its
  /// times are not kept.
  var timeOffsets: [Int?] = []
  var timeCount = 0
  var table = KeyTable(capacity: 0)
  /// Patterns that are matched by shape, in the order in which they claim a key.
  var shapes: [Shape] = []
  /// By type.
  var rules: [TypeRule] = []
  /// By type: of the names of source and type.
  var typeIdentities: [Hash128] = []
  var catalogTables: [CatalogTable?] = []
  /// What the definition waives, by when that ends.
  var waivers: [WaivedKeys] = []
  /// When the next season of any type begins.
  var nextSeasonStart: Instant = .distantFuture

  /// Total: whatever the definition and the catalogs hold, it comes to an end without a trap.
  ///
  /// `catalogs` come in the order of `Desired.catalogs`; nil is one that is unknown. A data type
  /// whose patterns yield more than `keyLimit` keys, together with those before it, is unbounded.
  public init(
    desired: Desired, catalogs: [CatalogTable?], now: Instant, keyLimit: Int = 50_000_000
  ) {
    var builder = KeySpaceBuilder(
      desired: desired, tables: catalogs, now: now, keyLimit: min(keyLimit, KeyTable.indexMax))
    self = builder.build()
  }

  /// A space of nothing, for the builder to fill.
  init() {}

  /// By what a data type's completeness is known, CONFIG.md §5 (Basis).
  public enum Basis: UInt8, Hashable, Sendable { case keys, count, unbounded }

  public struct TypeSpace: Hashable, Sendable {
    /// Index into `Desired.sources`.
    public var source: Int
    /// Index into that source's data types.
    public var dataType: Int
    public var basis: Basis
    public var segments: Range<Int>
    public var slots: Range<Int>
    public var enabled: Bool
  }

  /// A season with its moments; it is open while `start ≤ now < end`.
  public struct Season: Hashable, Sendable {
    public var name: String
    public var start: Instant
    public var end: Instant
    /// When the season after it ends: until then it is the previous one.
    public var nextEnd: Instant
  }

  /// The ordinals of one (data type, season): `base ..< base + count`.
  public struct Segment: Hashable, Sendable {
    /// Index into `KeySpace.types`.
    public var type: Int
    public var season: Season?
    /// A multiple of 64.
    public var base: Int
    /// At least 1.
    public var count: Int
    /// Of the names of source, type and season, and of the season's start: what the segment is
    /// called, whatever it holds. Unique within a space.
    public var identity: Hash128
    /// Of all that its bits depend on.
    public var fingerprint: Hash128
    /// Whether its objects' LastModified is kept, because age can still make them stale.
    public var tracksTimes: Bool
  }

  public struct CountSlot: Hashable, Sendable {
    /// Index into `KeySpace.types`.
    public var type: Int
    /// nil: the type is counted as a whole.
    public var season: Season?
    public var expected: Int
    /// Of the names of source, type and season, and of the season's start.
    public var identity: Hash128
  }

}

/// When a key is expected, and which date its priority looks at.
struct KeyMoment: Hashable, Sendable {
  /// Milliseconds since 1970.
  var due: Int64
  var settled: Int64
  /// Days since 1970; `CatalogRows.Moment.noDate` if it has none.
  var date: Int32
}

/// Of 64 neighbouring ordinals, so that whole words are judged at once.
struct WordBounds: Hashable, Sendable {
  var settledMin = Int64.max
  var settledMax = Int64.min
  /// Of those with a date.
  var dateMin = Int32.max
  var dateMax = Int32.min
}

/// What of a data type decides the bits of an object.
struct TypeRule: Hashable, Sendable {
  var minBytes: Int64
  var freshness: Desired.Freshness
  var freshnessMilliseconds: Int64?
}
