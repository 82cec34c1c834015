import ADCEKernel
import ADCESimulation
import Foundation

/// A lake of some thousand objects as an inventory report lists it, and what is wrong with it,
/// worked out from strings and dates alone: no code of the kernel's coverage decides anything.
struct ReportWorld {
  /// The clock: 2025-01-15T00:00:00Z.
  static let now: Int64 = 1_736_899_200
  static let nowText = "2025-01-15T00:00:00Z"

  /// The answers, as sets of keys.
  private(set) var expected: Set<String> = []
  private(set) var missing: Set<String> = []
  private(set) var undersized: Set<String> = []
  private(set) var stale: Set<String> = []
  private(set) var unmatched = 0
  private(set) var objects = 0
  private(set) var bytes: Int64 = 0
  private(set) var rows: [InventoryReportGenerator.Row] = []
  private var games = "id,season,date\n"
  private var players = "slug,season\n"
  private var chance: SplitMix

  private static let day: Int64 = 86_400
  private static let smallest: Int64 = 1000
  /// Season names with the first day of their games, in days since 1970: 20 October.
  private static let seasons: [(name: String, firstGame: Int64, isOpen: Bool)] = [
    ("2022-23", 19285, false), ("2023-24", 19650, false), ("2024-25", 20016, true),
  ]

  /// - Parameter gamesPerSeason: three types have an object a game; it also sets the players.
  init(seed: UInt64, gamesPerSeason: Int) {
    chance = SplitMix(seed: seed)
    for season in ReportWorld.seasons {
      for number in 0..<gamesPerSeason {
        // Games from October to March: in the open season some are still to come.
        addGame(season.name, number, day: season.firstGame + Int64(number * 150 / gamesPerSeason))
      }
      for number in 0..<gamesPerSeason / 2 { addPlayer(season, number) }
    }
    addNoise()
    rows.shuffle(using: &chance)
  }

  private mutating func addGame(_ season: String, _ number: Int, day: Int64) {
    let id = "\(season.prefix(4))g\(number)"
    games += "\(id),\(season),\(ReportWorld.date(day))\n"
    // Due at the end of its day, final twelve hours later.
    let due = (day + 1) * ReportWorld.day
    let settled = due + 12 * 3600
    for type in ["play by play", "box+score", "summary"] {
      let key = "raw/\(type)/\(season)/\(id).json"
      guard due <= ReportWorld.now else { continue }
      let latest = ReportWorld.now - 1
      let earliestFinal = min(settled, latest)
      switch Int.random(in: 0..<100, using: &chance) {
      case ..<8: expect(key, isMissing: true)
      case ..<14:
        add(key, Int64.random(in: 0..<1000, using: &chance), at: earliestFinal)
      case ..<22 where due + 1 < latest:
        // Fetched before it was final; wrong only once it is.
        let captured = min(Int64.random(in: due..<settled, using: &chance), latest)
        add(key, 5000, at: captured, isStale: ReportWorld.now >= settled && captured < settled)
      default:
        let captured = Int64.random(in: earliestFinal...latest, using: &chance)
        add(key, 1000, at: captured, isStale: ReportWorld.now >= settled && captured < settled)
      }
    }
  }

  private mutating func addPlayer(
    _ season: (name: String, firstGame: Int64, isOpen: Bool), _ number: Int
  ) {
    let slug = "p\(number)é&\(season.name)"
    players += "\(slug),\(season.name)\n"
    let key = "raw/players/\(season.name)/\(slug).json"
    switch Int.random(in: 0..<10, using: &chance) {
    case 0: expect(key, isMissing: true)
    case 1...2:
      // Older than its thirty days of freshness: wrong only while its season is open.
      add(key, 2000, at: ReportWorld.now - 31 * ReportWorld.day, isStale: season.isOpen)
    case 3: add(key, 999, at: ReportWorld.now - 40 * ReportWorld.day)
    default: add(key, 2000, at: ReportWorld.now - 29 * ReportWorld.day)
    }
  }

  private mutating func expect(_ key: String, isMissing: Bool) {
    expected.insert(key)
    if isMissing { missing.insert(key) }
  }

  /// Undersized comes before stale: an object has one thing wrong with it.
  private mutating func add(_ key: String, _ size: Int64, at seconds: Int64, isStale: Bool = false)
  {
    expect(key, isMissing: false)
    if size < ReportWorld.smallest {
      undersized.insert(key)
    } else if isStale {
      stale.insert(key)
    }
    append(key, size, seconds)
    objects += 1
    bytes += size
  }

  private mutating func append(
    _ key: String, _ size: Int64, _ seconds: Int64, isLatest: Bool = true, isDeleted: Bool = false
  ) {
    var row = InventoryReportGenerator.Row(
      key: Array(key.utf8), bytes: size, modified: Instant(seconds: seconds), etag: "00ff")
    row.isLatest = isLatest
    row.isDeleteMarker = isDeleted
    rows.append(row)
  }

  /// What a report holds beside the objects: old versions and delete markers of what is missing,
  /// and objects that nobody expects.
  private mutating func addNoise() {
    for (index, key) in missing.sorted().enumerated() {
      if index % 2 == 0 { append(key, 9000, ReportWorld.now - 100, isLatest: false) }
      if index % 3 == 0 { append(key, 0, ReportWorld.now - 50, isDeleted: true) }
    }
    for number in 0..<60 {
      append("other/\(number).bin", 7, ReportWorld.now - 100)
      unmatched += 1
      objects += 1
      bytes += 7
    }
  }

  private static func date(_ day: Int64) -> String {
    let text = Date(timeIntervalSince1970: Double(day * ReportWorld.day)).ISO8601Format()
    return String(text.prefix(10))
  }

  // MARK: On disk

  /// Writes configuration and catalogs into a folder: what a user would have.
  func writeProject(to folder: TemporaryFolder) throws {
    try folder.write(games, to: "catalogs/games.csv")
    try folder.write(players, to: "catalogs/players.csv")
    try folder.write("lake: s3://lake\n", to: "config/reconciliation_config.yaml")
    try folder.write(
      """
      expected_coverage:
        web:
          seasons: [2022-23, 2023-24, 2024-25]
          data_types:
            play_by_play:
              path_patterns: ["raw/play by play/{season}/{game_id}.json"]
              required: true
              settle_hours: 12
            box_score:
              path_patterns: ["raw/box+score/{season}/{game_id}.json"]
              settle_hours: 12
            summary:
              path_patterns: ["raw/summary/{season}/{game_id}.json"]
              settle_hours: 12
            players:
              path_patterns: ["raw/players/{season}/{slug}.json"]
              freshness_days: 30
      quality_requirements: {min_file_size_bytes: 1000}
      catalogs:
        games: {file: ../catalogs/games.csv, season: season, date: date}
        players: {file: ../catalogs/players.csv, season: season}
      dimensions:
        game_id: {catalog: games, column: id}
        slug: {catalog: players, column: slug}

      """, to: "inventory/data_inventory.yaml")
  }

  /// Writes the report below `folder`/reports; the scan began at `began` (seconds).
  func writeReport(
    to folder: TemporaryFolder, began: Int64 = ReportWorld.now - 3600,
    edit: (inout InventoryReportGenerator) -> Void = { _ in }
  ) throws -> InventoryReportGenerator.Written {
    var generator = InventoryReportGenerator(began: Instant(seconds: began))
    generator.columns = [
      .bucket, .key, .versionID, .isLatest, .isDeleteMarker, .size, .lastModified, .etag,
    ]
    generator.parts = 3
    generator.rowsPerMember = 200
    edit(&generator)
    try FileManager.default.createDirectory(
      atPath: folder.path("reports"), withIntermediateDirectories: true)
    return try generator.write(rows, below: folder.path("reports"))
  }
}
