/// What is wrong with one object; one kind each, in this order of precedence.
public enum GapKind: UInt8, Hashable, Comparable, Sendable, CaseIterable {
  /// Due and not there.
  case missing = 0
  /// Smaller than its data type's minimum.
  case undersized = 1
  /// There, but a newer copy is wanted.
  case stale = 2

  public static func < (a: GapKind, b: GapKind) -> Bool { a.rawValue < b.rawValue }

  public var name: String {
    switch self {
    case .missing: "missing"
    case .undersized: "undersized"
    case .stale: "stale"
    }
  }
}

/// Gaps of one segment, kind and priority: those among `ordinals`, which lie in order of due.
public struct GapGroup: Hashable, Sendable {
  public var type: Int
  public var segment: Int
  public var kind: GapKind
  public var priority: Priority
  public var ordinals: Range<Int>
  /// At least 1.
  public var count: Int
}

/// A count slot that lacks objects.
public struct CountedGap: Hashable, Sendable {
  /// Index into `KeySpace.slots`.
  public var slot: Int
  /// At least 1.
  public var missing: Int
  public var priority: Priority
}

/// HAVE against SHOULD at one moment: completeness, gaps, and when that changes by itself.
public struct Analysis: Sendable {
  /// Numbers of objects; `missing + present = expected`, and the stale and undersized are present.
  public struct Numbers: Hashable, Sendable {
    public var expected = 0
    public var present = 0
    public var missing = 0
    public var stale = 0
    public var undersized = 0
    /// Expected but for those missing that are waived or known to be absent.
    public var attainable = 0

    public init() {}

    /// Present of expected in millionths, rounded down; 1,000,000 if nothing is expected.
    public var completenessMicro: Int64 { Numbers.micro(present, of: expected) }
    /// Present of attainable in millionths, rounded down; 1,000,000 if nothing is attainable.
    public var attainableMicro: Int64 { Numbers.micro(present, of: attainable) }

    static func micro(_ part: Int, of whole: Int) -> Int64 {
      whole == 0 ? 1_000_000 : Int64(part) * 1_000_000 / Int64(whole)
    }

    public static func += (sum: inout Numbers, more: Numbers) {
      sum.expected += more.expected
      sum.present += more.present
      sum.missing += more.missing
      sum.stale += more.stale
      sum.undersized += more.undersized
      sum.attainable += more.attainable
    }
  }

  /// Of keys.
  public internal(set) var total = Numbers()
  /// By `KeySpace.types`. Of a type of basis count: expected, present and missing of its count.
  public internal(set) var byType: [Numbers] = []
  /// By `KeySpace.segments`.
  public internal(set) var bySegment: [Numbers] = []
  /// Sum of the types of basis count.
  public internal(set) var counted = Numbers()
  /// By type: objects found beyond what is expected.
  public internal(set) var surplusByType: [Int] = []
  /// Of keys, by priority.
  public internal(set) var gapsByPriority = [0, 0, 0, 0]
  /// All gaps of keys, in the order of (segment, kind, priority).
  public internal(set) var groups: [GapGroup] = []
  /// By slot.
  public internal(set) var countedGaps: [CountedGap] = []
  /// The next moment at which time alone may change any of this.
  public internal(set) var nextChange: Instant = .distantFuture

  /// `unattainable` is a plane of the ordinals that are waived or known absent; it may be empty.
  public init(
    space: KeySpace, map: CoverageMap, desired: Desired, policy: Configuration.GapPolicy,
    now: Instant, unattainable: [UInt64]
  ) {}

  /// Calls `body` with each gap of a group in order of due, until it returns false. The arguments
  /// must be those that the analysis was made with.
  public static func forEachGap(
    in group: GapGroup, space: KeySpace, map: CoverageMap, now: Instant, desired: Desired,
    policy: Configuration.GapPolicy, _ body: (Int) -> Bool
  ) {}
}
