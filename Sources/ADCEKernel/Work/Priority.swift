/// A gap's priority, most urgent first.
public enum Priority: UInt8, Hashable, Comparable, Sendable, CaseIterable {
  case critical = 0
  case high = 1
  case medium = 2
  case low = 3

  public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }

  /// One level less urgent; LOW stays LOW.
  public var lowered: Priority { Priority(rawValue: min(rawValue + 1, 3)) ?? .low }

  public var name: String {
    switch self {
    case .critical: "critical"
    case .high: "high"
    case .medium: "medium"
    case .low: "low"
    }
  }
}
