public import ADCEKernel

/// What a simulation came to.
public struct SimulationReport: Sendable {
  public enum Verdict: String, Sendable {
    case pass
    /// Something happened that must never happen.
    case safety
    /// What must happen in the end did not.
    case liveness
    /// A step was not as it was recorded.
    case differs
    /// The budget of steps was spent before either could be told.
    case unknown

    /// By sysexits.h and the command line contract.
    public var exitCode: Int32 {
      switch self {
      case .pass: 0
      case .safety: 65
      case .liveness: 66
      case .differs: 67
      case .unknown: 70
      }
    }
  }

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

  /// More than any scenario takes that comes to an end.
  static let stepsMax: UInt64 = 20_000_000

  public let seed: UInt64
  /// Objects due when it began.
  public let objects: Int
  public var verdict: Verdict?
  /// It was told to stop before its end: there is no verdict.
  public internal(set) var isCut = false
  /// The promise that was broken first.
  public internal(set) var broken: Promise?
  public var digest = ""
  /// Over all steps: two runs of one scenario have the same.
  public var trace = Hash128.zero
  public var steps: UInt64 = 0
  var stepsAtOnce = 0
  public var mutations = 0
  public var effects = 0
  public var commits = 0
  /// Of keys and records, in these commits.
  public var bytesCommitted: Int64 = 0
  var commitsTried: UInt64 = 0
  public var simulatedSeconds: Int64 = 0
  public var cycles = 0
  public var cyclesFailed = 0
  public var runs = 0
  public var crashes: UInt64 = 0
  public var reopened: UInt64 = 0
  public var lookUps = 0
  public var gapChecks = 0
  public var tasksMade = 0
  public var tasksByState: [(name: String, count: Int)] = []
  public var attempts = 0
  /// Requests that reached a source.
  public var requests = 0
  /// At the end, by the world's own count.
  public var expected = 0
  public var missing = 0
  /// Requests for what the lake held already, in good shape, whether or not anybody could know.
  public var needlessRequests = 0
  /// How long after the faults everything was there that could be had.
  public var convergedAfter: Int64?
  public var success = Success()
  /// What has gone wrong, how often, by class.
  public var faults: [(kind: FaultClass, count: Int)] = []
  public var coverage = TransitionCoverage()
  public var violations: [String] = []

  init(seed: UInt64, objects: Int) {
    self.seed = seed
    self.objects = objects
  }

  public var exitCode: Int32 { isCut && verdict == nil ? 0 : (verdict ?? .unknown).exitCode }
}
