@testable import ADCEKernel

/// A small definition with one data type of each sort: dated and over http, undated and by a
/// command, and one that is only counted.
struct TestWorld {
  /// 2025-01-15T00:00:00Z, in the season 2024-25.
  static let begin = Instant(seconds: 1_736_899_200)
  static let noon = begin + 12 * Span.hour

  /// Games of 2024-25: one each day from 2025-01-01 on.
  var games = 20
  /// Players of 2024-25.
  var players = 4
  /// Files a season of the counted type.
  var dumps = 2
  var configuration = Configuration()

  init(games: Int = 20, players: Int = 4, dumps: Int = 2) {
    self.games = games
    self.players = players
    self.dumps = dumps
    configuration.seed = 7
    configuration.scrapers = [
      TestWorld.scraper("stats_box", source: "stats", kind: .http),
      TestWorld.scraper("site_page", source: "site", kind: .command),
      TestWorld.scraper("bulk_dump", source: "bulk", kind: .command),
    ]
    configuration.scrapers[1].requestsPerTask = 3
    configuration.desired = desired()
    configuration.gaps.highSeasons = ["2024-25"]
  }

  /// Catalogs as the host would read them.
  var catalogs: [Event.CatalogLoad] { [.content(gameTable), .content(playerTable)] }

  var gameTable: CatalogTable {
    var table = CatalogTable(columns: ["id", "season", "date"])
    for game in 0..<games {
      table.append(row: ["g\(game)", "2024-25", TestWorld.day(game).iso].map { Array($0.utf8) })
    }
    return table
  }

  var playerTable: CatalogTable {
    var table = CatalogTable(columns: ["slug", "season"])
    for player in 0..<players {
      table.append(row: ["p\(player)", "2024-25"].map { Array($0.utf8) })
    }
    return table
  }

  static func day(_ game: Int) -> CivilDay {
    CivilDay(day: CivilDay(containing: begin).day - 14 + Int32(game))
  }

  static func box(_ game: Int) -> String { "box/2024-25/g\(game).json" }
  static func page(_ player: Int) -> String { "page/2024-25/p\(player).html" }
  static func dump(_ file: Int) -> String { "dump/2024-25/f\(file).csv" }

  /// Games whose day has ended when the world begins: 0 ..< 14.
  static let gamesDue = 14

  /// Everything that is due, captured at noon of the day before yesterday or when it had settled.
  var fullLake: TestLake {
    var lake = TestLake()
    for game in 0..<games {
      lake.put(TestWorld.box(game), at: TestWorld.day(game).end + 13 * Span.hour)
    }
    for player in 0..<players { lake.put(TestWorld.page(player), at: TestWorld.begin) }
    for file in 0..<dumps { lake.put(TestWorld.dump(file), at: TestWorld.begin) }
    return lake
  }

  private func desired() -> Desired {
    var desired = Desired()
    var games = Desired.Catalog(name: "games")
    games.season = "season"
    games.date = "date"
    var players = Desired.Catalog(name: "players")
    players.season = "season"
    desired.catalogs = [games, players]
    desired.dimensions = [
      .init(
        name: "game_id",
        values: .column(catalog: 0, column: "id", format: .plain, conditions: [])),
      .init(
        name: "slug",
        values: .column(catalog: 1, column: "slug", format: .plain, conditions: [])),
    ]
    desired.seasonStarts = [.init(league: "nba", month: 10, day: 1)]
    var box = Desired.DataType(name: "box")
    box.required = true
    box.patterns = ["box/{season}/{game_id}.json"]
    box.settleHours = 12
    box.minBytes = 100
    box.scraper = 0
    var page = Desired.DataType(name: "page")
    page.patterns = ["page/{season}/{slug}.html"]
    page.freshnessMilliseconds = 7 * Span.day
    page.scraper = 1
    var dump = Desired.DataType(name: "dump")
    dump.patterns = ["dump/{season}/{file}.csv"]
    if dumps > 0 { dump.expected = .init(perSeason: dumps) }
    dump.scraper = 2
    desired.sources = [
      TestWorld.source("stats", box), TestWorld.source("site", page),
      TestWorld.source("bulk", dump),
    ]
    return desired
  }

  private static func source(_ name: String, _ type: Desired.DataType) -> Desired.Source {
    var source = Desired.Source(name: name)
    source.seasons = .leagues([.init(league: "nba", firstStartYear: 2024, lastEndYear: nil)])
    source.dataTypes = [type]
    return source
  }

  private static func scraper(
    _ id: String, source: String, kind: Configuration.Scraper.Kind
  ) -> Configuration.Scraper {
    Configuration.Scraper(id: id, source: source, kind: kind)
  }
}
