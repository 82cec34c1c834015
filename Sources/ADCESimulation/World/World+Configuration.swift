public import ADCEKernel

extension World {
  /// Attempts that each scraper is given for an object.
  static let attemptsMax = 5

  /// The configuration that an owner of this lake would write.
  public var configuration: Configuration {
    var configuration = Configuration()
    configuration.seed = draw.seed
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
    let placement = [
      ("nba_stats", ["play_by_play", "box_score"]), ("espn", ["summary"]),
      ("reference", ["boxes"]), ("players", ["player_log"]),
    ]
    for (name, types) in placement {
      var source = Desired.Source(name: name)
      source.seasons = .leagues([
        .init(league: "nba", firstStartYear: 2024 - plan.pastSeasons, lastEndYear: nil)
      ])
      for type in types {
        source.dataTypes.append(dataType(type, scraper: configuration.scrapers.count))
        configuration.scrapers.append(scraper(type, source: name))
      }
      desired.sources.append(source)
      var limits = Configuration.SourceLimits(name: name)
      limits.windows = .init(perMinute: plan.requestsPerMinute)
      configuration.sources.append(limits)
    }
    configuration.sources.sort { $0.name < $1.name }
    configuration.desired = desired
    configuration.gaps.highSeasons = ["2024-25"]
    return configuration
  }

  private func dataType(_ name: String, scraper: Int) -> Desired.DataType {
    var type = Desired.DataType(name: name)
    type.required = name != "player_log"
    type.patterns = [
      name == "player_log"
        ? "player_log/{season}/{slug}.json" : "\(name)/{season}/{game_id}.json"
    ]
    type.settleHours = name == "player_log" ? 0 : 12
    type.minBytes = 1000
    type.scraper = scraper
    return type
  }

  private func scraper(_ type: String, source: String) -> Configuration.Scraper {
    var scraper = Configuration.Scraper(id: "\(source)_\(type)", source: source, kind: .http)
    scraper.maxConcurrent = 4
    scraper.timeoutMilliseconds = 30_000
    scraper.retry.maxAttempts = World.attemptsMax
    return scraper
  }

  /// The catalogs as they would be read from files.
  public var catalogs: [CatalogTable] {
    var gameTable = CatalogTable(columns: ["id", "season", "date"])
    for game in games {
      gameTable.append(row: [
        Array(World.gameID(game).utf8), Array(World.seasonName(game.season).utf8),
        Array(game.day.iso.utf8),
      ])
    }
    var playerTable = CatalogTable(columns: ["slug", "season"])
    for player in 0..<plan.playerSeasons {
      playerTable.append(row: [
        Array("p\(player)".utf8), Array(World.seasonName(playerSeason(player)).utf8),
      ])
    }
    return [gameTable, playerTable]
  }
}
