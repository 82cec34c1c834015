public import ADCEKernel

/// A lake and its sources, kept compactly: an object is an index, its key is made from it.
///
/// It shares no code with the kernel's coverage algebra: what is expected and when is worked out
/// here again, from the plan.
public struct World: Sendable {
  public let plan: WorldPlan
  public let policy: WorldPolicy
  public let draw: Draw

  struct Game: Sendable {
    var season: Int
    var number: Int
    var day: CivilDay
  }

  private struct Change {
    var object: Int32
    var bytes: Int32
    var modified: UInt32
  }

  /// All games, past and to come.
  private(set) var games: [Game] = []
  /// What the lake holds: bytes of each object, −1 where it is not there.
  private(set) var bytes: [Int32]
  private(set) var modified: [UInt32]
  /// Since when each object has been as it is, in the true time of the world.
  private(set) var since: [Instant]
  /// Every change of the lake, in order: what the object was before it.
  private var changes: [Change] = []
  private var indexOfKey: [UInt64: Int32] = [:]
  private let firstSeason: Int
  private let seasonNames: [[UInt8]]
  private let typeNames = WorldPlan.gameTypes.map { Array("\($0)/".utf8) }
  private let playerTypeName = Array("player_log/".utf8)

  /// Index ranges: the game types one after the other, then the players' objects.
  public var objectCount: Int { games.count * WorldPlan.gameTypes.count + plan.playerSeasons }

  public init(plan: WorldPlan, seed: UInt64, policy: WorldPolicy? = nil) {
    self.plan = plan
    self.policy = policy ?? .standard(plan)
    draw = Draw(seed: seed)
    bytes = []
    modified = []
    since = []
    firstSeason = 2024 - plan.pastSeasons
    games = World.schedule(plan)
    seasonNames = (firstSeason...(games.last?.season ?? 2024)).map {
      Array(World.seasonName($0).utf8)
    }
    bytes = [Int32](repeating: -1, count: objectCount)
    modified = [UInt32](repeating: 0, count: objectCount)
    since = [Instant](repeating: .distantPast, count: objectCount)
    indexOfKey.reserveCapacity(objectCount)
    var key: [UInt8] = []
    for index in 0..<objectCount {
      key.removeAll(keepingCapacity: true)
      appendKey(index, to: &key)
      indexOfKey[Hash128(of: key).low] = Int32(index)
      guard isDue(index, at: WorldPlan.begin),
        draw.millionth(.world, UInt64(index)) >= plan.holesMicro
      else { continue }
      bytes[index] = Int32(size(of: index))
      let captured = max(settled(index) + Span.day, WorldPlan.begin - 300 * Span.day)
      modified[index] = UInt32(min(captured, WorldPlan.begin - Span.hour).seconds)
    }
  }

  private static func schedule(_ plan: WorldPlan) -> [Game] {
    var games: [Game] = []
    let currentStart = 2024
    for past in 0..<plan.pastSeasons {
      let year = currentStart - plan.pastSeasons + past
      guard let first = CivilDay(year: year, month: 10, dayOfMonth: 20) else { continue }
      for number in 0..<plan.gamesPerSeason {
        let day = first.day + Int32(number * 170 / plan.gamesPerSeason)
        games.append(Game(season: year, number: number, day: CivilDay(day: day)))
      }
    }
    let today = CivilDay(containing: WorldPlan.begin).day
    for number in 0..<plan.gamesDue {
      let day = today - 1 - Int32((plan.gamesDue - 1 - number) * 80 / plan.gamesDue)
      games.append(Game(season: currentStart, number: number, day: CivilDay(day: day)))
    }
    var numbers = [currentStart: plan.gamesDue]
    for day in (0..<plan.daysToCome).map({ CivilDay(day: today + Int32($0)) }) {
      guard let season = World.season(playedOn: day) else { continue }
      for _ in 0..<plan.gamesPerDay {
        games.append(Game(season: season, number: numbers[season, default: 0], day: day))
        numbers[season, default: 0] += 1
      }
    }
    return games
  }

  /// The start year of the season in which games are played on a day: from the twentieth of October
  /// to the middle of June; nil = in none.
  private static func season(playedOn day: CivilDay) -> Int? {
    let (year, month, dayOfMonth) = day.components
    if month > 10 || month == 10 && dayOfMonth >= 20 { return year }
    return month < 6 || month == 6 && dayOfMonth <= 15 ? year - 1 : nil
  }
}

// MARK: - What is expected

extension World {
  static func seasonName(_ startYear: Int) -> String {
    let end = (startYear + 1) % 100
    return "\(startYear)-\(end < 10 ? "0" : "")\(end)"
  }

  static func gameID(_ game: Game) -> String {
    let number = String(game.number)
    return "\(game.season % 100 + 100)".dropFirst()
      + String(repeating: "0", count: 5 - number.count) + number
  }

  /// The key of an object.
  public func key(_ index: Int) -> [UInt8] {
    var key: [UInt8] = []
    appendKey(index, to: &key)
    return key
  }

  /// Appends an object's key: bytes from tables, for a scan by rows asks for all of them.
  func appendKey(_ index: Int, to key: inout [UInt8]) {
    let type = index / max(1, games.count)
    if type < WorldPlan.gameTypes.count {
      let game = games[index % games.count]
      key += typeNames[type]
      key += seasonNames[game.season - firstSeason]
      key.append(UInt8(ascii: "/"))
      World.append(game.season % 100, digits: 2, to: &key)
      World.append(game.number, digits: 5, to: &key)
    } else {
      let player = index - games.count * WorldPlan.gameTypes.count
      key += playerTypeName
      key += seasonNames[playerSeason(player) - firstSeason]
      key += [UInt8(ascii: "/"), UInt8(ascii: "p")]
      World.append(player, digits: 1, to: &key)
    }
    key += World.suffix
  }

  private static let suffix = Array(".json".utf8)

  /// Appends a number in decimal, with at least so many digits.
  private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  func playerSeason(_ player: Int) -> Int { 2024 - player % (plan.pastSeasons + 1) }

  public func index(of key: [UInt8]) -> Int? { indexOfKey[Hash128(of: key).low].map(Int.init) }

  /// The number of an object's data type: those of games in their order, then the players' one.
  func type(of index: Int) -> Int { min(index / max(1, games.count), WorldPlan.gameTypes.count) }

  private func game(_ index: Int) -> Game? {
    index < games.count * WorldPlan.gameTypes.count ? games[index % games.count] : nil
  }

  /// A game's objects are due at the end of its day (UTC); a player's when the season begins.
  func due(_ index: Int) -> Instant {
    if let game = game(index) { return game.day.end }
    let year = playerSeason(index - games.count * WorldPlan.gameTypes.count)
    return CivilDay(year: year, month: 10, dayOfMonth: 1)?.start ?? .distantPast
  }

  /// Before it an object is an unfinished copy.
  public func settled(_ index: Int) -> Instant {
    game(index) == nil ? due(index) : due(index) + 12 * Span.hour
  }

  public func isDue(_ index: Int, at now: Instant) -> Bool { due(index) <= now }

  /// The source has it, at last.
  public func isPublished(_ index: Int, at now: Instant) -> Bool {
    let lag = policy.publicationLagMilliseconds
    if lag == 0 { return true }
    return due(index) + Int64(draw.bits(.world, UInt64(index), 3) % UInt64(lag + 1)) <= now
  }

  /// Smaller than an object may be.
  func isUndersized(_ index: Int) -> Bool { bytes[index] >= 0 && bytes[index] < World.minBytes }

  /// A copy from before the object had settled, which it has by now.
  func isStale(_ index: Int, at now: Instant) -> Bool {
    let settled = settled(index)
    return bytes[index] >= 0 && settled <= now && Instant(seconds: Int64(modified[index])) < settled
  }

  /// How many objects are due, and how many of these the lake lacks.
  public func truth(at now: Instant) -> (expected: Int, missing: Int) {
    var result = (expected: 0, missing: 0)
    for index in 0..<objectCount where isDue(index, at: now) {
      result.expected += 1
      if bytes[index] < 0 { result.missing += 1 }
    }
    return result
  }

  /// Bytes of the object: 683 KB on average, so that the full lake holds 118 GB.
  public func size(of index: Int) -> Int {
    200_000 + Int(draw.bits(.world, UInt64(index), 1) % 966_000)
  }

  /// The source does not have it, and never will: one in a hundred.
  public func isAbsentForEver(_ index: Int) -> Bool {
    draw.millionth(.world, UInt64(index), 2) < 10_000
  }
}

// MARK: - The lake

extension World {
  /// - Parameter modified: what the lake calls the time of the write, `now` by a clock that is right.
  mutating func store(_ index: Int, bytes count: Int, at now: Instant, modified time: Instant) {
    noteChange(index)
    bytes[index] = Int32(count)
    modified[index] = UInt32(clamping: time.seconds)
    since[index] = now
  }

  mutating func delete(_ index: Int, at now: Instant) {
    noteChange(index)
    bytes[index] = -1
    modified[index] = 0
    since[index] = now
  }

  private mutating func noteChange(_ index: Int) {
    changes.append(
      Change(object: Int32(index), bytes: bytes[index], modified: modified[index]))
  }

  /// How often an object has changed since the beginning.
  var changeCount: Int { changes.count }

  /// The objects that changed after so many changes, each once, with what they were then.
  func forEachChanged(since position: Int, _ body: (_ object: Int, ObjectFacts?) -> Void) {
    var seen: Set<Int32> = []
    for change in changes[position...] where seen.insert(change.object).inserted {
      body(Int(change.object), World.facts(change.bytes, change.modified))
    }
  }

  /// What the lake held after so many changes, but for what is seen as it is now.
  func holdings(since position: Int, isSeenLate: (Int) -> Bool) -> Holdings {
    var result = holdings
    for change in changes[position...].reversed() where !isSeenLate(Int(change.object)) {
      result.bytes[Int(change.object)] = change.bytes
      result.modified[Int(change.object)] = change.modified
    }
    return result
  }

  /// What the lake holds now: a copy to look at later.
  var holdings: Holdings { Holdings(bytes: bytes, modified: modified) }

  private static func facts(_ bytes: Int32, _ modified: UInt32) -> ObjectFacts? {
    bytes < 0 ? nil : ObjectFacts(bytes: Int64(bytes), modifiedSeconds: Int64(modified))
  }

  struct Holdings {
    var bytes: [Int32]
    var modified: [UInt32]

    func facts(_ index: Int) -> ObjectFacts? { World.facts(bytes[index], modified[index]) }
  }

  func facts(_ index: Int) -> ObjectFacts? { World.facts(bytes[index], modified[index]) }
}
