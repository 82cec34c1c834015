internal import ADCEKernel

/// The frame of a WNBA season: a calendar year.
struct WNBASeason {
  var year: Int
  var days: ClosedRange<CivilDay>
  /// Days without games: the All-Star or an Olympic break.
  var pause: ClosedRange<CivilDay>
  var games: Int
  /// Basketball-Reference's abbreviations.
  var teams: [String]

  private static let twelve = [
    "ATL", "CHI", "CON", "DAL", "IND", "LAS", "LVA", "MIN", "NYL", "PHO", "SEA", "WAS",
  ]

  static let all: [WNBASeason] = [
    season(2022, "05-06", "08-14", pause: ("07-08", "07-11"), games: 216, twelve),
    season(2023, "05-19", "09-10", pause: ("07-14", "07-17"), games: 240, twelve),
    season(2024, "05-14", "09-19", pause: ("07-18", "08-14"), games: 240, twelve),
    season(2025, "05-16", "09-11", pause: ("07-17", "07-21"), games: 286, twelve + ["GSV"]),
    season(
      2026, "05-08", "09-24", pause: ("07-23", "07-27"), games: 330,
      twelve + ["GSV", "POR", "TOR"]),
  ]

  private static func season(
    _ year: Int, _ first: String, _ last: String, pause: (String, String), games: Int,
    _ teams: [String]
  ) -> WNBASeason {
    WNBASeason(
      year: year, days: .day(year, first)...(.day(year, last)),
      pause: .day(year, pause.0)...(.day(year, pause.1)), games: games, teams: teams)
  }
}

extension Fixtures {
  /// Regular seasons, with the league's numbering: `102`, the year in two digits, five more.
  static func wnbaGames(_ seasons: [WNBASeason]) -> CSVTable {
    var table = CSVTable("season", "date", "wnba_id", "home", "away")
    for season in seasons {
      let days = season.days.all.filter { !season.pause.contains($0) }
      let games = RoundRobin.games(teams: season.teams.count, count: season.games, days: days)
      for (index, game) in games.enumerated() {
        table.append(
          String(season.year), game.day.iso,
          "102\(padded(season.year % 100, to: 2))\(padded(index + 1, to: 5))",
          season.teams[game.home], season.teams[game.away])
      }
    }
    return table
  }

  static func wnbaTeams(_ seasons: [WNBASeason]) -> CSVTable {
    var table = CSVTable("season", "team")
    for season in seasons {
      for team in season.teams { table.append(String(season.year), team) }
    }
    return table
  }

  /// EuroLeague regular seasons: their games are numbered from 1.
  static func euroleagueGames() -> CSVTable {
    let seasons: [(name: String, days: ClosedRange<CivilDay>, teams: Int)] = [
      ("2022-23", .day(2022, "10-06")...(.day(2023, "04-14")), 18),
      ("2023-24", .day(2023, "10-05")...(.day(2024, "04-12")), 18),
      ("2024-25", .day(2024, "10-03")...(.day(2025, "04-11")), 18),
      ("2025-26", .day(2025, "09-30")...(.day(2026, "04-17")), 20),
      ("2026-27", .day(2026, "09-29")...(.day(2027, "04-16")), 20),
    ]
    var table = CSVTable("season", "date", "round", "gamecode")
    for season in seasons {
      let games = RoundRobin.games(
        teams: season.teams, count: season.teams * (season.teams - 1), days: season.days.all)
      for (index, game) in games.enumerated() {
        table.append(season.name, game.day.iso, String(game.round + 1), String(index + 1))
      }
    }
    return table
  }

  /// The days on which college basketball is played: early November to early April.
  static func collegeDays() -> CSVTable {
    var table = CSVTable("season", "date")
    for year in 2022...2026 {
      let name = "\(year)-\(padded((year + 1) % 100, to: 2))"
      for day in (CivilDay.day(year, "11-04")...(.day(year + 1, "04-08"))).all {
        table.append(name, day.iso)
      }
    }
    return table
  }

  /// Public data sets about basketball, by owner and name.
  static func kaggleDatasets() -> CSVTable {
    var table = CSVTable("owner", "dataset")
    table.append("drgilermo", "nba-players-stats")
    table.append("eoinamoore", "historical-nba-data-and-player-box-scores")
    table.append("justinas", "nba-players-data")
    table.append("nathanlauga", "nba-games")
    table.append("sumitrodatta", "nba-aba-baa-stats")
    table.append("wyattowalsh", "basketball")
    return table
  }
}
