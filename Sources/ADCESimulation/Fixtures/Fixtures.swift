/// The catalogs that the starter files and the demo lean on, made from rules and nothing else:
/// the same bytes on every run, build and machine.
///
/// What is real in them: teams and their abbreviations, the windows of the seasons, the number of
/// games, and the ids of the league's own numbering, which runs from 1 to the number of games.
/// What is made up: who plays whom on which day, and every player. Whoever fetches from sources
/// that name a game by its day and home team wants a real schedule in `games.csv` first.
public enum Fixtures {
  /// A file of the fixtures: its path under the fixtures' folder and its bytes.
  public struct File: Hashable, Sendable {
    public var path: String
    public var bytes: [UInt8]
  }

  /// Every generated file, in the order of their paths.
  public static func files() -> [File] {
    let tables: [(path: String, table: CSVTable)] = [
      ("catalogs/college_days.csv", collegeDays()),
      ("catalogs/euroleague_games.csv", euroleagueGames()),
      ("catalogs/games.csv", games(NBASeason.all)),
      ("catalogs/kaggle_datasets.csv", kaggleDatasets()),
      ("catalogs/months.csv", months(NBASeason.all)),
      ("catalogs/players.csv", players(NBASeason.all)),
      ("catalogs/teams.csv", teams(NBASeason.all)),
      ("catalogs/wnba_games.csv", wnbaGames(WNBASeason.all)),
      ("catalogs/wnba_teams.csv", wnbaTeams(WNBASeason.all)),
      ("demo/catalogs/games.csv", demoGames()),
      ("demo/catalogs/players.csv", demoPlayers()),
    ]
    return tables.map { File(path: $0.path, bytes: $0.table.bytes) }
  }
}
