internal import ADCEKernel

/// The frame of an NBA season. The windows are those of the seasons that were played; the last one
/// is laid out like the ones before it.
struct NBASeason {
  /// Games that are numbered and played together.
  struct Block {
    var days: ClosedRange<CivilDay>
    /// Within the season's numbering.
    var numbers: ClosedRange<Int>
    var teams: [NBATeam] = NBATeam.all
  }

  /// The year in which it begins.
  var startYear: Int
  var blocks: [Block]
  /// Days without games: the All-Star break.
  var pause: ClosedRange<CivilDay>
  var playoffsBegin: CivilDay
  var finalsBegin: CivilDay

  var name: String { "\(startYear)-\(padded((startYear + 1) % 100, to: 2))" }
  /// As the league's game ids show it.
  var code: String { padded(startYear % 100, to: 2) }
  var regularGames: Int { blocks.reduce(0) { $0 + $1.numbers.count } }

  /// Days of a block on which games are played: not in the pause, not on Thanksgiving (the fourth
  /// Thursday of November), not on Christmas Eve.
  func playable(_ block: Block) -> [CivilDay] {
    block.days.all.filter { day in
      let (_, month, dayOfMonth) = day.components
      let thanksgiving = month == 11 && (22...28).contains(dayOfMonth) && day.isThursday
      return !pause.contains(day) && !thanksgiving && !(month == 12 && dayOfMonth == 24)
    }
  }
}

extension NBASeason {
  static let all: [NBASeason] = [
    usual(2017, "10-17", "04-11", pause: ("02-16", "02-21"), "04-14", "05-31"),
    usual(2018, "10-16", "04-10", pause: ("02-15", "02-20"), "04-13", "05-30"),
    interrupted,
    shortened,
    usual(2021, "10-19", "04-10", pause: ("02-18", "02-23"), "04-16", "06-02"),
    usual(2022, "10-18", "04-09", pause: ("02-17", "02-22"), "04-15", "06-01"),
    usual(2023, "10-24", "04-14", pause: ("02-16", "02-21"), "04-20", "06-06"),
    usual(2024, "10-22", "04-13", pause: ("02-14", "02-18"), "04-19", "06-05"),
    usual(2025, "10-21", "04-12", pause: ("02-13", "02-18"), "04-18", "06-03"),
    usual(2026, "10-20", "04-11", pause: ("02-19", "02-24"), "04-17", "06-03"),
  ]

  /// 30 teams, 82 games each.
  private static func usual(
    _ year: Int, _ first: String, _ last: String, pause: (String, String), _ playoffs: String,
    _ finals: String
  ) -> NBASeason {
    let next = year + 1
    return NBASeason(
      startYear: year,
      blocks: [
        Block(days: .day(year, first)...(.day(next, last)), numbers: 1...1230)
      ],
      pause: .day(next, pause.0)...(.day(next, pause.1)),
      playoffsBegin: .day(next, playoffs), finalsBegin: .day(next, finals))
  }

  /// Stopped on 11 March 2020; 22 teams went on in July, with numbers of their own.
  private static let interrupted = NBASeason(
    startYear: 2019,
    blocks: [
      Block(days: .day(2019, "10-22")...(.day(2020, "03-11")), numbers: 1...971),
      Block(
        days: .day(2020, "07-30")...(.day(2020, "08-14")), numbers: 1231...1318,
        teams: NBATeam.all.filter { !NBATeam.notInvited2020.contains($0.code) }),
    ],
    pause: .day(2020, "02-14")...(.day(2020, "02-19")),
    playoffsBegin: .day(2020, "08-17"), finalsBegin: .day(2020, "09-30"))

  /// 72 games each.
  private static let shortened = NBASeason(
    startYear: 2020,
    blocks: [Block(days: .day(2020, "12-22")...(.day(2021, "05-16")), numbers: 1...1080)],
    pause: .day(2021, "03-05")...(.day(2021, "03-09")),
    playoffsBegin: .day(2021, "05-22"), finalsBegin: .day(2021, "07-06"))
}
