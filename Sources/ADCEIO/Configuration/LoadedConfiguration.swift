public import ADCEKernel

/// A configuration without errors: what the kernel is told, and what stays with the ports.
public struct LoadedConfiguration: Hashable, Sendable {
  public var kernel = Configuration()
  /// At the indexes of `kernel.scrapers`.
  public var scrapers: [ScraperSettings] = []
  /// At the indexes of `kernel.desired.catalogs`: where each file is; absolute.
  public var catalogFiles: [String] = []
  /// At the indexes of `kernel.desired.sources` and their `dataTypes`.
  public var dataTypes: [[DataTypeSettings]] = []
  public var lake = LakeSettings()
  public var loop = LoopSettings()
  public var outputs = OutputSettings()
  public var health = HealthSettings()
  public var alerts = AlertSettings()
  public var schedules: [ScheduledTask] = []
  public var maintenance: [MaintenanceWindow] = []
  /// `expected_game_counts`: a season's catalog with fewer or more games is warned about.
  public var expectedGames = ExpectedGames()
  /// Shown, not parsed.
  public var priorityRules: SettingValue = .null
  /// The parent of the config directory, absolute: where relative paths start.
  public var projectDirectory = ""
  public var configDirectory = ""

  public init() {}

  /// `path` as a file of this project: absolute as it is, else under the project folder.
  public func projectPath(_ path: String) -> String { PathText.join(projectDirectory, path) }
}

/// What ADCEIO and the command line need of one data type.
public struct DataTypeSettings: Hashable, Sendable {
  public var name: String
  public var contentType: String?
  /// `quality_requirements.required_fields` of this type's name.
  public var requiredFields: [String] = []
  public var tier: SettingValue = .null
  public var description: String?
  public var estimatedRecords: SettingValue = .null
  public var choice = ScraperChoice()
  /// `completeness_target_pct`, in millionths: below it the lake's health is degraded.
  public var healthTargetMicro: Int64?

  public init(name: String) { self.name = name }
}

/// Which scraper fills a data type, and why (CONFIG.md §4, Which scraper).
public struct ScraperChoice: Hashable, Sendable {
  public enum Rule: String, Hashable, Sendable {
    case written = "its `scraper`"
    case specificByName = "`scraper_name` of its source, where the type is listed by name"
    case dataType = "the first scraper of its source with this `data_type`"
    case specific = "`scraper_name` of its source"
    case sourceName = "its id is the source"
    case none = "no rule gives one that can run"
  }

  /// A scraper that a rule named before the chosen one, and why it was passed over.
  public struct Passed: Hashable, Sendable {
    public var rule: Rule
    public var scraper: String
    public var reason: String
  }

  /// Index into `LoadedConfiguration.scrapers`; nil = its gaps make no task.
  public var scraper: Int?
  public var rule: Rule = .none
  public var passed: [Passed] = []

  public init() {}
}

/// Where the lake is, and how what it has is read.
public struct LakeSettings: Hashable, Sendable {
  /// `file:///path` or `s3://bucket[/prefix]`; nil = nothing says where.
  public var url: String?
  public var region: String?
  public var accessKeyID: CredentialReference?
  public var secretAccessKey: CredentialReference?
  /// Listed beside the literal beginnings of all path patterns.
  public var prefixes: [String] = []
  /// A snapshot older than this is not used for gaps.
  public var snapshotMaxMilliseconds: Int64 = 0
  public var parallelListings = 1
  public var usesInventory = false
  public var inventoryBucket: String?
  public var inventoryPrefix: String?
  /// Without a usable report: true = a full listing, false = the cycle fails.
  public var fallsBackToListing = true

  public init() {}
}

/// Of the loop, what is the host's to know.
public struct LoopSettings: Hashable, Sendable {
  /// False: `run` says so and exits 0.
  public var isEnabled = true
  public var isTestMode = false
  public var clearsQueueOnStart = false
  public var isDryRun = false
  /// In a dry run: views are written all the same.
  public var savesResults = true
  /// The same, if it is written.
  public var savesResultsWritten: Bool?
  /// Budgets in milliseconds; nil = none.
  public var scanBudget: Int64?
  public var analysisBudget: Int64?
  public var gapDetectionBudget: Int64?
  public var taskGenerationBudget: Int64?
  public var cycleBudget: Int64?
  public var runBudget: Int64?
  /// Share of tasks that should be done, as written (0…1 or a percentage).
  public var taskCompletionTarget: Double?
  public var memoryMegabytesMax: Double?
  public var cpuPercentMax: Double?
  public var diskFreeGigabytesMin: Double?
  /// nil = none (`rate_limiting.backoff`).
  public var nearLimitBackoff: NearLimitBackoff?

  public init() {}
}

/// Extra delay once a window is fuller than a share of its limit.
public struct NearLimitBackoff: Hashable, Sendable {
  /// Per cent of the limit, in millionths of a per cent.
  public var thresholdPercentMicro: Int64
  public var initialMilliseconds: Int64
  public var maxMilliseconds: Int64
  public var factorMicro: Int64
}

/// `expected_game_counts`; nil = not said.
public struct ExpectedGames: Hashable, Sendable {
  public var regularSeason: Int?
  public var playoffsMin: Int?
  public var playoffsMax: Int?
  public var totalMin: Int?
  public var totalMax: Int?

  public init() {}
}
