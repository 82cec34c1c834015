extension Fixtures {
  /// The demo's lake holds two past seasons: everything in it is due, whenever the demo is run.
  private static var demoSeasons: [NBASeason] {
    NBASeason.all.filter { [2023, 2024].contains($0.startYear) }
  }

  /// Games a season of the demo.
  static let demoGamesPerSeason = 75
  /// Players a season of the demo.
  static let demoPlayersPerSeason = 40

  static func demoGames() -> CSVTable {
    table(of: demoSeasons.flatMap { $0.regularSeason().prefix(demoGamesPerSeason) })
  }

  static func demoPlayers() -> CSVTable {
    let rosters = Rosters(seasons: demoSeasons.count)
    var table = CSVTable("season", "slug", "name")
    for (index, season) in demoSeasons.enumerated() {
      for place in 0..<demoPlayersPerSeason {
        let player = rosters.player(place: place, season: index)
        table.append(season.name, player.slug, player.name)
      }
    }
    return table
  }
}
