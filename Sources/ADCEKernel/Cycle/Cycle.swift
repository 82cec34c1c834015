/// Reconciliation: load the catalogs, scan the lake, compare, make tasks.
///
///     idle ──▶ loadingCatalogs ──▶ scanning ──▶ idle
///                   │    └──(the last scan is young enough)──▶ idle
///                   └────────────────┴──(failed)──▶ retrying ──▶ loadingCatalogs
public struct Cycle: Hashable, Sendable {
  public enum Phase: UInt8, Hashable, Sendable {
    /// Nothing under way. Can transition to loadingCatalogs.
    case idle = 0
    /// Waits for `catalogsLoaded`. Can transition to scanning, idle, retrying.
    case loadingCatalogs = 1
    /// Waits for `scanFinished`. Can transition to idle, retrying.
    case scanning = 2
    /// A failed cycle waits for its next try. Can transition to loadingCatalogs.
    case retrying = 3
  }

  public enum Reason: UInt8, Hashable, Sendable {
    case started = 1
    case interval = 2
    case afterRun = 3
    case requested = 4
    case configuration = 5
  }

  /// Whether the cycle must look at the lake itself.
  public enum Scan: UInt8, Hashable, Sendable {
    /// Only if the last scan is older than a quarter of the interval.
    case ifOld = 0
    case always = 1
  }

  public var phase = Phase.idle
  /// Counts cycles begun; the number of the one under way or the last one.
  public var number: UInt64 = 0
  public var reason = Reason.started
  public var scan = Scan.ifOld
  /// Answers to older tickets are late: ignored.
  public var ticket: UInt64 = 0
  public var began = Instant.distantPast
  /// When the last cycle that came to its end did so.
  public var finished = Instant.distantPast
  public var completed: UInt64 = 0
  public var failedInARow: UInt32 = 0
  /// While idle or retrying: when the next one begins by itself.
  public var nextAt = Instant.distantPast
  /// A cycle asked for while one was under way begins when it ends.
  public var isQueued = false
  public var queuedScan = Scan.ifOld
  public var queuedReason = Reason.requested
  /// The wall clock for which the key space was built, in milliseconds; nil before the first.
  public var spaceBuiltMilliseconds: Int64?
  /// The wall clock of the last analysis, and when time alone changes its answer.
  public var analysed = Instant.distantPast
  public var nextChange = Instant.distantFuture
  /// Scans turned away in a row because the key space had changed meanwhile.
  public var turnedAway: UInt32 = 0

  public init() {}

  func encode(into encoder: inout Encoder) {
    encoder.put(phase.rawValue)
    encoder.put(number)
    encoder.put(reason.rawValue)
    encoder.put(scan.rawValue)
    encoder.put(ticket)
    encoder.put(began)
    encoder.put(finished)
    encoder.put(completed)
    encoder.put(failedInARow)
    encoder.put(nextAt)
    encoder.put(isQueued)
    encoder.put(queuedScan.rawValue)
    encoder.put(optional: spaceBuiltMilliseconds) { $0.put($1) }
    encoder.put(analysed)
    encoder.put(nextChange)
    encoder.put(turnedAway)
    encoder.put(queuedReason.rawValue)
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    phase = try decoder.enumeration(Phase.self)
    number = try decoder.integer()
    reason = try decoder.enumeration(Reason.self)
    scan = try decoder.enumeration(Scan.self)
    ticket = try decoder.integer()
    began = try decoder.instant()
    finished = try decoder.instant()
    completed = try decoder.integer()
    failedInARow = try decoder.integer()
    nextAt = try decoder.instant()
    isQueued = try decoder.bool()
    queuedScan = try decoder.enumeration(Scan.self)
    spaceBuiltMilliseconds = try decoder.optional { d throws(DecodingFailure) in
      try d.integer(Int64.self)
    }
    analysed = try decoder.instant()
    nextChange = try decoder.instant()
    turnedAway = try decoder.integer()
    queuedReason = decoder.isAtEnd ? .requested : try decoder.enumeration(Reason.self)
  }
}
