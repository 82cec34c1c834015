/// A task's identity: from a durable counter, never used again.
public struct TaskID: Hashable, Comparable, Sendable {
  public var number: UInt64
  public init(_ number: UInt64) { self.number = number }
  public static func < (a: TaskID, b: TaskID) -> Bool { a.number < b.number }
}

/// An attempt's identity: from a durable counter, never used again.
public struct AttemptID: Hashable, Comparable, Sendable {
  public var number: UInt64
  public init(_ number: UInt64) { self.number = number }
  public static func < (a: AttemptID, b: AttemptID) -> Bool { a.number < b.number }
}

/// The server's word on one object: size in bytes, LastModified in seconds since 1970.
public struct ObjectFacts: Hashable, Sendable {
  public var bytes: Int64
  public var modifiedSeconds: Int64

  public init(bytes: Int64, modifiedSeconds: Int64) {
    self.bytes = bytes
    self.modifiedSeconds = modifiedSeconds
  }
}

/// What became of one item of an attempt.
public enum ItemResult: Hashable, Sendable {
  /// Stored by this attempt (or by its scraper, and seen in the lake afterwards).
  case stored(ObjectFacts, contentHash: Hash128)
  /// A 304 or an equal hash: the stored copy was shown to be current; nothing was written.
  case current(ObjectFacts)
  case failed(FailureClass)
  /// The attempt ended before it came to this item.
  case untouched
}

/// How an attempt ended.
public struct AttemptEnd: Hashable, Sendable {
  public struct Item: Hashable, Sendable {
    /// Index into the task's immutable list of keys.
    public var index: Int
    public var result: ItemResult

    public init(index: Int, result: ItemResult) {
      self.index = index
      self.result = result
    }
  }

  public var attempt: AttemptID
  /// The attempt as a whole; nil = it did what it could.
  public var failure: FailureClass?
  /// Those it was started for, in the order of their indexes.
  public var items: [Item]
  /// How many requests it made, where that is known.
  public var requests: Int?
  /// What the source asked us to wait, uncapped.
  public var retryAfterMilliseconds: Int64?
  /// The scraper's own "do not try again".
  public var permanent = false
  /// Cut to 512 bytes by the port, secrets removed: shown by `adce tasks show`.
  public var message = ""

  public init(attempt: AttemptID, failure: FailureClass?, items: [Item]) {
    self.attempt = attempt
    self.failure = failure
    self.items = items
  }
}

/// What a port needs to carry an attempt out, rendered from the kernel's state when the effect is
/// released.
public struct AttemptWork: Sendable {
  public struct Item: Sendable {
    /// Index into the task's immutable list of keys.
    public var index: Int
    /// The object's key: UTF-8 as a rule, at most 1,024 bytes.
    public var key: [UInt8]
    /// The values of the key's placeholders, sorted by name.
    public var parameters: [Parameter]
    /// The columns of the catalog rows behind the key, for `url_pattern`; sorted by name.
    public var columns: [Parameter]
    /// The copy that the lake holds already, if it does (stale or undersized).
    public var stored: ObjectFacts?
    /// The copy that the lake holds is at least `min_file_size_bytes` long.
    public var storedIsSufficient = false

    public init(index: Int, key: [UInt8], parameters: [Parameter], columns: [Parameter]) {
      self.index = index
      self.key = key
      self.parameters = parameters
      self.columns = columns
    }
  }

  public struct Parameter: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public var attempt: AttemptID
  public var task: TaskID
  /// 1 for the first.
  public var attemptNumber: Int
  /// Index into `Configuration.scrapers`.
  public var scraper: Int
  public var source: String
  public var dataType: String
  public var season: String?
  public var priority: Priority
  /// One for `http`; all open ones for `command`; none for a task of basis count.
  public var items: [Item]
  /// The oldest and newest dates among the items.
  public var dates: ClosedRange<CivilDay>?
  /// Objects smaller than this are refused.
  public var minBytes: Int64

  public init(
    attempt: AttemptID, task: TaskID, attemptNumber: Int, scraper: Int, source: String,
    dataType: String, season: String?, priority: Priority, items: [Item],
    dates: ClosedRange<CivilDay>?, minBytes: Int64
  ) {
    self.attempt = attempt
    self.task = task
    self.attemptNumber = attemptNumber
    self.scraper = scraper
    self.source = source
    self.dataType = dataType
    self.season = season
    self.priority = priority
    self.items = items
    self.dates = dates
    self.minBytes = minBytes
  }
}
