/// What the lake should hold: sources × data types × patterns × the values of their placeholders,
/// as the data inventory says it. Nothing here depends on the clock or on a catalog's content.
public struct Desired: Hashable, Sendable {
  /// In file order.
  public var sources: [Source] = []
  /// In file order. `catalogsLoaded` answers in the same order.
  public var catalogs: [Catalog] = []
  /// Sorted by name.
  public var dimensions: [Dimension] = []
  /// Month and day on which a league's season begins; in file order.
  public var seasonStarts: [SeasonStart] = []
  public var waivers: [Waiver] = []

  public init() {}

  public struct Source: Hashable, Sendable {
    public var name: String
    public var enabled = true
    public var seasons: Seasons?
    /// An overlay: whole entries replace the common ones. Sorted by name.
    public var dimensions: [Dimension] = []
    /// In file order.
    public var dataTypes: [DataType] = []

    public init(name: String) { self.name = name }
  }

  public enum Freshness: UInt8, Hashable, Sendable { case open, always, final }
  public enum SeasonFormat: UInt8, Hashable, Sendable { case name, startYear, endYear }
  public enum YearIs: UInt8, Hashable, Sendable { case start, end }

  public struct DataType: Hashable, Sendable {
    public var name: String
    /// After `NAME_specific.required_data_types`.
    public var required = false
    /// The owner's collection order, lower first: IMMEDIATE 0, HIGH 1, MEDIUM 2, LOW 3, EXECUTE 4.
    public var ownerOrder: UInt8 = 2
    /// Replaces `GapPolicy.criticalDays` for this type.
    public var criticalDays: Int?
    public var patterns: [String] = []
    /// After which an object that can still change is stale; nil = never.
    public var freshnessMilliseconds: Int64?
    public var freshness: Freshness = .open
    /// In millionths; nil = no target.
    public var completenessTargetMicro: Int64?
    public var expected: ExpectedCount?
    public var league: String?
    /// The type's own `seasons`, replacing its source's; nil = the source's.
    public var seasons: Seasons?
    /// An overlay over the source's and the common ones. Sorted by name.
    public var dimensions: [Dimension] = []
    public var seasonFormat: SeasonFormat = .name
    public var yearIs: YearIs = .end
    public var availableAfterDays: Int = 0
    /// Counted only for rows with a time.
    public var availableAfterHours: Int = 0
    public var settleHours: Int = 0
    /// Below it an object is undersized; 0 = no minimum.
    public var minBytes: Int64 = 0
    /// Evidence older than this is checked before a first attempt.
    public var verifyOlderThanMilliseconds: Int64 = Span.hour
    /// Index into `Configuration.scrapers`; nil = its gaps make no task.
    public var scraper: Int?

    public init(name: String) { self.name = name }
  }

  /// How many objects a type should have where its keys cannot be named, CONFIG.md §5 (Basis).
  public struct ExpectedCount: Hashable, Sendable {
    /// `expected_per_season` as one number for each listed season that has begun.
    public var perSeason: Int?
    /// `expected_per_season` as a map from season name to a number, in file order.
    public var bySeason: [SeasonCount]?
    /// `expected_years`.
    public var years: Int?
    /// `expected_file_counts[source][type]`.
    public var files: Int?

    public init(
      perSeason: Int? = nil, bySeason: [SeasonCount]? = nil, years: Int? = nil, files: Int? = nil
    ) {
      self.perSeason = perSeason
      self.bySeason = bySeason
      self.years = years
      self.files = files
    }
  }

  public struct SeasonCount: Hashable, Sendable {
    public var season: String
    public var count: Int

    public init(season: String, count: Int) {
      self.season = season
      self.count = count
    }
  }

  /// The three forms of `seasons`. Names are checked by ADCEIO; spans are resolved against the
  /// clock by the kernel.
  public enum Seasons: Hashable, Sendable {
    /// A list of names and years, ranges of years expanded, in file order.
    case list([SeasonName])
    /// Leagues with the first year in which a season begins and the last in which one ends; nil =
    /// to the one now open. In file order.
    case leagues([LeagueSpan])
  }

  /// A listed season: `2024-25`, or a bare year, which is a calendar year unless the data type's
  /// `season_format` makes it the season that begins or ends in it.
  public enum SeasonName: Hashable, Sendable {
    case named(startYear: Int)
    case year(Int)
  }

  public struct LeagueSpan: Hashable, Sendable {
    public var league: String
    public var firstStartYear: Int
    public var lastEndYear: Int?

    public init(league: String, firstStartYear: Int, lastEndYear: Int?) {
      self.league = league
      self.firstStartYear = firstStartYear
      self.lastEndYear = lastEndYear
    }
  }

  public struct SeasonStart: Hashable, Sendable {
    public var league: String
    public var month: Int
    public var day: Int

    public init(league: String, month: Int, day: Int) {
      self.league = league
      self.month = month
      self.day = day
    }
  }

  public struct Dimension: Hashable, Sendable {
    public enum Format: UInt8, Hashable, Sendable {
      case plain, yyyymmdd, isoDate, startYear, endYear, first, lower, upper
    }

    public enum Values: Hashable, Sendable {
      /// `catalog` is an index into `Desired.catalogs`; nil where the name leads nowhere: the
      /// placeholder is then unknown. `conditions` are column = text, all of which must hold.
      case column(catalog: Int?, column: String, format: Format, conditions: [Condition])
      case list([String])
    }

    public var name: String
    public var values: Values

    public init(name: String, values: Values) {
      self.name = name
      self.values = values
    }
  }

  public struct Condition: Hashable, Sendable {
    public var column: String
    public var value: String

    public init(column: String, value: String) {
      self.column = column
      self.value = value
    }
  }

  /// A catalog's declaration: which columns hold the row's season, date and timestamp.
  public struct Catalog: Hashable, Sendable {
    public var name: String
    public var season: String?
    public var date: String?
    public var time: String?

    public init(name: String) { self.name = name }
  }

  public struct Waiver: Hashable, Sendable {
    public enum Scope: Hashable, Sendable {
      case key(String)
      case pattern(String)
    }
    public var scope: Scope
    public var reason: String
    /// The last day on which it holds; nil = for ever.
    public var until: CivilDay?

    public init(scope: Scope, reason: String, until: CivilDay?) {
      self.scope = scope
      self.reason = reason
      self.until = until
    }
  }
}

/// A catalog's content: a table of text cells, decoded from CSV or TSV by ADCEIO.
public struct CatalogTable: Hashable, Sendable {
  public var columns: [String]
  public private(set) var rowCount: Int = 0
  /// All cells, row after row, as UTF-8 bytes end to end.
  public private(set) var text: [UInt8] = []
  /// End offset of each cell in `text`, row after row: `rowCount × columns.count` of them.
  public private(set) var ends: [UInt32] = []

  public init(columns: [String]) { self.columns = columns }

  /// Appends a row. A row shorter than the header is filled with empty cells, a longer one is cut.
  public mutating func append(row cells: some Sequence<some Sequence<UInt8>>) {
    var written = 0
    for cell in cells where written < columns.count {
      text.append(contentsOf: cell)
      ends.append(UInt32(text.count))
      written += 1
    }
    while written < columns.count {
      ends.append(UInt32(text.count))
      written += 1
    }
    rowCount += 1
  }

  mutating func restore(rowCount: Int, text: [UInt8], ends: [UInt32]) {
    self.rowCount = rowCount
    self.text = text
    self.ends = ends
  }

  /// The bytes of a cell; `column` and `row` must be in bounds.
  public func cell(row: Int, column: Int) -> ArraySlice<UInt8> {
    let index = row * columns.count + column
    let start = index == 0 ? 0 : Int(ends[index - 1])
    return text[start..<Int(ends[index])]
  }

  public func column(named name: String) -> Int? { columns.firstIndex(of: name) }
}
