import ADCEKernel
import Testing

@testable import ADCESimulation

@Suite struct FixturesTests {
  @Test func everyGeneratedFileIsTheCommittedOneByteForByte() throws {
    for file in Fixtures.files() {
      #expect(try Repository.read("fixtures/" + file.path) == file.bytes, "\(file.path)")
    }
  }

  @Test func writingThemMakesTheSameFilesAgain() throws {
    let folder = try Repository.temporaryFolder()
    try Fixtures.write(to: folder)
    try Fixtures.write(to: folder)
    for file in Fixtures.files() {
      #expect(try Repository.read(file.path, under: folder) == file.bytes, "\(file.path)")
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() {
    #expect(throws: Fixtures.WritingFailed.self) { try Fixtures.write(to: "/dev/null/fixtures") }
  }

  @Test(arguments: NBASeason.all.map(\.startYear))
  func aSeasonHasTheGamesItDeclares(startYear: Int) throws {
    let season = try #require(NBASeason.all.first { $0.startYear == startYear })
    let declared = [2019: 1059, 2020: 1080][startYear] ?? 1230
    #expect(season.regularGames == declared)
    #expect(season.regularSeason().count == declared)
    #expect(season.playoffs().count == Fixtures.playoffGames)

    let rows = Rows.games.filter { $0["season"] == season.name }
    #expect(rows.count { $0["stage"] == "regular" } == declared)
    #expect(rows.count { $0["stage"] == "playoffs" } == Fixtures.playoffGames)
  }

  @Test func everyTeamOfAUsualSeasonPlays82GamesHalfOfThemAtHomeOrNearly() throws {
    let season = try #require(NBASeason.all.first { $0.startYear == 2024 })
    let games = season.regularSeason()
    for team in NBATeam.all {
      let home = games.count { $0.home.code == team.code }
      let away = games.count { $0.away.code == team.code }
      #expect(home + away == 82, "\(team.code)")
      #expect((40...42).contains(home), "\(team.code) \(home)")
    }
  }

  @Test func nobodyPlaysTwiceOnADayOrOutsideTheSeason() {
    for season in NBASeason.all {
      let games = season.regularSeason()
      let appearances = games.flatMap { [$0.home.code + $0.day.iso, $0.away.code + $0.day.iso] }
      #expect(Set(appearances).count == 2 * games.count)
      let playable = Set(season.blocks.flatMap { season.playable($0) })
      #expect(playable.isSuperset(of: games.map(\.day)))
    }
  }

  @Test func idsHaveTheirFormsAndAreUnique() {
    let rows = Rows.games
    #expect(Set(rows.map { $0["nba_id"] }).count == rows.count)
    #expect(Set(rows.map { $0["bbref_id"] }).count == rows.count)
    #expect(Set(rows.map { $0["espn_id"] }).count == rows.count)
    #expect(rows.allSatisfy { $0["nba_id"].count == 10 && $0["nba_id"].hasPrefix("00") })
    #expect(
      rows.allSatisfy { $0["bbref_id"].hasPrefix($0["date"].filter { $0 != "-" } + "0") })
    #expect(rows.contains { $0["nba_id"] == "0022400001" && $0["date"] == "2024-10-22" })
    #expect(rows.contains { $0["nba_id"] == "0042400401" })
  }

  @Test func playersHaveOneSlugEachAndOnePlaceASeason() {
    let rows = Rows(of: "catalogs/players.csv")
    #expect(rows.count == NBASeason.all.count * Rosters.places)
    #expect(Set(rows.map { $0["season"] + $0["slug"] }).count == rows.count)
    let people = Set(rows.map { $0["slug"] + " " + $0["player_id"] })
    #expect(Set(rows.map { $0["slug"] }).count == people.count)
    #expect(Set(rows.map { $0["player_id"] }).count == people.count)
  }

  @Test func otherLeaguesHaveTheGamesTheyDeclare() {
    let wnba = Rows(of: "catalogs/wnba_games.csv")
    for season in WNBASeason.all {
      #expect(wnba.count { $0["season"] == String(season.year) } == season.games)
    }
    let euroleague = Rows(of: "catalogs/euroleague_games.csv")
    #expect(euroleague.count { $0["season"] == "2024-25" } == 306)
    #expect(euroleague.count { $0["season"] == "2025-26" } == 380)
  }

  @Test func aMonthThatComesTwiceInASeasonBearsItsYear() {
    let months = Rows(of: "catalogs/months.csv")
    #expect(months.contains { $0["season"] == "2019-20" && $0["month"] == "october-2019" })
    #expect(months.contains { $0["season"] == "2024-25" && $0["month"] == "october" })
    #expect(months.contains { $0["month"] == "february" && $0["date"] == "2024-02-29" })
  }

  @Test func theDemoHoldsTheGamesAndPlayersItDeclares() {
    #expect(Rows(of: "demo/catalogs/games.csv").count == 2 * Fixtures.demoGamesPerSeason)
    #expect(Rows(of: "demo/catalogs/players.csv").count == 2 * Fixtures.demoPlayersPerSeason)
  }
}
