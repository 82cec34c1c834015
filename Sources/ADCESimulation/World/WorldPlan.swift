public import ADCEKernel

/// The shape of a generated world: what its lake should hold.
public struct WorldPlan: Hashable, Sendable, Codable {
  /// Completed seasons before the current one.
  public var pastSeasons: Int
  public var gamesPerSeason: Int
  /// Games played each day of the current season, from its first day on.
  public var gamesPerDay: Int
  /// How many days from the beginning on games are known that are played on them.
  public var daysToCome: Int
  /// Rows of (player, season).
  public var playerSeasons: Int
  /// Share of the objects that the lake lacks at the beginning, in millionths.
  public var holesMicro: Int
  /// Requests a minute that each source allows.
  public var requestsPerMinute: Int

  /// The first user's lake: exactly 172,754 objects are due when the simulation begins.
  public static let full = WorldPlan(
    pastSeasons: 31, gamesPerSeason: 1250, gamesPerDay: 15, daysToCome: 380,
    playerSeasons: 12_754, holesMicro: 64_000, requestsPerMinute: 120)

  /// Some hundred objects, for tests that run many worlds.
  public static let small = WorldPlan(
    pastSeasons: 2, gamesPerSeason: 20, gamesPerDay: 1, daysToCome: 100, playerSeasons: 30,
    holesMicro: 300_000, requestsPerMinute: 60)

  /// 2025-01-15T00:00:00Z, in a season that has begun and not ended.
  public static let begin = Instant(seconds: 1_736_899_200)

  /// Data types that have an object a game.
  static let gameTypes = ["play_by_play", "box_score", "summary", "boxes"]

  /// Games of the current season that are due when the simulation begins.
  var gamesDue: Int { gamesPerSeason }

  /// Objects that are due when the simulation begins.
  public var objectsDue: Int {
    (pastSeasons + 1) * gamesPerSeason * WorldPlan.gameTypes.count + playerSeasons
  }
}
