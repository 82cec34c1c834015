/// What a source's limits remember across a restart.
public struct SourceRecord: Record {
  public typealias Key = NameID
  public static let table = TableID.sources
  public static let version: UInt8 = 1

  public var isPaused = false
  /// When the last request to it was started.
  public var lastStart = Instant.distantPast
  /// The pace's theoretical arrival time (GCRA, ITU-T I.371), microseconds of the steady clock.
  public var paceMicroseconds: Int64 = 0
  /// What a Retry-After asked for.
  public var notBefore = Instant.distantPast

  public init() {}

  public func encode(into encoder: inout Encoder) {
    encoder.put(isPaused)
    encoder.put(lastStart)
    encoder.put(paceMicroseconds)
    encoder.put(notBefore)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    isPaused = try decoder.bool()
    lastStart = try decoder.instant()
    paceMicroseconds = try decoder.integer()
    notBefore = try decoder.instant()
  }
}

/// What a scraper's limit and its success rate remember.
public struct ScraperRecord: Record {
  public typealias Key = NameID
  public static let table = TableID.scrapers
  public static let version: UInt8 = 1

  /// How many days a success rate looks back.
  static let days = 7

  public struct Day: Hashable, Sendable {
    public var day: Int32
    public var finished: UInt32
    public var succeeded: UInt32
  }

  /// As in `SourceRecord`.
  public var paceMicroseconds: Int64 = 0
  /// At most eight, oldest first.
  public var history: [Day] = []
  public var lastFinished = Instant.distantPast
  public var failuresInARow: UInt32 = 0

  public init() {}

  mutating func count(succeeded: Bool, on day: CivilDay, at now: Instant) {
    lastFinished = now
    failuresInARow = succeeded ? 0 : failuresInARow &+ 1
    if history.last?.day != day.day {
      history.append(Day(day: day.day, finished: 0, succeeded: 0))
      // What a clock that was ahead has left is as old as what has passed.
      history.removeAll { $0.day <= day.day - Int32(ScraperRecord.days) || $0.day > day.day }
    }
    guard let last = history.indices.last else { return }
    history[last].finished &+= 1
    if succeeded { history[last].succeeded &+= 1 }
  }

  /// Attempts finished and succeeded within the last seven days.
  public func total(on day: CivilDay) -> (finished: Int, succeeded: Int) {
    var result = (finished: 0, succeeded: 0)
    for entry in history
    where entry.day > day.day - Int32(ScraperRecord.days) && entry.day <= day.day {
      result.finished += Int(entry.finished)
      result.succeeded += Int(entry.succeeded)
    }
    return result
  }

  public func encode(into encoder: inout Encoder) {
    encoder.put(paceMicroseconds)
    encoder.put(UInt32(history.count))
    for entry in history {
      encoder.put(entry.day)
      encoder.put(entry.finished)
      encoder.put(entry.succeeded)
    }
    encoder.put(lastFinished)
    encoder.put(failuresInARow)
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    paceMicroseconds = try decoder.integer()
    for _ in 0..<(try decoder.count(ofBytes: 12)) {
      history.append(
        Day(
          day: try decoder.integer(), finished: try decoder.integer(),
          succeeded: try decoder.integer()))
    }
    lastFinished = try decoder.instant()
    failuresInARow = try decoder.integer()
  }
}

/// Requests answered in one quantum of time, counted against one window until it has passed.
public struct QuantumRecord: Record {
  public enum Window: UInt8, Hashable, Sendable {
    case minute = 1
    case hour = 2

    var milliseconds: Int64 { self == .minute ? Span.minute : Span.hour }
    /// Answers are counted as if they came at the end of their quantum: 1/60 of the window.
    var quantumMilliseconds: Int64 { milliseconds / 60 }
  }

  /// A limit's window: of one source, or of all (`source` = `.none`).
  public struct Scope: Hashable, Comparable, Sendable {
    public var source: NameID
    public var window: Window

    public static func < (a: Scope, b: Scope) -> Bool {
      (a.source, a.window.rawValue) < (b.source, b.window.rawValue)
    }
  }

  public struct Key: RecordKey {
    public var scope: Scope
    /// The end of the quantum.
    public var end: Instant

    public static func < (a: Key, b: Key) -> Bool { (a.scope, a.end) < (b.scope, b.end) }
    public init(scope: Scope, end: Instant) {
      self.scope = scope
      self.end = end
    }
    public func encode(into encoder: inout Encoder) {
      scope.source.encode(into: &encoder)
      encoder.put(scope.window.rawValue)
      encoder.putBigEndian(UInt64(bitPattern: end.milliseconds) ^ (1 << 63))
    }
    public init(from decoder: inout Decoder) throws(DecodingFailure) {
      let source = try NameID(from: &decoder)
      scope = Scope(source: source, window: try decoder.enumeration(Window.self))
      end = Instant(
        milliseconds: Int64(bitPattern: try decoder.bigEndian(UInt64.self) ^ (1 << 63)))
    }
  }
  public static let table = TableID.quanta
  public static let version: UInt8 = 1

  public var requests: UInt32

  public init(requests: Int) { self.requests = UInt32(clamping: requests) }
  public func encode(into encoder: inout Encoder) { encoder.put(requests) }
  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    requests = try decoder.integer()
  }
}
