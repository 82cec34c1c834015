import ADCEKernel

/// What the owner of a world has configured: limits, retries, bounds, and what kind of lake it is.
public struct WorldPolicy: Hashable, Sendable, Codable {
  public enum LakeKind: String, Hashable, Sendable, CaseIterable, Codable {
    case directory, listing, inventory
  }

  public var lake = LakeKind.directory
  public var intervalMinutes: Int64 = 60
  /// Of each source.
  public var perMinute: Int?
  public var perHour: Int?
  public var minDelayMilliseconds: Int64 = 0
  public var globalPerMinute: Int?
  /// Of each scraper, in millionths of a request a second; 0 = none.
  public var scraperRateMicro: Int64 = 0
  public var scraperBurst = 1
  public var maxConcurrent = 4
  public var maxConcurrentGlobal = 5
  public var attempts = 5
  public var retryBaseMilliseconds: Int64 = 1000
  public var retryMaxMilliseconds: Int64 = 60_000
  public var retryAfterMaxMilliseconds = Span.hour
  public var timeoutMilliseconds: Int64 = 30_000
  public var itemsPerTask = 10
  /// Whether the data type with this number is fetched by a command.
  public var commands: UInt8 = 0
  public var cooldownMilliseconds = 6 * Span.hour
  public var cooldownMaxMilliseconds = 7 * Span.day
  public var minTasksToTrigger = 1
  public var maxRunMinutes: Int64 = 60
  public var maxLive = 1000
  public var verifyHours: Int64 = 1
  /// How many days before it is played a game is in the catalog.
  public var catalogDaysAhead = 100
  /// How long after an object is due its source has it, at most.
  public var publicationLagMilliseconds: Int64 = 0

  public init() {}

  /// Milliseconds that a command waits between two requests: what its source allows, and a tenth.
  var commandPace: Int64 {
    let paces = [
      perMinute.map { 60_000 / Int64($0) }, perHour.map { 3_600_000 / Int64($0) },
      globalPerMinute.map { 60_000 / Int64($0) },
    ].compactMap(\.self)
    return max(minDelayMilliseconds, paces.max() ?? 0) * 11 / 10 + 500
  }

  /// One of many that owners might have, from a seed.
  static func drawn(_ draw: Draw) -> WorldPolicy {
    var policy = WorldPolicy()
    var turn: UInt64 = 0
    func next() -> UInt64 {
      turn += 1
      return turn
    }
    func one<T>(_ choices: T...) -> T { draw.one(of: choices, .policy, next()) }
    policy.lake = one(.directory, .directory, .listing, .listing, .inventory)
    policy.intervalMinutes = one(10, 30, 60, 60, 60, 240)
    policy.perMinute = one(6, 20, 60, 60, 120, nil)
    policy.perHour = one(nil, nil, 200, 1000)
    policy.minDelayMilliseconds = one(0, 0, 500, 3000)
    policy.globalPerMinute = one(nil, nil, nil, 30)
    policy.scraperRateMicro = one(0, 0, 200_000, 1_000_000, 3_333_333)
    policy.scraperBurst = one(1, 1, 5, 10)
    policy.maxConcurrent = one(1, 2, 4, 8)
    policy.maxConcurrentGlobal = one(1, 3, 5, 16)
    policy.attempts = one(1, 2, 3, 5, 5)
    policy.retryBaseMilliseconds = one(500, 1000, 10_000)
    policy.retryMaxMilliseconds = one(10_000, 60_000, 60_000, 600_000)
    policy.retryAfterMaxMilliseconds = one(Span.minute, Span.hour)
    policy.timeoutMilliseconds = one(5000, 30_000, 300_000)
    policy.itemsPerTask = one(1, 3, 10, 50)
    policy.commands = UInt8(truncatingIfNeeded: draw.bits(.policy, next()))
    if one(true, false) { policy.commands = 0 }
    policy.cooldownMilliseconds = one(10 * Span.minute, Span.hour, 6 * Span.hour)
    policy.cooldownMaxMilliseconds = one(6 * Span.hour, Span.day)
    policy.minTasksToTrigger = one(1, 1, 1, 5)
    policy.maxRunMinutes = one(1, 10, 60)
    policy.maxLive = one(5, 40, 1000)
    policy.verifyHours = one(0, 1, 1, 24)
    policy.catalogDaysAhead = one(1, 3, 100)
    policy.publicationLagMilliseconds = one(0, 0, 2 * Span.hour, 20 * Span.hour)
    return policy
  }
}
