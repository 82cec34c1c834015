/// The four files (CONFIG.md §1–4), in the order in which problems are told.
public enum ConfigurationFile: UInt8, Hashable, Sendable, CaseIterable {
  case scrapers = 0
  case reconciliation = 1
  case autonomous = 2
  case inventory = 3

  /// The first part of a setting's path, as `config show` prints it.
  public var prefix: String {
    switch self {
    case .scrapers: "scraper_config"
    case .reconciliation: "reconciliation_config"
    case .autonomous: "autonomous_config"
    case .inventory: "data_inventory"
    }
  }

  public var fileName: String {
    switch self {
    case .scrapers: "scraper_config.yaml"
    case .reconciliation: "reconciliation_config.yaml"
    case .autonomous: "autonomous_config.yaml"
    case .inventory: "data_inventory.yaml"
    }
  }
}

/// One field that a configuration file may hold: the single place that says what it is.
///
/// Decoding, warnings, `config show` and the reference page all come from these.
public struct ConfigurationField: Sendable {
  /// What may be written there.
  public enum Kind: Hashable, Sendable {
    /// A mapping with the fields that stand below it.
    case section
    /// A mapping with keys of the owner's choosing; `*` below it.
    case entries
    /// A mapping by gap priority, in any case; `*` below it.
    case byPriority
    /// A list of mappings; `[]` below it.
    case items
    /// Anything: kept as written.
    case anything
    case bool
    case integer
    case number
    /// A number that becomes milliseconds: of that many each.
    case duration(millisecondsEach: Int64)
    /// The same, in whole units.
    case whole(millisecondsEach: Int64)
    /// Any scalar, as written.
    case text
    case texts
    /// One of these words, in any case.
    case choice([String])
    /// A gap priority, in any case.
    case gapPriority
    case gapPriorities
    /// A path pattern with `{placeholders}`.
    case patterns
    case pattern
    /// `env:`, `file:`, `profile:` or `exec:`.
    case reference
    case references
    /// A literal or a reference; never shown.
    case secret
    /// One of the forms of CONFIG.md §5 (Seasons).
    case seasons
    /// `YYYY-MM-DD`.
    case date
    /// `MM-DD`.
    case monthDay
    /// `HH:MM`.
    case clock
    /// Five fields.
    case cron
    /// `expected_per_season`: a number, or a map from season to number.
    case counts
    /// A value that only a reference may stand for (DESIGN.md §9); a literal one is refused.
    case credential
    /// Text, or a reference: header values.
    case textOrReference
  }

  public enum Use: Hashable, Sendable {
    case used
    /// Kept and shown, never decided by.
    case described
    /// Accepted and without effect; why, as the user is told at load.
    case unused(why: String)
    /// Accepted, and to count one day: whoever has switched it on is told at load that it does not
    /// yet. Of a section: all that is below it.
    case planned
  }

  public var file: ConfigurationFile
  /// Segments joined by `.`: names, `*` for any key, `*_suffix`, `[]` for any item.
  public var path: String
  public var kind: Kind
  /// As it would be written; nil = absent.
  public var standard: String?
  /// Both inclusive, in the unit that is written.
  public var bounds: ClosedRange<Double>?
  public var use: Use
  /// Not a field of the original program (★ in CONFIG.md).
  public var isOurs: Bool
  /// One sentence.
  public var meaning: String
}

extension ConfigurationField.Kind {
  /// What is expected, for "expected …, found …".
  var expectation: String {
    switch self {
    case .section, .entries, .byPriority: "a mapping"
    case .items: "a list of mappings"
    case .anything: "anything"
    case .bool: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .duration(let each): "a number of \(Self.unit(each))"
    case .whole(let each): "a whole number of \(Self.unit(each))"
    case .text, .textOrReference: "text"
    case .texts, .patterns: "a list of texts"
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .gapPriority: "one of critical, high, medium, low"
    case .gapPriorities: "a list of priorities"
    case .pattern: "a pattern"
    case .reference, .credential: "a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"
    case .references: "a list of references (env:NAME, file:PATH, profile:NAME or exec:PATH)"
    case .secret: "text or a reference"
    case .seasons: "a list of seasons, or a mapping of leagues to years"
    case .date: "a date (YYYY-MM-DD)"
    case .monthDay: "a month and day (MM-DD)"
    case .clock: "a time of day (HH:MM)"
    case .cron: "a schedule of five fields"
    case .counts: "a whole number, or a mapping of seasons to whole numbers"
    }
  }

  static func unit(_ milliseconds: Int64) -> String {
    switch milliseconds {
    case 1: "milliseconds"
    case 1000: "seconds"
    case 60_000: "minutes"
    case 3_600_000: "hours"
    default: "days"
    }
  }

  public var unit: String? {
    switch self {
    case .duration(let each), .whole(let each): Self.unit(each)
    default: nil
    }
  }
}

/// Bounds that several fields share.
enum Bound {
  static let share = 0.0...1.0
  static let percent = 0.0...100.0
  static let count = 0.0...1e12
  /// 0 = none.
  static let limit = 0.0...1e9
  static let port = 0.0...65_535.0
  static let rate = 0.0...1e6
  static let factor = 0.0...1e6
  static let weight = -1e9...1e9
}
