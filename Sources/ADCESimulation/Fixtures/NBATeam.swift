/// A team under the names that the sources have for it.
struct NBATeam {
  enum Conference { case east, west }

  /// The league's abbreviation.
  var code: String
  /// Basketball-Reference's, where it differs.
  var referenceCode: String
  /// The league's id, without its common beginning.
  var leagueNumber: Int
  /// ESPN's id.
  var espnNumber: Int
  var name: String
  var conference: Conference

  var leagueID: String { "16106127\(padded(leagueNumber, to: 2))" }

  /// Teams that did not go on in July 2020.
  static let notInvited2020 = ["ATL", "CHA", "CHI", "CLE", "DET", "GSW", "MIN", "NYK"]

  static let all: [NBATeam] = [
    team("ATL", 37, 1, "Atlanta Hawks", .east),
    team("BOS", 38, 2, "Boston Celtics", .east),
    team("BKN", 51, 17, "Brooklyn Nets", .east, reference: "BRK"),
    team("CHA", 66, 30, "Charlotte Hornets", .east, reference: "CHO"),
    team("CHI", 41, 4, "Chicago Bulls", .east),
    team("CLE", 39, 5, "Cleveland Cavaliers", .east),
    team("DAL", 42, 6, "Dallas Mavericks", .west),
    team("DEN", 43, 7, "Denver Nuggets", .west),
    team("DET", 65, 8, "Detroit Pistons", .east),
    team("GSW", 44, 9, "Golden State Warriors", .west),
    team("HOU", 45, 10, "Houston Rockets", .west),
    team("IND", 54, 11, "Indiana Pacers", .east),
    team("LAC", 46, 12, "LA Clippers", .west),
    team("LAL", 47, 13, "Los Angeles Lakers", .west),
    team("MEM", 63, 29, "Memphis Grizzlies", .west),
    team("MIA", 48, 14, "Miami Heat", .east),
    team("MIL", 49, 15, "Milwaukee Bucks", .east),
    team("MIN", 50, 16, "Minnesota Timberwolves", .west),
    team("NOP", 40, 3, "New Orleans Pelicans", .west),
    team("NYK", 52, 18, "New York Knicks", .east),
    team("OKC", 60, 25, "Oklahoma City Thunder", .west),
    team("ORL", 53, 19, "Orlando Magic", .east),
    team("PHI", 55, 20, "Philadelphia 76ers", .east),
    team("PHX", 56, 21, "Phoenix Suns", .west, reference: "PHO"),
    team("POR", 57, 22, "Portland Trail Blazers", .west),
    team("SAC", 58, 23, "Sacramento Kings", .west),
    team("SAS", 59, 24, "San Antonio Spurs", .west),
    team("TOR", 61, 28, "Toronto Raptors", .east),
    team("UTA", 62, 26, "Utah Jazz", .west),
    team("WAS", 64, 27, "Washington Wizards", .east),
  ]

  private static func team(
    _ code: String, _ leagueNumber: Int, _ espnNumber: Int, _ name: String,
    _ conference: Conference, reference: String? = nil
  ) -> NBATeam {
    NBATeam(
      code: code, referenceCode: reference ?? code, leagueNumber: leagueNumber,
      espnNumber: espnNumber, name: name, conference: conference)
  }
}

extension Fixtures {
  /// One row a team and season.
  static func teams(_ seasons: [NBASeason]) -> CSVTable {
    var table = CSVTable("season", "team", "nba_id", "bbref", "espn_id", "name")
    for season in seasons {
      for team in NBATeam.all {
        table.append(
          season.name, team.code, team.leagueID, team.referenceCode, String(team.espnNumber),
          team.name)
      }
    }
    return table
  }
}
