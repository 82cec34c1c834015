internal import ADCEKernel

/// A schedule by the circle method: in each round everybody meets somebody else (with an odd number
/// of teams, one rests), and after `teams − 1` rounds everybody has met everybody.
struct RoundRobin {
  struct Game {
    /// Indexes of teams.
    var home: Int
    var away: Int
    var day: CivilDay
    /// From 0.
    var round: Int
  }

  /// Lays out the first `count` games of as many rounds as that takes, evenly over `days`: a round
  /// is spread over two days where there is room, so nobody plays twice on a day.
  /// There must be at least as many days as rounds, and at least two teams.
  static func games(teams: Int, count: Int, days: [CivilDay]) -> [Game] {
    let perRound = teams / 2
    let rounds = (count + perRound - 1) / perRound
    precondition(teams >= 2 && days.count >= rounds, "\(rounds) rounds in \(days.count) days")
    var games: [Game] = []
    games.reserveCapacity(rounds * perRound)
    for round in 0..<rounds {
      let first = round * days.count / rounds
      let second = min(first + 1, (round + 1) * days.count / rounds - 1)
      for (index, pair) in pairs(teams: teams, round: round).enumerated() {
        let day = days[index < perRound / 2 ? first : second]
        games.append(Game(home: pair.home, away: pair.away, day: day, round: round))
      }
    }
    return Array(games.prefix(count))
  }

  /// Who meets whom in a round, home first. Everybody is at home and away by turns, and what was a
  /// home game in one cycle is none in the next.
  private static func pairs(teams: Int, round: Int) -> [(home: Int, away: Int)] {
    let seats = teams + teams % 2
    let cycle = round / (seats - 1)
    let turn = round % (seats - 1)
    // The last seat stays; the others move round it by one seat a round.
    func seat(_ index: Int) -> Int {
      index == seats - 1 ? index : (index + turn) % (seats - 1)
    }
    return (0..<seats / 2).compactMap { index in
      let a = seat(index)
      let b = seat(seats - 1 - index)
      guard a < teams, b < teams else { return nil }
      return (cycle + (index == 0 ? turn : index)) % 2 == 0 ? (a, b) : (b, a)
    }
  }
}
