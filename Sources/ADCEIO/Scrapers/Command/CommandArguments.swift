internal import ADCEKernel

/// What a command scraper is called with (CONFIG.md §6): the arguments that it accepts and that
/// the task has values for.
enum CommandArguments {
  static func make(
    _ work: AttemptWork, _ settings: CommandScraperSettings, today: CivilDay
  ) -> [String] {
    let games = values("game_id", work)
    let players = values("player_id", work)
    let teams = values("team_id", work)
    var arguments: [String] = []
    func add(_ parameter: ScraperSettings.Parameter, _ flag: String, _ value: String?) {
      guard let value, settings.acceptedParameters.contains(parameter) else { return }
      arguments += [flag, value]
    }
    add(.season, "--season", work.season)
    add(.gameIDs, "--game-ids", games.isEmpty ? nil : games.joined(separator: ","))
    // These take one; several differ from item to item, and stand in ADCE_TASK.
    add(.playerID, "--player-id", players.count == 1 ? players[0] : nil)
    add(.teamID, "--team-id", teams.count == 1 ? teams[0] : nil)
    if let dates = work.dates {
      add(.startDate, "--start-date", dates.lowerBound.iso)
      add(.endDate, "--end-date", dates.upperBound.iso)
      let days = Int(today.day) - Int(dates.lowerBound.day)
      add(.days, "--days", String(min(max(days, 1), 30)))
    }
    if settings.isDryRun, settings.acceptedParameters.contains(.dryRun) {
      arguments.append("--dry-run")
    }
    if work.season == nil, games.isEmpty, players.isEmpty, teams.isEmpty {
      arguments += settings.extraArguments[work.source] ?? []
    }
    return arguments
  }

  /// The values of one parameter over all items, each once, in their order.
  private static func values(_ name: String, _ work: AttemptWork) -> [String] {
    var values: [String] = []
    for item in work.items {
      for parameter in item.parameters where parameter.name == name {
        if !values.contains(parameter.value) { values.append(parameter.value) }
      }
    }
    return values
  }
}

/// The JSON document that ADCE_TASK leads to (CONFIG.md §6).
enum TaskDocument {
  static func make(_ work: AttemptWork, _ settings: CommandScraperSettings) -> String {
    let document = JSONValue.object([
      .init("adce", .number("1")),
      .init("task_id", .number(String(work.task.number))),
      .init("attempt", .number(String(work.attemptNumber))),
      .init("scraper_id", .string(settings.id)),
      .init("source", .string(work.source)),
      .init("priority", .string(work.priority.name)),
      .init("params", .object(common(work))),
      .init("items", .array(work.items.map(item))),
      .init("settings", settings.settings),
    ])
    return document.serialised + "\n"
  }

  private static func item(_ item: AttemptWork.Item) -> JSONValue {
    .object([
      .init("key", .string(String(decoding: item.key, as: UTF8.self))),
      .init("params", .object(item.parameters.map { .init($0.name, .string($0.value)) })),
    ])
  }

  /// The task's own words, and the parameters that are the same for all its items.
  private static func common(_ work: AttemptWork) -> [JSONValue.Member] {
    var members = [JSONValue.Member("data_type", .string(work.dataType))]
    if let season = work.season { members.append(.init("season", .string(season))) }
    if let dates = work.dates {
      members.append(.init("start_date", .string(dates.lowerBound.iso)))
      members.append(.init("end_date", .string(dates.upperBound.iso)))
    }
    for parameter in work.items.first?.parameters ?? []
    where !members.contains(where: { $0.name == parameter.name })
      && work.items.allSatisfy({ $0.parameters.contains(parameter) })
    {
      members.append(.init(parameter.name, .string(parameter.value)))
    }
    return members
  }
}
