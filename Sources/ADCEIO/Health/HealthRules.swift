internal import ADCEKernel

/// When a component is not well: as the configuration says, and where it is silent by what the rest
/// of it implies. Spans in milliseconds.
public struct HealthRules: Hashable, Sendable {
  /// A data type that is to be complete to some degree (`completeness_target_pct`).
  public struct Target: Hashable, Sendable {
    public var source: String
    public var dataType: String
    /// In millionths.
    public var micro: Int64
  }

  /// Between two checks.
  public var checkEvery: Int64
  /// A loop that has not answered for so long hangs.
  public var hungAfter: Int64
  /// No cycle has come to its end for so long.
  public var cycleLateAfter: Int64
  /// False: no cycle begins by itself.
  public var reconciles: Bool
  /// A run goes on for so long.
  public var runLateAfter: Int64
  /// A critical task has been live for so long; nil = nobody minds.
  public var queueStaleAfter: Int64?
  /// Share of failed attempts, in millionths; nil = nobody minds.
  public var errorRateMicro: Int64?
  /// The last look at the lake began so long ago.
  public var snapshotOldAfter: Int64
  /// Less room than that is too little.
  public var diskFreeBytesMin: Int64
  /// The lake, as it is named; nil = by nothing.
  public var lake: String?
  /// Where the metrics of DIMS are written after a cycle; nil = nowhere.
  public var metricsFile: String?
  /// False: they are written only when there are gaps.
  public var metricsFollow: Bool
  public var targets: [Target]

  /// Room without which the store itself would soon be refused.
  static let diskFreeBytesFloor: Int64 = 256_000_000
  /// Attempts of which a share of failures says anything.
  static let attemptsMin = 10

  public init(_ loaded: LoadedConfiguration) {
    let (health, loop) = (loaded.health, loaded.kernel.loop)
    checkEvery = max(100, health.checkMilliseconds)
    hungAfter = min(max(2 * Span.second, checkEvery), 30 * Span.second)
    cycleLateAfter =
      health.cycleDownMilliseconds ?? 2 * loop.intervalMilliseconds + 5 * Span.minute
    reconciles = loop.reconciles
    let longest = loaded.kernel.scrapers.map(\.timeoutMilliseconds).max() ?? 0
    runLateAfter =
      health.runMilliseconds ?? loaded.loop.runBudget
      ?? loop.maxRunMilliseconds + longest + Span.minute
    queueStaleAfter = health.queueStaleMilliseconds
    errorRateMicro = health.errorRateMicro
    snapshotOldAfter = max(loaded.lake.snapshotMaxMilliseconds, cycleLateAfter)
    diskFreeBytesMin = max(
      HealthRules.diskFreeBytesFloor, HealthRules.bytes(loaded.loop.diskFreeGigabytesMin ?? 0))
    lake = loaded.lake.url
    let views = ViewSettings(loaded)
    let writes = views.writesMetrics && loaded.loop.writesViews(dryRunFlag: false)
    metricsFile = writes ? views.metricsPath : nil
    metricsFollow = !views.onlyWithGaps
    targets = zip(loaded.kernel.desired.sources, loaded.dataTypes).flatMap { source, types in
      types.compactMap { type in
        type.healthTargetMicro.map {
          Target(source: source.name, dataType: type.name, micro: $0)
        }
      }
    }
  }

  /// Gigabytes are powers of ten; more than any disk has is cut.
  private static func bytes(_ gigabytes: Double) -> Int64 { Int64(min(gigabytes, 1e9) * 1e9) }
}
