internal import ADCEKernel

/// What has happened since this process began, counted on the host's thread.
struct Tally: Sendable {
  struct Attempts: Sendable {
    /// By outcome: 0 = succeeded, then `FailureClass`.
    var byOutcome = [Int](repeating: 0, count: Outcome.count)
    /// Of those whose start was seen.
    var milliseconds: Int64 = 0
    var timed = 0
  }

  enum Outcome {
    static let count = (FailureClass.allCases.map { Int($0.rawValue) }.max() ?? 0) + 1

    /// Its name as a label; nil for a number that no outcome has.
    static func name(_ index: Int) -> String? {
      if index == 0 { return "succeeded" }
      return switch FailureClass(rawValue: UInt8(index)) {
      case .transient: "transient"
      case .throttled: "throttled"
      case .absent: "absent"
      case .refused: "refused"
      case .invalid: "invalid"
      case .scraperFault: "scraper_fault"
      case .ownFault: "own_fault"
      case nil: nil
      }
    }
  }

  /// More scrapers than that are counted together: labels are bounded, whatever is reloaded.
  static let scrapersMax = 1000
  static let others = "(others)"

  private(set) var attempts: [String: Attempts] = [:]
  private(set) var objectsStored = 0
  private(set) var bytesStored: Int64 = 0
  private(set) var alerts: [String: Int] = [:]
  private(set) var cyclesFailed = 0
  var timings = Host.Timings()
  var steps = 0

  mutating func count(_ end: AttemptEnd, of attempt: AttemptGauge, at now: Instant) {
    let isKnown = attempts[attempt.scraper] != nil || attempts.count < Tally.scrapersMax
    let name = isKnown ? attempt.scraper : Tally.others
    var tally = attempts[name] ?? Attempts()
    tally.byOutcome[Tally.outcome(end)] += 1
    tally.milliseconds += max(0, now - attempt.started)
    tally.timed += 1
    attempts[name] = tally
    for case .stored(let facts, _) in end.items.map(\.result) {
      objectsStored += 1
      bytesStored += facts.bytes
    }
  }

  mutating func count(_ effect: Effect) {
    switch effect {
    case .cycleFailed: cyclesFailed += 1
    case .alert(let alert): alerts["\(alert.kind)", default: 0] += 1
    default: break
    }
  }

  /// The first thing that went wrong says what became of an attempt.
  private static func outcome(_ end: AttemptEnd) -> Int {
    if let failure = end.failure { return Int(failure.rawValue) }
    for case .failed(let failure) in end.items.map(\.result) { return Int(failure.rawValue) }
    return 0
  }
}
