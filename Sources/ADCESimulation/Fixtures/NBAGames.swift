internal import ADCEKernel

/// A row of `games.csv`.
struct NBAGame {
  enum Stage: String { case regular, playoffs }

  var season: String
  var day: CivilDay
  var stage: Stage
  /// The league's form: `00`, 2 for the regular season or 4 for the playoffs, the year in two
  /// digits, five more.
  var leagueID: String
  var home: NBATeam
  var away: NBATeam

  /// Basketball-Reference's form: the day, a zero, the home team.
  var referenceID: String { day.compact + "0" + home.referenceCode }
}

extension NBASeason {
  /// The games of the regular season, by number.
  func regularSeason() -> [NBAGame] {
    blocks.flatMap { block in
      let days = playable(block)
      let games = RoundRobin.games(
        teams: block.teams.count, count: block.numbers.count, days: days)
      return zip(block.numbers, games).map { number, game in
        NBAGame(
          season: name, day: game.day, stage: .regular,
          leagueID: "002\(code)\(padded(number, to: 5))",
          home: block.teams[game.home], away: block.teams[game.away])
      }
    }
  }

  /// Games one to four of the fifteen series: those that every series has. How many more it takes
  /// no rule can tell, and a game that was not played must not be expected.
  func playoffs() -> [NBAGame] {
    var games: [NBAGame] = []
    let length = Int(finalsBegin.day - playoffsBegin.day)
    for round in 1...4 {
      let begin = playoffsBegin.advanced(by: (round - 1) * length / 3)
      for (series, pair) in pairs(inRound: round).enumerated() {
        for game in 1...4 {
          let atBetter = game <= 2
          games.append(
            NBAGame(
              season: name, day: begin.advanced(by: series % 2 + (game - 1) * 2),
              stage: .playoffs, leagueID: "004\(code)00\(round)\(series)\(game)",
              home: atBetter ? pair.better : pair.other,
              away: atBetter ? pair.other : pair.better))
        }
      }
    }
    return games
  }

  /// The pairs of a round, in the order of the series: eight, four, two, one. The better seed wins.
  private func pairs(inRound round: Int) -> [(better: NBATeam, other: NBATeam)] {
    // Who comes in, and in which order, changes from year to year.
    func seeds(_ conference: NBATeam.Conference) -> [NBATeam] {
      let teams = NBATeam.all.filter { $0.conference == conference }
      return (0..<8).map { teams[($0 * 4 + startYear) % teams.count] }
    }
    func bracket(_ seeds: [NBATeam]) -> [(better: NBATeam, other: NBATeam)] {
      switch round {
      case 1: [(0, 7), (3, 4), (1, 6), (2, 5)].map { (seeds[$0], seeds[$1]) }
      case 2: [(0, 3), (1, 2)].map { (seeds[$0], seeds[$1]) }
      default: [(seeds[0], seeds[1])]
      }
    }
    let east = seeds(.east)
    let west = seeds(.west)
    return round == 4 ? [(west[0], east[0])] : bracket(east) + bracket(west)
  }
}

extension Fixtures {
  static let playoffGames = 60

  static func games(_ seasons: [NBASeason]) -> CSVTable {
    table(of: seasons.flatMap { $0.regularSeason() + $0.playoffs() })
  }

  /// The form of ESPN's ids, with a number of our own.
  static func table(of games: [NBAGame]) -> CSVTable {
    var table = CSVTable(
      "season", "date", "stage", "nba_id", "bbref_id", "espn_id", "home", "away")
    for game in games {
      table.append(
        game.season, game.day.iso, game.stage.rawValue, game.leagueID, game.referenceID,
        "4" + game.leagueID.dropFirst(2), game.home.code, game.away.code)
    }
    return table
  }

  /// The months in which a season has games, under the names that Basketball-Reference's schedule
  /// pages have: a month that comes twice in a season bears its year. Dated on its last day.
  static func months(_ seasons: [NBASeason]) -> CSVTable {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september",
      "october", "november", "december",
    ]
    var table = CSVTable("season", "month", "date")
    for season in seasons {
      let days = season.blocks.flatMap { season.playable($0) } + season.playoffs().map(\.day)
      var last: [(year: Int, month: Int, day: CivilDay)] = []
      for day in days.sorted() {
        let (year, month, dayOfMonth) = day.components
        if last.last?.month != month {
          let end = day.advanced(by: 32 - dayOfMonth)
          last.append((year, month, end.advanced(by: -end.components.dayOfMonth)))
        }
      }
      for entry in last {
        let twice = last.count { $0.month == entry.month } > 1
        table.append(
          season.name, names[entry.month - 1] + (twice ? "-\(entry.year)" : ""), entry.day.iso)
      }
    }
    return table
  }
}
