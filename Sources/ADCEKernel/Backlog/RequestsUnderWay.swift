/// Operators' requests that touch more records than one step may change, in the order in which
/// they came. Each is answered once, when the last of it is done; those that a restart found are
/// carried on, and answered to nobody.
public struct RequestsUnderWay: Hashable, Sendable {
  /// More at the same time are refused.
  static let most = 16
  /// Tasks or keys that one request may name.
  static let namesMax = 20_000

  public var list: [Entry] = []

  public init() {}

  public struct Entry: Hashable, Sendable {
    /// The host's; nil if who asked is gone.
    public var id: UInt64?
    public var work: Work
    /// Whether it named any task or key when it came.
    public var isNamed: Bool
    /// What it has concerned so far.
    public var count: UInt32 = 0

    init(id: UInt64?, work: Work, isNamed: Bool) {
      self.id = id
      self.work = work
      self.isNamed = isNamed
    }
  }

  /// What is still to be done.
  public enum Work: Hashable, Sendable {
    case retry([UInt64])
    case cancel([UInt64])
    case waive(keys: [[UInt8]], reason: String, until: Instant)
    /// Tasks from one id on, and below another: those made since are not meant.
    case clearQueue(from: UInt64, below: UInt64)
    case acceptVanished
  }

  func encode(into encoder: inout Encoder) {
    encoder.put(UInt32(list.count))
    for entry in list {
      encoder.put(optional: entry.id) { $0.put($1) }
      encoder.put(entry.isNamed)
      encoder.put(entry.count)
      entry.work.encode(into: &encoder)
    }
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    for _ in 0..<(try decoder.count(ofBytes: 7)) {
      let id = try decoder.optional { d throws(DecodingFailure) in try d.integer(UInt64.self) }
      let isNamed = try decoder.bool()
      let count: UInt32 = try decoder.integer()
      var entry = Entry(id: id, work: try Work(from: &decoder), isNamed: isNamed)
      entry.count = count
      list.append(entry)
    }
  }
}

extension RequestsUnderWay.Work {
  private enum Kind: UInt8 {
    case retry = 1
    case cancel = 2
    case waive = 3
    case clearQueue = 4
    case acceptVanished = 5
  }

  fileprivate func encode(into encoder: inout Encoder) {
    switch self {
    case .retry(let ids):
      encoder.put(Kind.retry.rawValue)
      encoder.put(words: ids)
    case .cancel(let ids):
      encoder.put(Kind.cancel.rawValue)
      encoder.put(words: ids)
    case .waive(let keys, let reason, let until):
      encoder.put(Kind.waive.rawValue)
      encoder.put(UInt32(keys.count))
      for key in keys { encoder.put(bytes: key) }
      encoder.put(reason)
      encoder.put(until)
    case .clearQueue(let from, let below):
      encoder.put(Kind.clearQueue.rawValue)
      encoder.put(from)
      encoder.put(below)
    case .acceptVanished: encoder.put(Kind.acceptVanished.rawValue)
    }
  }

  fileprivate init(from decoder: inout Decoder) throws(DecodingFailure) {
    switch try decoder.enumeration(Kind.self) {
    case .retry: self = .retry(try decoder.words())
    case .cancel: self = .cancel(try decoder.words())
    case .waive:
      var keys: [[UInt8]] = []
      for _ in 0..<(try decoder.count(ofBytes: 4)) { keys.append(try decoder.byteArray()) }
      self = .waive(keys: keys, reason: try decoder.string(), until: try decoder.instant())
    case .clearQueue:
      self = .clearQueue(from: try decoder.integer(), below: try decoder.integer())
    case .acceptVanished: self = .acceptVanished
    }
  }
}
