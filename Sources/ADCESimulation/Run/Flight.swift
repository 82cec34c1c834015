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
    /// What has become of it, once its scraper is through with it.
    var result: ItemResult?
  }

  var source: Int
  var scraper: String
  /// It stores one object after the other, else all at its end.
  var isCommand: Bool
  var items: [Item]
  var failure: FailureClass?
  /// When each of its requests leaves.
  var sent: [Instant] = []
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
  /// The last ones that were handed over, the newest last.
  private(set) var looks: [Look] = []
  /// When the newest look at the lake itself began; a report is somebody else's look.
  private(set) var lastScanBegins: Instant?
  /// Copies that were shown to be current, and when.
  var confirmed: [Int: Instant] = [:]
  /// Those of them that may not be known any more.
  var unsure: Set<Int> = []

  struct Report {
    /// When it says that it began; and when what it says was so.
    var claims: Instant
    var captured: Instant
    var holdings: World.Holdings
    var identity: Hash128
    /// Changes to the lake by others until then.
    var foreignChanges: Int
  }

  /// What was seen of the lake.
  struct Look {
    var source: ScanSource
    /// By the clock of whoever looked.
    var began: Instant
    /// What it shows was so then, or later.
    var begins: Instant
    /// Changes to the lake by others until then; negative = it does not show what was so.
    var foreignChanges: Int

    /// For so long before it began, what had been learnt elsewhere is believed rather than it
    /// (design, "Ledger"): what others did then may stay unseen.
    var margin: Int64 { source == .inventory ? Span.day : 5 * Span.minute }
  }

  mutating func looked(_ look: Look) {
    looks.append(look)
    if look.source != .inventory { lastScanBegins = look.begins }
    if looks.count > 8 { looks.removeFirst() }
  }

  /// The one that the kernel goes by; nil = it is too old to be remembered, or there is none.
  func look(of snapshot: (source: ScanSource, record: SnapshotRecord)?) -> Look? {
    guard let snapshot else { return nil }
    return looks.last { $0.source == snapshot.source && $0.began == snapshot.record.began }
  }

  /// What was shown to be current may not be known any more: or not since when, where a clock is set.
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
  /// The catalogs as they were made last.
  var catalogs: (tables: [CatalogTable], fingerprints: [Hash128])?
  /// When a definition was last edited, or a clock or a catalog set right: what was before it says
  /// nothing of now.
  var unsettledUntil = Instant.distantPast
  var requests: UInt64 = 0
  /// What was asked for and is not yet answered.
  var asked: [UInt64: Request.Action] = [:]
  /// Sources, by name, that were paused and are not to be asked; everything under nil.
  var paused: Set<String?> = []
}
