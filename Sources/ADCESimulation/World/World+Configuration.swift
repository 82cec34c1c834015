public import ADCEKernel

extension WorldPolicy {
  /// The plain one: its limit is what the plan's sources allow.
  static func standard(_ plan: WorldPlan) -> WorldPolicy {
    var policy = WorldPolicy()
    policy.perMinute = plan.requestsPerMinute
    return policy
  }
}

extension World {
  /// Below it an object is undersized.
  static let minBytes: Int32 = 1000

  /// The sources, each with its data types; the types are numbered through.
  static let placement: [(source: String, types: [String])] = [
    ("nba_stats", ["play_by_play", "box_score"]), ("espn", ["summary"]),
    ("reference", ["boxes"]), ("players", ["player_log"]),
  ]

  /// The source of a data type, by their numbers.
  static let sourceOfType = placement.enumerated().flatMap { index, entry in
    entry.types.map { _ in index }
  }

  public static var sourceNames: [String] { placement.map(\.source) }

  /// The name of the source that has an object.
  public func source(of index: Int) -> String {
    World.placement[World.sourceOfType[type(of: index)]].source
  }

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
    for (name, types) in World.placement {
      var source = Desired.Source(name: name)
      source.seasons = .leagues([
        .init(league: "nba", firstStartYear: 2024 - plan.pastSeasons, lastEndYear: nil)
      ])
      for type in types {
        source.dataTypes.append(dataType(type, scraper: configuration.scrapers.count))
        configuration.scrapers.append(
          scraper(type, source: name, number: configuration.scrapers.count))
      }
      desired.sources.append(source)
      var limits = Configuration.SourceLimits(name: name)
      limits.windows = .init(perMinute: policy.perMinute, perHour: policy.perHour)
      limits.minDelayMilliseconds = policy.minDelayMilliseconds
      configuration.sources.append(limits)
    }
    configuration.sources.sort { $0.name < $1.name }
    configuration.desired = desired
    configuration.gaps.highSeasons = ["2024-25"]
    configuration.globalLimits.windows = .init(perMinute: policy.globalPerMinute)
    configuration.globalLimits.maxConcurrent = policy.maxConcurrentGlobal
    configuration.globalLimits.retryAfterMaxMilliseconds = policy.retryAfterMaxMilliseconds
    configuration.queue.itemsPerTask = policy.itemsPerTask
    configuration.queue.maxLive = policy.maxLive
    configuration.queue.parkedCooldownMilliseconds = policy.cooldownMilliseconds
    configuration.queue.parkedCooldownMillisecondsMax = policy.cooldownMaxMilliseconds
    configuration.loop.intervalMilliseconds = policy.intervalMinutes * Span.minute
    configuration.loop.minTasksToTrigger = policy.minTasksToTrigger
    configuration.loop.maxRunMilliseconds = policy.maxRunMinutes * Span.minute
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
    type.minBytes = Int64(World.minBytes)
    type.verifyOlderThanMilliseconds = policy.verifyHours * Span.hour
    type.scraper = scraper
    return type
  }

  private func scraper(_ type: String, source: String, number: Int) -> Configuration.Scraper {
    let isCommand = policy.commands >> UInt8(number) & 1 == 1
    var scraper = Configuration.Scraper(
      id: "\(source)_\(type)", source: source, kind: isCommand ? .command : .http)
    scraper.maxConcurrent = policy.maxConcurrent
    scraper.timeoutMilliseconds = policy.timeoutMilliseconds
    if isCommand {
      // It takes its time between two requests, and so much for all of them.
      scraper.timeoutMilliseconds += Int64(policy.itemsPerTask) * 2 * policy.commandPace
    }
    scraper.requestsPerSecondMicro = policy.scraperRateMicro
    scraper.burst = policy.scraperBurst
    scraper.requestsPerTask = isCommand ? policy.itemsPerTask : 1
    scraper.retry.maxAttempts = policy.attempts
    scraper.retry.baseDelayMilliseconds = policy.retryBaseMilliseconds
    scraper.retry.maxDelayMilliseconds = policy.retryMaxMilliseconds
    return scraper
  }

  /// The catalogs as they would be read from files.
  public var catalogs: [CatalogTable] { catalogs(on: .init(day: .max)) }

  /// The same on a day: games are in them some days before they are played.
  func catalogs(on today: CivilDay) -> [CatalogTable] {
    var gameTable = CatalogTable(columns: ["id", "season", "date"])
    appendGames(to: &gameTable, on: today)
    var playerTable = CatalogTable(columns: ["slug", "season"])
    for player in 0..<plan.playerSeasons {
      playerTable.append(row: [
        Array("p\(player)".utf8), Array(World.seasonName(playerSeason(player)).utf8),
      ])
    }
    return [gameTable, playerTable]
  }

  /// Appends the games that are known on a day, and are not yet in a table of an earlier day; false
  /// if there is none.
  @discardableResult
  func appendGames(to table: inout CatalogTable, on today: CivilDay) -> Bool {
    let last = Int(today.day) + policy.catalogDaysAhead
    // They are in the order of their days.
    let before = table.rowCount
    for game in games[before...] {
      guard Int(game.day.day) <= last else { break }
      table.append(row: [
        Array(World.gameID(game).utf8), Array(World.seasonName(game.season).utf8),
        Array(game.day.iso.utf8),
      ])
    }
    return table.rowCount > before
  }
}
