public import ADCEKernel

/// What ADCEIO needs of one scraper; what the kernel decides by is in `Configuration.Scraper`, at the
/// same index.
public struct ScraperSettings: Hashable, Sendable {
  public enum Upload: Hashable, Sendable {
    /// It writes to the lake itself, with credentials of its own.
    case itself
    /// It leaves files in `$ADCE_OUTPUT_DIR`; adce validates and uploads them.
    case adce
  }

  /// Arguments of CONFIG.md §6 that a command may accept.
  public enum Parameter: String, Hashable, Sendable, CaseIterable {
    case season
    case gameIDs = "game_ids"
    case playerID = "player_id"
    case teamID = "team_id"
    case startDate = "start_date"
    case endDate = "end_date"
    case days
    case dryRun = "dry_run"
  }

  public struct Header: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
      case text(String)
      case reference(CredentialReference)
    }
    public var name: String
    public var value: Value
  }

  public struct ErrorPattern: Hashable, Sendable {
    /// The words of CONFIG.md §1.
    public enum Class: String, Hashable, Sendable {
      case transient, throttled, permanent, source, invalid
    }
    /// A regular expression, on stderr or body.
    public var match: String
    public var failure: Class
  }

  /// What a body must be before it is stored.
  public struct Validation: Hashable, Sendable {
    public var contentType: String?
    public var minBytes: Int64 = 0
    public var jsonFields: [String] = []
  }

  public struct AlertThresholds: Hashable, Sendable {
    /// Share of failed attempts, in millionths.
    public var errorRateMicro: Int64?
    public var responseMilliseconds: Int64?
    public var consecutiveFailures: Int?
  }

  public enum LogLevel: String, Hashable, Sendable {
    case debug = "DEBUG"
    case info = "INFO"
    case warning = "WARNING"
    case error = "ERROR"
  }

  public var id: String
  public var source: String
  public var kind: Configuration.Scraper.Kind
  /// "" for one that fetches nothing.
  public var baseURL = ""
  /// As written; `http` scrapers expand it with `URLTemplate`.
  public var urlPattern: String?
  public var userAgent: String?
  /// In file order.
  public var headers: [Header] = []
  public var obeysRobots = true
  public var validation = Validation()
  /// False: `global.data_quality.validation_enabled` switches validation off.
  public var validates = true
  /// Of one request or one process.
  public var timeoutMilliseconds: Int64 = 30_000

  /// Program and arguments, the interpreter included; paths as written start at the project folder.
  /// Empty for `http`, and where no program was found.
  public var command: [String] = []
  /// What keeps it from running; nil = nothing.
  public var cannotRun: String?
  /// Why every one of its requests will be refused, though it can run; nil = nothing known says so.
  public var refusal: String?
  public var upload: Upload = .adce
  /// Address space of each process of a command; nil = no limit.
  public var memoryBytesMax: Int64?
  public var accepted: Set<Parameter> = []
  /// Names in `accepted_parameters` that CONFIG.md §6 has no argument for.
  public var acceptedOtherwise: [String] = []
  /// `NAME_specific.scraper_args` by source: appended where a task has no season and no ids.
  public var extraArguments: [String: [String]] = [:]
  public var credentials: [CredentialReference] = []
  public var errorPatterns: [ErrorPattern] = []

  public var bucket: String?
  public var prefix: String?
  /// As written; starts at the project folder.
  public var localOutputDirectory: String?
  public var compresses = false
  public var deduplicates = false

  public var logLevel: LogLevel = .info
  /// As written; starts at the project folder.
  public var logFile: String?
  public var alertThresholds = AlertThresholds()

  public var dataType: String?
  /// `custom_settings`, as `ADCE_TASK` passes it on; `.null` where there is none.
  public var customSettings: SettingValue = .null
  /// `metadata` and the other descriptive fields, in file order.
  public var described: [SettingValue.Member] = []

  public init(id: String, source: String, kind: Configuration.Scraper.Kind) {
    self.id = id
    self.source = source
    self.kind = kind
  }
}
