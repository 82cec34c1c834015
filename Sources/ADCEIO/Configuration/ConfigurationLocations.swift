/// Where the files are.
public struct ConfigurationLocations: Hashable, Sendable {
  /// `--config-dir`.
  public var configDirectory: String
  /// `--inventory`; nil = looked for in `inventory/`, then in the config directory.
  public var inventory: String?

  /// Somebody named the config directory: then it has to be there.
  public var isNamed: Bool

  public init(configDirectory: String, inventory: String? = nil, isNamed: Bool = false) {
    self.configDirectory = configDirectory
    self.inventory = inventory
    self.isNamed = isNamed
  }
}

/// What wins over the files: the command line, and the `ADCE_*` variables of an environment.
public struct ConfigurationOverrides: Hashable, Sendable {
  /// `--strict`: unknown fields are errors.
  public var isStrict = false
  /// `--lake`.
  public var lake: String?
  /// `--dry-run` of `run`; nil = as the files say.
  public var dryRun: Bool?
  /// The process's environment: `PATH` finds commands, `ADCE_*` overrides.
  public var environment: [String: String] = [:]

  public init(lake: String? = nil, isStrict: Bool = false, environment: [String: String] = [:]) {
    self.lake = lake
    self.isStrict = isStrict
    self.environment = environment
  }

  /// The variables that override a setting, and which.
  public static let variables: [(name: String, file: ConfigurationFile, path: String)] = [
    ("ADCE_LAKE", .reconciliation, "lake"),
    ("ADCE_DRY_RUN", .autonomous, "dry_run.enabled"),
    ("ADCE_LOG_LEVEL", .autonomous, "logging.level"),
    ("ADCE_HEALTH_PORT", .autonomous, "health_check.port"),
  ]

  /// One override: what it is called in messages, what it sets, and to what.
  struct Entry {
    var label: String
    var file: ConfigurationFile
    var path: String
    var text: String
  }

  /// The command line last, so that it wins over the environment.
  var entries: [Entry] {
    var entries: [Entry] = []
    for variable in Self.variables {
      guard let text = environment[variable.name], !text.isEmpty else { continue }
      entries.append(
        Entry(label: variable.name, file: variable.file, path: variable.path, text: text))
    }
    if let lake {
      entries.append(Entry(label: "--lake", file: .reconciliation, path: "lake", text: lake))
    }
    if let dryRun {
      entries.append(
        Entry(
          label: "--dry-run", file: .autonomous, path: "dry_run.enabled", text: String(dryRun)))
    }
    return entries
  }
}
