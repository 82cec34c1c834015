public import ADCEKernel

/// Logs and views. Paths as written start at the project folder.
public struct OutputSettings: Hashable, Sendable {
  public var logLevel: ScraperSettings.LogLevel = .info
  public var logFile: String?
  public var logDirectory: String?
  public var logBytesMax: Int64 = 0
  public var logBackups = 0
  /// nil = human on a terminal, json elsewhere is the host's choice.
  public var logsJSON: Bool?
  public var queueFile = ""
  public var writesDIMS = false
  public var updatesDIMSAfterCycle = true
  public var dimsTriggers: [String] = []
  public var dimsMetrics: [String] = []

  public init() {}
}

/// The HTTP face.
public struct HealthSettings: Hashable, Sendable {
  public enum Role: String, Hashable, Sendable {
    case viewer
    case operate = "operator"
    case admin
  }

  public struct Token: Hashable, Sendable {
    public var name: String
    public var role: Role
    public var reference: CredentialReference
  }

  public var isEnabled = true
  public var port = 8080
  public var listen = "127.0.0.1"
  public var checkMilliseconds: Int64 = 0
  public var cycleDownMilliseconds: Int64?
  public var runMilliseconds: Int64?
  public var queueStaleMilliseconds: Int64?
  public var errorRateMicro: Int64?
  public var certificate: String?
  public var key: String?
  public var tokens: [Token] = []

  public init() {}
}

/// Who is told what.
public struct AlertSettings: Hashable, Sendable {
  public struct Mail: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var from: String?
    public var to: [String]
    public var user: String?
    public var password: CredentialReference?
  }

  public var isEnabled = true
  public var emailIsEnabled = false
  public var emailTopic: String?
  public var emailTo: [String] = []
  public var subjectPrefix: String?
  public var mail: Mail?
  public var slackIsEnabled = false
  public var slack: ConfiguredSecret?
  public var slackChannel: String?
  public var webhookIsEnabled = false
  public var webhook: ConfiguredSecret?
  public var webhookToken: CredentialReference?
  public var heartbeatURL: String?
  public var heartbeatMilliseconds: Int64 = 0
  /// Names of events; empty = all.
  public var alertOn: [String] = []
  public var onFailedCycle = true
  public var failedCycleChannels: [String] = []
  public var criticalGapsThreshold: Int?

  public init() {}
}

/// A program by the clock.
public struct ScheduledTask: Hashable, Sendable {
  public var name: String
  public var isEnabled = true
  /// Five fields, checked.
  public var schedule = ""
  public var timezone = "UTC"
  /// As written; starts at the project folder.
  public var script = ""
  public var arguments: [String] = []
  public var priority: Priority = .medium
  public var timeoutMilliseconds: Int64 = 0
  /// After a failure; 0 = none.
  public var retries = 0
  public var description: String?
  public var source: String?
  public var updatesDIMS = false
  public var reconciles = false
  public var metricCategory: String?

  public init(name: String) { self.name = name }
}

/// When nothing is admitted.
public struct MaintenanceWindow: Hashable, Sendable {
  /// 1 = Monday … 7 = Sunday (ISO 8601); nil = every day.
  public var weekday: Int?
  /// Minutes after midnight. An end at or before the start is on the next day.
  public var startMinute: Int
  public var endMinute: Int
  public var timezone: String
}
