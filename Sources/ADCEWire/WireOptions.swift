public import ADCESimulation

/// How a world is served over HTTP.
public struct WireOptions: Sendable {
  /// 0 = any free port.
  public var port = 0
  /// Of the world, its bodies and its faults.
  public var seed: UInt64 = 1
  public var plan: WorldPlan
  /// Objects that are due and that the lake lacks at the beginning.
  public var missing: Missing
  public var profile = WireProfile.none
  /// Before each answer of a source.
  public var latencyMilliseconds: Int64 = 0
  /// One line a request is appended: milliseconds since 1970, method, target, status (0 = none was
  /// sent), parted by spaces.
  public var logFile: String?
  /// The server ends by itself after that long.
  public var lifetimeMilliseconds: Int64 = 3_600_000

  /// How many objects are missing.
  public enum Missing: Hashable, Sendable {
    case count(Int)
    /// In thousandths of the objects that are due.
    case thousandths(Int)
  }

  /// - Parameters:
  ///   - isSmall: some hundred objects instead of 172,754.
  ///   - requestsPerMinute: of each source; nil = as the plan says.
  public init(isSmall: Bool, requestsPerMinute: Int? = nil) {
    plan = isSmall ? .small : .full
    // The clock is the real one, by which the season of the plan is over: nothing is to come.
    plan.gamesPerDay = 0
    plan.holesMicro = 0
    if let requestsPerMinute { plan.requestsPerMinute = requestsPerMinute }
    missing = .thousandths(isSmall ? 300 : 64)
  }
}

/// The one client that the lake knows.
public enum WireKeys {
  public static let accessKeyID = "adce-wire"
  public static let secretAccessKey = "adce-wire-secret"
  public static let region = "us-east-1"
  public static let bucket = "lake"
}
