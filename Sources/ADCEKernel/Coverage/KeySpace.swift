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

  public init(desired: Desired, catalogs: [CatalogTable?], now: Instant) {
  }

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

  /// Appends the key's bytes.
  public func appendKey(of ordinal: Int, to bytes: inout [UInt8]) {}

  /// The values of its placeholders, and season, year and date where known; sorted by name.
  public func parameters(of ordinal: Int) -> [AttemptWork.Parameter] { [] }

  /// All columns of the catalog rows behind the key, sorted by name.
  public func columns(of ordinal: Int) -> [AttemptWork.Parameter] { [] }

  /// From this very moment on the object is expected.
  public func due(_ ordinal: Int) -> Instant { .distantPast }

  /// An object captured before it is *early*, and stale from it on.
  public func settled(_ ordinal: Int) -> Instant { .distantPast }

  /// The date that its priority looks at; nil if it has none.
  public func date(_ ordinal: Int) -> CivilDay? { nil }

  public func segmentIndex(of ordinal: Int) -> Int { 0 }

  /// The ordinal of a key, expected or future; nil if no type of basis keys names it.
  public func ordinal(of key: UnsafeRawBufferPointer) -> Int? { nil }

  /// A plane of the ordinals whose waiver in the definition holds; empty if there are no waivers.
  public func waived(at now: Instant) -> [UInt64] { [] }

  /// The earliest moment after `now` at which an ordinal becomes due; `.distantFuture` if none.
  public func nextDue(after now: Instant) -> Instant { .distantFuture }

  /// What `map`, made for `old`, says in this space: equal segments are kept, of changed ones each
  /// present key is rendered and matched. What was not expected before has no evidence yet.
  public func translate(_ map: CoverageMap, from old: KeySpace) -> CoverageMap {
    CoverageMap(for: self)
  }
}
