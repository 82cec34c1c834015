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
