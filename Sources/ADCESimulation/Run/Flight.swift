import ADCEKernel

/// An attempt under way.
struct Flight {
  /// What its source and its scraper make of one object.
  enum Outcome: Hashable {
    /// The source answers with the object.
    case answered
    case failed(FailureClass)
    /// The scraper did not come to it.
    case untouched
  }

  struct Item {
    /// Index into the task's keys.
    var index: Int
    /// Number in the world.
    var object: Int
    var outcome: Outcome
    /// The lake held a copy when the work was given out, and it was long enough.
    var isRefresh: Bool
  }

  var type: Int
  var source: Int
  var scraper: String
  var items: [Item]
  var failure: FailureClass?
  var requests: Int
  var retryAfterMilliseconds: Int64?
  var endsAt: Instant
  var isCancelled = false
}

/// What is so of the lake beside its objects.
struct LakeState {
  /// Changes that nobody has told the process of.
  private(set) var foreignChanges = 0
  private(set) var lastForeign = Instant.distantPast
  /// The last report, and the one before it.
  var reports: [Report] = []
  /// The last scan that was handed over, other than a report.
  var lastScan: ScanUnderWay?
  /// Copies that were shown to be current, and when.
  var confirmed: [Int: Instant] = [:]
  /// Those of them that may not be known any more.
  var unsure: Set<Int> = []

  struct Report {
    /// When it says that it began.
    var claims: Instant
    var holdings: World.Holdings
    var identity: Hash128
    var foreignChanges: Int
  }

  /// What was shown to be current may not be known any more.
  mutating func forgetConfirmations() { unsure.formUnion(confirmed.keys) }

  mutating func changedByOthers(_ now: Instant) {
    foreignChanges += 1
    lastForeign = now
  }
}

/// What operators and the owner have done.
struct OwnerState {
  /// What they asked for while nobody was there to hear it.
  var owed: [Event] = []
  /// Objects that are perhaps not to be filled, until when by the wall clock; and those that surely
  /// are not.
  var waived: [Int: Instant] = [:]
  var surelyWaived: [Int: Instant] = [:]
  /// The day of the catalogs that the process goes by; nil = nobody knows.
  var catalogsOf: Int32?
  /// When a definition was last edited, or a clock or a catalog set right: what was before it says
  /// nothing of now.
  var unsettledUntil = Instant.distantPast
  var requests: UInt64 = 0
  /// What was asked for and is not yet answered.
  var asked: [UInt64: Request.Action] = [:]
  /// Sources, by name, that were paused and are not to be asked; everything under nil.
  var paused: Set<String?> = []
}
