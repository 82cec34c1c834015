/// A made-up player.
struct Player {
  var name: String
  /// Basketball-Reference's form: five letters of the last name, two of the first, a number.
  var slug: String
  /// In the form of the league's ids.
  var leagueID: Int
}

/// 450 places in 30 teams, each held by one player for six seasons and then by another; the places
/// change hands in different years.
struct Rosters {
  static let places = 450
  private static let tenure = 6

  private var players: [Player] = []

  /// Enough for so many seasons.
  init(seasons: Int) {
    let generations = (seasons + Rosters.tenure - 2) / Rosters.tenure + 1
    var taken: [String: Int] = [:]
    for number in 0..<Rosters.places * generations {
      let first = Rosters.firstNames[number * 7 % Rosters.firstNames.count]
      let last = Rosters.lastNames[
        (number * 11 + number / Rosters.firstNames.count) % Rosters.lastNames.count]
      let stem = (last.prefix(5) + first.prefix(2)).lowercased()
      taken[stem, default: 0] += 1
      players.append(
        Player(
          name: "\(first) \(last)", slug: stem + padded(taken[stem, default: 1], to: 2),
          leagueID: 9_000_001 + number))
    }
  }

  /// Who holds a place in a season; both count from 0.
  func player(place: Int, season: Int) -> Player {
    let generation = (season + place % Rosters.tenure) / Rosters.tenure
    return players[generation * Rosters.places + place]
  }

  private static let firstNames = [
    "Aaron", "Adam", "Albert", "Andre", "Anton", "Ben", "Brandon", "Caleb", "Carlos", "Chris",
    "Damian", "Daniel", "David", "Derek", "Dominic", "Elijah", "Eric", "Felix", "Frank", "George",
    "Henry", "Isaiah", "Jamal", "James", "Jordan", "Julian", "Kevin", "Leon", "Luca", "Marcus",
    "Martin", "Nikola", "Oscar", "Patrick", "Quentin", "Rashad", "Samuel", "Thomas", "Victor",
    "Walter", "Zach",
  ]

  private static let lastNames = [
    "Adams", "Allen", "Anderson", "Bailey", "Barnes", "Bell", "Bennett", "Brooks", "Brown",
    "Bryant", "Carter", "Clark", "Coleman", "Collins", "Cooper", "Davis", "Diaz", "Edwards",
    "Evans", "Fischer", "Foster", "Garcia", "Gray", "Green", "Griffin", "Hall", "Harris", "Hayes",
    "Howard", "Hughes", "Ivanov", "Jackson", "Jenkins", "Johnson", "Jones", "Kelly", "King",
    "Kowalski", "Lewis", "Long", "Martin", "Miller", "Mitchell", "Moore", "Morgan", "Nelson",
    "Novak", "Parker", "Perry", "Peterson", "Reed", "Rivera", "Roberts", "Ross", "Russell",
    "Sanders", "Silva", "Stewart", "Taylor", "Walker", "Ward",
  ]
}

extension Fixtures {
  /// One row a player and season. `logged` says whether he was on the floor at all: three of the
  /// fifteen in a team were not, and have no game log.
  static func players(_ seasons: [NBASeason]) -> CSVTable {
    let rosters = Rosters(seasons: seasons.count)
    let perTeam = Rosters.places / NBATeam.all.count
    var table = CSVTable("season", "slug", "player_id", "name", "team", "logged")
    for (index, season) in seasons.enumerated() {
      for place in 0..<Rosters.places {
        let player = rosters.player(place: place, season: index)
        table.append(
          season.name, player.slug, String(player.leagueID), player.name,
          NBATeam.all[place / perTeam].code, place % perTeam < 12 ? "1" : "0")
      }
    }
    return table
  }
}
