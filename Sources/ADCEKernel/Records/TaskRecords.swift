extension TaskID: RecordKey {
  public func encode(into encoder: inout Encoder) { encoder.putBigEndian(number) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    number = try decoder.bigEndian()
  }
}

extension AttemptID: RecordKey {
  public func encode(into encoder: inout Encoder) { encoder.putBigEndian(number) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    number = try decoder.bigEndian()
  }
}

/// A task's header: what changes. Its keys are another record that never does.
///
///     pending ─▶ admitted ─▶ running ─▶ done
///        ▲          │           ├─▶ backingOff ─▶ pending
///        │          ▼           ├─▶ parked ─▶ pending
///        └──────────┴───────────┴─▶ cancelled
///
/// A task is *done* when no key of it is open and at least one was filled by its own work; it is
/// *cancelled* when none was, or when it ends with keys still open (operator, time to live,
/// configuration, bound on parked tasks).
public struct TaskRecord: Record {
  public typealias Key = TaskID
  public static let table = TableID.tasks
  public static let version: UInt8 = 1

  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    /// Waits for admission. Can transition to admitted, running, cancelled.
    case pending = 1
    /// Its keys are being looked up in the lake. Can transition to pending, cancelled.
    case admitted = 2
    /// An attempt is under way. Can transition to done, pending, backingOff, parked, cancelled.
    case running = 3
    /// Waits for `notBefore`. Can transition to pending, cancelled.
    case backingOff = 4
    /// Attempts spent or refused; waits for `notBefore`. Can transition to pending, cancelled.
    case parked = 5
    case done = 6
    case cancelled = 7

    public var name: String {
      switch self {
      case .pending: "pending"
      case .admitted: "admitted"
      case .running: "running"
      case .backingOff: "backing_off"
      case .parked: "parked"
      case .done: "done"
      case .cancelled: "cancelled"
      }
    }

    /// In the sense in which a key may be in only one live task.
    public var isLive: Bool { self != .done && self != .cancelled }
  }

  /// Why a task is as it is, where its state alone does not say.
  public enum Reason: UInt8, Hashable, Sendable {
    case none = 0
    case failed = 1
    case attemptsSpent = 2
    case refused = 3
    case unknownOutcome = 4
    case filledElsewhere = 5
    case noLongerExpected = 6
    case expired = 7
    case byOperator = 8
    case absentAtSource = 9
    case noImprovement = 10
    case configurationChanged = 11
    case overParkedBound = 12

    public var text: String {
      switch self {
      case .none: ""
      case .failed: "failed, will be tried again"
      case .attemptsSpent: "attempts spent"
      case .refused: "refused by the source"
      case .unknownOutcome: "interrupted, outcome unknown"
      case .filledElsewhere: "its objects appeared in the lake"
      case .noLongerExpected: "its objects are no longer expected"
      case .expired: "not begun within its time to live"
      case .byOperator: "by an operator"
      case .absentAtSource: "the source does not have it"
      case .noImprovement: "the last run improved nothing"
      case .configurationChanged: "the configuration changed"
      case .overParkedBound: "too many parked tasks; its keys remember"
      }
    }
  }

  public var state = State.pending
  public var reason = Reason.none
  public var priority: Priority
  public var kind: GapKind
  public var source: NameID
  public var type: NameID
  /// `.none` where it has none.
  public var season: NameID
  public var scraper: NameID
  /// In millionths of a point, with the age taken as at `created` of all tasks alike: see Scoring.
  public var score: Int64
  public var ownerOrder: UInt8
  /// When its first key becomes due: breaks ties.
  public var due: Instant
  public var created: Instant
  public var ended: Instant = .distantFuture
  /// While backing off or parked: when it goes on.
  public var notBefore = Instant.distantPast
  /// Attempts made for it, since an operator last had it retried.
  public var attempts: UInt32 = 0
  /// When that was, by the steady clock: its time to live counts from there.
  public var retried = Instant.distantPast
  public var parked: UInt16 = 0
  /// When its keys were last looked up in the lake, by the steady clock.
  public var verified = Instant.distantPast
  /// Its keys must be looked up before another attempt: an outcome is unknown.
  public var mustVerify = false
  /// Keys in its list; 0 for a task of basis count.
  public var itemCount: UInt16
  /// A bit for each key still open.
  public var open: [UInt64]
  /// The last attempt's message, at most 200 bytes.
  public var message = ""
  public var lastFailure: FailureClass?
  /// How its keys left it: stored or shown current by its own work; not at their source; waived;
  /// filled by somebody else. The rest is no longer expected.
  public private(set) var filled: UInt16 = 0
  public private(set) var absent: UInt16 = 0
  public private(set) var waived: UInt16 = 0
  public private(set) var elsewhere: UInt16 = 0
  /// Of a count's task: failures that count since its last revival.
  public var failures: UInt16 = 0

  /// Why a key has left its task.
  enum Departure: Hashable, Sendable {
    case filled, absent, waived, elsewhere, unexpected
  }

  public init(
    priority: Priority, kind: GapKind, source: NameID, type: NameID, season: NameID,
    scraper: NameID, score: Int64, ownerOrder: UInt8, due: Instant, created: Instant,
    itemCount: Int
  ) {
    self.priority = priority
    self.kind = kind
    self.source = source
    self.type = type
    self.season = season
    self.scraper = scraper
    self.score = score
    self.ownerOrder = ownerOrder
    self.due = due
    self.created = created
    self.itemCount = UInt16(itemCount)
    open = [UInt64](repeating: 0, count: (itemCount + 63) / 64)
    for index in 0..<itemCount { open[index >> 6] |= 1 << UInt64(index & 63) }
  }

  public func isOpen(_ index: Int) -> Bool { open[index >> 6] >> UInt64(index & 63) & 1 == 1 }
  /// A key leaves the task; one that has left already stays as it was.
  mutating func close(_ index: Int, _ departure: Departure) {
    guard isOpen(index) else { return }
    open[index >> 6] &= ~(1 << UInt64(index & 63))
    switch departure {
    case .filled: filled += 1
    case .absent: absent += 1
    case .waived: waived += 1
    case .elsewhere: elsewhere += 1
    case .unexpected: break
    }
  }

  /// Of a task without open keys: done if any was filled by its own work; else why it came to
  /// nothing, the strongest reason first, in whatever order its keys left it.
  var end: (state: State, reason: Reason) {
    if filled > 0 { return (.done, .none) }
    if absent > 0 { return (.cancelled, .absentAtSource) }
    if waived > 0 { return (.cancelled, .byOperator) }
    return (.cancelled, elsewhere > 0 ? .filledElsewhere : .noLongerExpected)
  }
  public var openCount: Int { open.reduce(0) { $0 + $1.nonzeroBitCount } }
  public var isCount: Bool { itemCount == 0 }

  public func encode(into encoder: inout Encoder) {
    encoder.put(state.rawValue)
    encoder.put(reason.rawValue)
    encoder.put(priority.rawValue)
    encoder.put(kind.rawValue)
    encoder.put(source.number)
    encoder.put(type.number)
    encoder.put(season.number)
    encoder.put(scraper.number)
    encoder.put(score)
    encoder.put(ownerOrder)
    encoder.put(due)
    encoder.put(created)
    encoder.put(ended)
    encoder.put(notBefore)
    encoder.put(attempts)
    encoder.put(parked)
    encoder.put(verified)
    encoder.put(mustVerify)
    encoder.put(itemCount)
    encoder.put(words: open)
    encoder.put(message)
    encoder.put(lastFailure?.rawValue ?? 0)
    encoder.put(filled)
    encoder.put(absent)
    encoder.put(waived)
    encoder.put(elsewhere)
    encoder.put(failures)
    encoder.put(retried)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    state = try decoder.enumeration(State.self)
    reason = try decoder.enumeration(Reason.self)
    priority = try decoder.enumeration(Priority.self)
    kind = try decoder.enumeration(GapKind.self)
    source = NameID(try decoder.integer())
    type = NameID(try decoder.integer())
    season = NameID(try decoder.integer())
    scraper = NameID(try decoder.integer())
    score = try decoder.integer()
    ownerOrder = try decoder.integer()
    due = try decoder.instant()
    created = try decoder.instant()
    ended = try decoder.instant()
    notBefore = try decoder.instant()
    attempts = try decoder.integer()
    parked = try decoder.integer()
    verified = try decoder.instant()
    mustVerify = try decoder.bool()
    itemCount = try decoder.integer()
    open = try decoder.words()
    message = try decoder.string()
    lastFailure = FailureClass(rawValue: try decoder.integer())
    guard open.count == (Int(itemCount) + 63) / 64 else { throw .malformed("a task's open bits") }
    guard !decoder.isAtEnd else {
      // Before these were kept, a key that had left counted as done, and an attempt as a failure.
      filled = UInt16(clamping: Int(itemCount) - openCount)
      failures = UInt16(clamping: attempts)
      return
    }
    filled = try decoder.integer()
    absent = try decoder.integer()
    waived = try decoder.integer()
    elsewhere = try decoder.integer()
    failures = try decoder.integer()
    retried = try decoder.instant()
  }
}

/// The keys of a task: written once, deleted with it.
public struct TaskItemsRecord: Record {
  public typealias Key = TaskID
  public static let table = TableID.taskItems
  public static let version: UInt8 = 1

  /// The keys, end to end.
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []

  public init() {}

  public var count: Int { ends.count }

  mutating func append(_ key: [UInt8]) {
    bytes.append(contentsOf: key)
    ends.append(UInt32(bytes.count))
  }

  public func key(_ index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(bytes: bytes)
    encoder.put(seconds: ends)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    bytes = try decoder.byteArray()
    ends = try decoder.seconds()
    var last: UInt32 = 0
    for end in ends {
      guard end >= last, end <= bytes.count else { throw .malformed("a task's keys") }
      last = end
    }
  }
}

/// An attempt under way: on disk before its first byte is sent.
public struct AttemptRecord: Record {
  public typealias Key = AttemptID
  public static let table = TableID.attempts
  public static let version: UInt8 = 1

  public var task: TaskID
  public var source: NameID
  public var scraper: NameID
  public var started: Instant
  /// Requests it was admitted with.
  public var requests: UInt32
  /// Indexes into the task's keys; none for a task of basis count.
  public var items: [UInt32]

  public init(
    task: TaskID, source: NameID, scraper: NameID, started: Instant, requests: Int,
    items: [Int]
  ) {
    self.task = task
    self.source = source
    self.scraper = scraper
    self.started = started
    self.requests = UInt32(requests)
    self.items = items.map { UInt32($0) }
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(task.number)
    encoder.put(source.number)
    encoder.put(scraper.number)
    encoder.put(started)
    encoder.put(requests)
    encoder.put(seconds: items)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    task = TaskID(try decoder.integer())
    source = NameID(try decoder.integer())
    scraper = NameID(try decoder.integer())
    started = try decoder.instant()
    requests = try decoder.integer()
    items = try decoder.seconds()
  }
}
