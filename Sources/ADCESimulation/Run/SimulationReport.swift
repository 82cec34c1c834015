/// What a simulation came to.
public struct SimulationReport: Sendable {
  public struct Success: Hashable, Sendable {
    /// Objects that were tried and could be had at all.
    public var attempted = 0
    /// Of these: stored by the first attempt.
    public var first = 0
    /// Stored within the attempts of their first task, before it was parked.
    public var withinAttempts = 0
    /// Stored in the end.
    public var inTheEnd = 0

    public static func percent(_ part: Int, of whole: Int) -> Double {
      whole == 0 ? 100 : Double(part * 1_000_000 / whole) / 10_000
    }
  }

  public let seed: UInt64
  /// Objects due when it began.
  public let objects: Int
  public var digest = ""
  public var steps = 0
  public var mutations = 0
  public var simulatedSeconds: Int64 = 0
  public var cycles = 0
  public var runs = 0
  public var crashes = 0
  public var tasksMade = 0
  public var tasksByState: [(name: String, count: Int)] = []
  public var attempts = 0
  /// At the end, by the world's own count.
  public var expected = 0
  public var missing = 0
  /// Requests for what the lake held already, in good shape.
  public var needlessRequests = 0
  public var success = Success()
  public var violations: [String] = []

  init(seed: UInt64, objects: Int) {
    self.seed = seed
    self.objects = objects
  }
}
