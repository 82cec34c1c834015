/// Execution: a run begins when enough tasks are ready, admits attempts, and ends in a
/// reconciliation.
///
///     idle ──▶ running ──▶ idle
///                 └──▶ ending ──▶ idle      (its time is over: admits no more)
public struct Run: Hashable, Sendable {
  public enum Phase: UInt8, Hashable, Sendable {
    /// Admits nothing. Can transition to running.
    case idle = 0
    /// Admits. Can transition to ending, idle.
    case running = 1
    /// Admits nothing more, waits for what is running. Can transition to idle.
    case ending = 2
  }

  /// What the process was started for; it decides when the kernel says `finished`.
  public enum Mode: UInt8, Hashable, Sendable {
    /// Goes round for ever.
    case loop = 0
    /// Reconcile, execute, reconcile, finished.
    case once = 1
    /// One cycle, no run, finished.
    case reconcile = 2
    /// Another process reads a copy of the state: decides nothing by itself.
    case observer = 3
  }

  /// Where `once` and `reconcile` stand.
  public enum OnceStep: UInt8, Hashable, Sendable {
    case reconciling = 0
    case executing = 1
    case reconcilingAgain = 2
    case finished = 3
    /// The last cycle is over, and tasks are still being made of its gaps.
    case makingTasks = 4
  }

  public var phase = Phase.idle
  /// Until the first `started`, a kernel without a past only looks on.
  public var mode = Mode.observer
  public var onceStep = OnceStep.reconciling
  /// `once`: how long nothing may be able to start before it is over.
  public var waitMilliseconds: Int64 = 60_000
  public var began = Instant.distantPast
  /// Counts runs begun.
  public var number: UInt64 = 0
  /// Since when fewer tasks than `minTasksToTrigger`, but more than none, have been ready.
  public var fewSince: Instant?
  /// Whole system: nothing is admitted until an operator resumes it.
  public var isPaused = false
  /// SIGTERM: nothing is admitted; `drained` follows when nothing is running.
  public var isDraining = false
  public var hasSaidDrained = false
  /// A task of basis count has run since the last scan, so that only a scan tells what it did.
  public var needsScan = false
  /// Set by whatever may have made a gap free for a task; a pass over all gaps clears it.
  public var gapsMayBeFree = true
  /// No gap becomes free for a task before this, unless something happens.
  public var materialisedUntil = Instant.distantPast
  /// The definition was edited: until a cycle has come to its end, what it newly expects may be there
  /// without our knowing, and no task is made.
  public var awaitsCycle = false

  public init() {}

  func encode(into encoder: inout Encoder) {
    encoder.put(phase.rawValue)
    encoder.put(mode.rawValue)
    encoder.put(onceStep.rawValue)
    encoder.put(waitMilliseconds)
    encoder.put(began)
    encoder.put(number)
    encoder.put(optional: fewSince) { $0.put($1) }
    encoder.put(isPaused)
    encoder.put(isDraining)
    encoder.put(hasSaidDrained)
    encoder.put(needsScan)
    encoder.put(gapsMayBeFree)
    encoder.put(materialisedUntil)
    encoder.put(awaitsCycle)
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    phase = try decoder.enumeration(Phase.self)
    mode = try decoder.enumeration(Mode.self)
    onceStep = try decoder.enumeration(OnceStep.self)
    waitMilliseconds = try decoder.integer()
    began = try decoder.instant()
    number = try decoder.integer()
    fewSince = try decoder.optional { d throws(DecodingFailure) in try d.instant() }
    isPaused = try decoder.bool()
    isDraining = try decoder.bool()
    hasSaidDrained = try decoder.bool()
    needsScan = try decoder.bool()
    gapsMayBeFree = decoder.isAtEnd ? true : try decoder.bool()
    materialisedUntil = try decoder.instant()
    awaitsCycle = try decoder.bool()
  }
}
