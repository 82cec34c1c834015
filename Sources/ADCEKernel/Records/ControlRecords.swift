/// The singletons of the durable state, each under a key of its own.
public enum ControlRecord: Record {
  case counters(Counters)
  case clock(Clock)
  case cycle(Cycle)
  case run(Run)
  case backlog(Backlog)
  case requests(RequestsUnderWay)
  case notices(Notices)

  public static let table = TableID.control
  public static let version: UInt8 = 1

  public enum Key: UInt8, RecordKey {
    case counters = 1
    case clock = 2
    case cycle = 3
    case run = 4
    case backlog = 5
    case requests = 6
    case notices = 7

    public static func < (a: Key, b: Key) -> Bool { a.rawValue < b.rawValue }
    public func encode(into encoder: inout Encoder) { encoder.put(rawValue) }
    public init(from decoder: inout Decoder) throws(DecodingFailure) {
      guard let key = Key(rawValue: try decoder.integer(default: 0)) else {
        throw .malformed("an unknown control record")
      }
      self = key
    }
  }

  /// The next ids to be given out.
  public struct Counters: Hashable, Sendable {
    public var nextTask: UInt64 = 1
    public var nextAttempt: UInt64 = 1
    public var nextTicket: UInt64 = 1
  }

  /// How the steady clock relates to the world's.
  public struct Clock: Hashable, Sendable {
    /// To add to an `Instant` to get the wall clock, in milliseconds.
    public var wallOffsetMilliseconds: Int64 = 0
    /// Identifies the boot in which the instants of the limits were taken.
    public var bootID: Hash128 = .zero
    /// The wall clock at boot, so that a restart within one boot goes on with the same instants.
    public var wallAtBootMilliseconds: Int64 = 0
  }

  public func encode(into encoder: inout Encoder) {
    switch self {
    case .counters(let value):
      encoder.put(Key.counters.rawValue)
      encoder.put(value.nextTask)
      encoder.put(value.nextAttempt)
      encoder.put(value.nextTicket)
    case .clock(let value):
      encoder.put(Key.clock.rawValue)
      encoder.put(value.wallOffsetMilliseconds)
      encoder.put(value.bootID)
      encoder.put(value.wallAtBootMilliseconds)
    case .cycle(let value):
      encoder.put(Key.cycle.rawValue)
      value.encode(into: &encoder)
    case .run(let value):
      encoder.put(Key.run.rawValue)
      value.encode(into: &encoder)
    case .backlog(let value):
      encoder.put(Key.backlog.rawValue)
      value.encode(into: &encoder)
    case .requests(let value):
      encoder.put(Key.requests.rawValue)
      value.encode(into: &encoder)
    case .notices(let value):
      encoder.put(Key.notices.rawValue)
      value.encode(into: &encoder)
    }
  }

  public init(from decoder: inout Decoder) throws(DecodingFailure) {
    switch Key(rawValue: try decoder.integer()) {
    case .counters:
      var value = Counters()
      value.nextTask = try decoder.integer()
      value.nextAttempt = try decoder.integer()
      value.nextTicket = try decoder.integer()
      self = .counters(value)
    case .clock:
      var value = Clock()
      value.wallOffsetMilliseconds = try decoder.integer()
      value.bootID = try decoder.hash()
      value.wallAtBootMilliseconds = try decoder.integer()
      self = .clock(value)
    case .cycle: self = .cycle(try Cycle(from: &decoder))
    case .run: self = .run(try Run(from: &decoder))
    case .backlog: self = .backlog(try Backlog(from: &decoder))
    case .requests: self = .requests(try RequestsUnderWay(from: &decoder))
    case .notices: self = .notices(try Notices(from: &decoder))
    case nil: throw .malformed("an unknown control record")
    }
  }
}
