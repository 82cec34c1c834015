import ADCEKernel
import Collections

/// What each source saw, and whether that is more than it allows. It shares no code with the
/// kernel's limits.
struct LimitOracle {
  private struct Window {
    var times = Deque<Instant>()
    var most: Int
    var length: Int64

    /// How many there were within the window that ends now, if that is too many.
    mutating func tooMany(at now: Instant) -> Int? {
      while let first = times.first, first <= now - length { times.removeFirst() }
      times.append(now)
      return times.count > most ? times.count : nil
    }
  }

  /// Tokens of a bucket in millionths, and when that was.
  private struct Bucket {
    var tokens: Int64
    var at: Instant
  }

  private let policy: WorldPolicy
  private var windows: [[Window]]
  private var global: [Window]
  private var lastStart: [Int: Instant] = [:]
  private var buckets: [String: Bucket] = [:]
  /// By source: when the last Retry-After that the process has taken note of ends.
  private var retryAfter: [Int: Instant] = [:]

  init(_ policy: WorldPolicy) {
    self.policy = policy
    windows = World.placement.map { _ in
      LimitOracle.windows(minute: policy.perMinute, hour: policy.perHour)
    }
    global = LimitOracle.windows(minute: policy.globalPerMinute, hour: nil)
  }

  private static func windows(minute: Int?, hour: Int?) -> [Window] {
    [(minute, Span.minute), (hour, Span.hour)].compactMap { most, length in
      most.map { Window(most: $0, length: length) }
    }
  }

  /// What went before is forgotten: a store that was put back knows nothing of it.
  mutating func forgive() { self = LimitOracle(policy) }

  /// A request reaches a source. A window may hold no more than its limit, wherever it begins.
  mutating func arrived(at source: Int, _ now: Instant) -> [String] {
    var found: [String] = []
    let name = World.placement[source].source
    for index in windows[source].indices {
      guard let count = windows[source][index].tooMany(at: now) else { continue }
      let window = windows[source][index]
      found.append(
        "\(name) got \(count) requests within \(window.length / 1000) s, allowed \(window.most)")
    }
    for index in global.indices {
      guard let count = global[index].tooMany(at: now) else { continue }
      found.append("\(count) requests left within a minute, allowed \(global[index].most)")
    }
    return found
  }

  /// The process has on disk that a source wants to be left alone for a while.
  mutating func asked(_ source: Int, toWait milliseconds: Int64, _ now: Instant) {
    let until = now + min(milliseconds, policy.retryAfterMaxMilliseconds)
    retryAfter[source] = max(retryAfter[source] ?? until, until)
  }

  /// An attempt is started.
  mutating func started(
    source: Int, scraper: String, requests: Int, at now: Instant
  ) -> [String] {
    var found: [String] = []
    if let last = lastStart[source], now - last < policy.minDelayMilliseconds {
      found.append(
        "\(World.placement[source].source): \(now - last) ms between two starts, not "
          + "\(policy.minDelayMilliseconds)")
    }
    lastStart[source] = now
    // What the kernel counts from is a moment before the one at which it was committed.
    if let until = retryAfter[source], now < until - 1000 {
      found.append(
        "\(World.placement[source].source): asked again \(until - now) ms before it wanted to be")
    }
    guard policy.scraperRateMicro > 0 else { return found }
    let most = Int64(policy.scraperBurst) * 1_000_000
    var bucket = buckets[scraper] ?? Bucket(tokens: most, at: now)
    let gained = (now - bucket.at) * policy.scraperRateMicro / 1000
    bucket.tokens = min(most, bucket.tokens + gained)
    bucket.at = now
    // A run of many requests is let through when one would be; what it takes must come back first.
    if bucket.tokens < 999_000 {
      found.append(
        "\(scraper) is started \((1_000_000 - bucket.tokens)) millionths of a request early")
    }
    bucket.tokens -= Int64(requests) * 1_000_000
    buckets[scraper] = bucket
    return found
  }
}
