/// What the kernel is told by the configuration files: validated, defaults filled in, references
/// resolved. ADCEIO makes it from YAML; the simulator makes it from a world.
///
/// Text in it is text as written. Anything that the kernel does not decide by (URLs, headers,
/// commands, log files …) stays with ADCEIO, keyed by the scraper's id.
public struct Configuration: Hashable, Sendable {
  /// Seeds the jitter of backoff.
  public var seed: UInt64 = 0
  public var desired = Desired()
  /// In file order. `Desired.DataType.scraper` is an index into it.
  public var scrapers: [Scraper] = []
  /// Limits by source, sorted by name; sources without an entry have none of their own.
  public var sources: [SourceLimits] = []
  public var globalLimits = GlobalLimits()
  public var gaps = GapPolicy()
  public var queue = QueuePolicy()
  public var loop = LoopPolicy()
  public var breaker = BreakerPolicy()

  public init() {}
}

extension Configuration {
  /// One scraper, as far as decisions go.
  public struct Scraper: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable { case command, http }
    public var id: String
    public var source: String
    public var kind: Kind
    /// True if an attempt can be started at all (`http`, or a command whose script is there).
    public var canRun: Bool = true
    /// Requests a second in millionths; 0 = no limit of its own.
    public var requestsPerSecondMicro: Int64 = 0
    /// Requests that may leave back to back, at least 1.
    public var burst: Int = 1
    public var adaptive = false
    public var honoursRetryAfter = true
    public var retry = Retry()
    /// Of one request (`http`) or one process (`command`).
    public var timeoutMilliseconds: Int64 = 30_000
    /// Attempts of this scraper at the same time; at least 1.
    public var maxConcurrent: Int = 1
    /// How many requests one run of a command makes; 1 for `http`.
    public var requestsPerTask: Int = 1

    public init(id: String, source: String, kind: Kind) {
      self.id = id
      self.source = source
      self.kind = kind
    }
  }

  public struct Retry: Hashable, Sendable {
    /// In total, the first one included; at least 1.
    public var maxAttempts: Int = 3
    public var baseDelayMilliseconds: Int64 = 1000
    public var maxDelayMilliseconds: Int64 = 60_000
    public var exponential = true
    public var jitter = true
    /// Multiplies the delay after a throttled attempt; in millionths.
    public var throttledMultiplierMicro: Int64 = 1_000_000

    public init() {}
  }

  /// Windows of requests; nil = no limit.
  public struct Windows: Hashable, Sendable {
    public var perMinute: Int?
    public var perHour: Int?

    public init(perMinute: Int? = nil, perHour: Int? = nil) {
      self.perMinute = perMinute
      self.perHour = perHour
    }
  }

  public struct SourceLimits: Hashable, Sendable {
    public var name: String
    public var windows = Windows()
    /// Requests that may leave back to back at the pace of `perMinute`; nil = no pacing.
    public var burst: Int?
    /// Between the starts of two requests.
    public var minDelayMilliseconds: Int64 = 0

    public init(name: String) { self.name = name }
  }

  public struct GlobalLimits: Hashable, Sendable {
    /// False: no window, burst or delay below counts (`rate_limiting.enabled`).
    public var enabled = true
    public var windows = Windows()
    /// Attempts at the same time, over all scrapers (`max_concurrent_scrapers`); at least 1.
    public var maxConcurrent: Int = 5
    /// Cap on what a Retry-After may ask for.
    public var retryAfterMaxMilliseconds: Int64 = 3_600_000

    public init() {}
  }

  public struct BreakerPolicy: Hashable, Sendable {
    public var consecutiveFailures: Int = 5
    public var errorRateMicro: Int64 = 500_000
    public var openMilliseconds: Int64 = 60_000
    public var openMillisecondsMax: Int64 = 3_600_000

    public init() {}
  }

  public struct GapPolicy: Hashable, Sendable {
    public var criticalDays: Int = 7
    /// Season names as written: `2024-25`, or a year.
    public var highSeasons: [String] = []
    public var mediumSeasons: [String] = []
    /// Completeness of a data type, in millionths, below which its undated, seasonless gaps are
    /// CRITICAL, HIGH, MEDIUM.
    public var criticalBelowMicro: Int64 = 500_000
    public var highBelowMicro: Int64 = 800_000
    public var mediumBelowMicro: Int64 = 950_000

    public init() {}
  }

  public struct QueuePolicy: Hashable, Sendable {
    /// Live tasks that are not parked.
    public var maxLive: Int = 1000
    /// By priority: critical, high, medium, low.
    public var maxLiveByPriority: [Int] = [100, 300, 400, 200]
    public var ttlMilliseconds: Int64 = 30 * Span.day
    public var itemsPerTask: Int = 10
    public var parkedCooldownMilliseconds: Int64 = 6 * Span.hour
    public var parkedCooldownMillisecondsMax: Int64 = 7 * Span.day
    public var scoring = Scoring()

    public init() {}
  }

  /// score = (base + age) × multiplier − penalty + success, all in millionths of a point.
  public struct Scoring: Hashable, Sendable {
    public var enabled = true
    /// By priority: critical, high, medium, low.
    public var baseMicro: [Int64] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000]
    /// Points an hour since first detected.
    public var ageMicroPerHour: Int64 = 500_000
    /// Sorted by source.
    public var multipliersMicro: [SourceMultiplier] = []
    public var defaultMultiplierMicro: Int64 = 1_000_000
    /// Points a missing object (usually negative), at most `penaltyMicroMax` points.
    public var gapSizeMicro: Int64 = -100_000
    public var penaltyMicroMax: Int64 = 10_000_000
    /// Times the scraper's success rate of the last seven days.
    public var successMicro: Int64 = 20_000_000

    public init() {}
  }

  public struct SourceMultiplier: Hashable, Sendable {
    public var source: String
    public var micro: Int64

    public init(source: String, micro: Int64) {
      self.source = source
      self.micro = micro
    }
  }

  public struct LoopPolicy: Hashable, Sendable {
    public var intervalMilliseconds: Int64 = Span.hour
    public var taskCheckMilliseconds: Int64 = 30 * Span.second
    public var minTasksToTrigger: Int = 1
    public var maxRunMilliseconds: Int64 = Span.hour
    /// Of a failed cycle.
    public var cycleRetry = Retry()
    /// False: cycles run, attempts do not (dry run; test mode without execution).
    public var executes = true
    /// False: no cycle is started by itself (`test_mode.skip_reconciliation`).
    public var reconciles = true
    /// False: nothing is materialised into tasks (`dry_run.skip_task_generation`).
    public var makesTasks = true
    /// What a run by hand is restricted to; nil = nothing. Whatever else is in the queue stays as it
    /// is.
    public var only: Selection?

    public init() {}
  }
}
