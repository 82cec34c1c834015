import ADCEKernel

/// A small definition with its catalogs, a clock and a policy, drawn from a seed.
struct GeneratedCase {
  var desired = Desired()
  var catalogs: [CatalogTable?] = []
  var policy = Configuration.GapPolicy()
  var now = Instant(seconds: 0)

  private static let texts = ["x", "x_y", "é", "a b", "", "p/q", "02", "Z", "y"]
  private static let seasonCells = [
    "2022-23", "2023-24", "2024-25", "2024", "2023", "", "1901-02", "spring",
  ]

  init(seed: UInt64) {
    var dice = Dice(seed: seed)
    let today = CivilDay(year: 2024, month: 1, dayOfMonth: 1)!.day + Int32(dice.roll(0..<700))
    now = CivilDay(day: today).start + Int64(dice.roll(0..<3)) * 43_200_000
    for index in 0..<dice.roll(0..<4) { addCatalog(index, today, &dice) }
    for (name, values) in [("a", ["x", "x_y"]), ("b", ["y", "z", "a/b", ""]), ("c", ["1", "1"])] {
      desired.dimensions.append(.init(name: name, values: .list(values)))
    }
    for catalog in catalogs.indices {
      let formats: [Desired.Dimension.Format] = [
        .plain, .plain, .upper, .first, .endYear, .yyyymmdd,
      ]
      for column in ["id", "alt", "season", "date"] where !dice.once(in: 3) {
        desired.dimensions.append(
          .init(
            name: "\(column)\(catalog)",
            values: .column(
              catalog: dice.once(in: 15) ? nil : catalog, column: column,
              format: column == "id" ? .plain : dice.pick(formats),
              conditions: dice.once(in: 4) ? [.init(column: "alt", value: "x")] : [])))
      }
    }
    desired.dimensions.sort { $0.name < $1.name }
    if dice.once(in: 2) { desired.seasonStarts.append(.init(league: "nba", month: 10, day: 21)) }
    if dice.once(in: 3) { desired.seasonStarts.append(.init(league: "wnba", month: 2, day: 29)) }
    for index in 0..<dice.roll(1..<3) { addSource(index, &dice) }
    policy.criticalDays = dice.pick([0, 3, 30])
    policy.highSeasons = dice.pick([[], ["2022-23"], ["2023"]])
    policy.mediumSeasons = dice.pick([[], ["2023-24", "2024"]])
    if dice.once(in: 2) {
      desired.waivers.append(
        .init(
          scope: dice.once(in: 2) ? .pattern("d/{l}/{x}_{y}.json") : .key("d/misc/x_y.json"),
          reason: "", until: dice.once(in: 2) ? CivilDay(day: today - 1) : nil))
    }
  }

  private mutating func addCatalog(_ index: Int, _ today: Int32, _ dice: inout Dice) {
    var declaration = Desired.Catalog(name: "catalog\(index)")
    if !dice.once(in: 3) { declaration.season = "season" }
    if dice.once(in: 2) { declaration.date = "date" }
    if dice.once(in: 3) { declaration.time = "time" }
    desired.catalogs.append(declaration)
    guard !dice.once(in: 10) else { return catalogs.append(nil) }
    var table = CatalogTable(columns: ["id", "alt", "season", "date", "time"])
    for row in 0..<dice.roll(0..<9) {
      let day = CivilDay(day: today + Int32(dice.roll(0..<12)) - 8)
      let hour = dice.pick(["00", "12", "23"])
      let cells = [
        dice.once(in: 4) ? dice.pick(Self.texts) : "g\(row)", dice.pick(Self.texts),
        dice.pick(Self.seasonCells), dice.once(in: 5) ? dice.pick(["", "soon"]) : day.iso,
        dice.once(in: 2) ? dice.pick(["", "TBD"]) : "\(day.iso)T\(hour):00:00-05:00",
      ]
      table.append(row: cells.map { Array($0.utf8) })
    }
    catalogs.append(table)
  }

  private mutating func addSource(_ index: Int, _ dice: inout Dice) {
    var source = Desired.Source(name: "source\(index)")
    source.enabled = !dice.once(in: 8)
    source.seasons = Self.seasons(&dice)
    for type in 0..<dice.roll(1..<5) {
      source.dataTypes.append(dataType("type\(type)", &dice))
    }
    desired.sources.append(source)
  }

  private static func seasons(_ dice: inout Dice) -> Desired.Seasons? {
    switch dice.roll(0..<4) {
    case 0: nil
    case 1: .list([.named(startYear: 2022), .named(startYear: 2023), .named(startYear: 2024)])
    case 2: .list([.year(2023), .year(2024), .year(2025)])
    default:
      .leagues([
        .init(league: "nba", firstStartYear: 2022, lastEndYear: dice.once(in: 2) ? nil : 2025),
        .init(league: "wnba", firstStartYear: 2023, lastEndYear: nil),
      ])
    }
  }

  private func dataType(_ name: String, _ dice: inout Dice) -> Desired.DataType {
    var type = Desired.DataType(name: name)
    type.required = dice.once(in: 2)
    type.criticalDays = dice.once(in: 4) ? 1 : nil
    if dice.once(in: 3) { type.seasons = Self.seasons(&dice) }
    if dice.once(in: 4) { type.league = dice.pick(["nba", "wnba", "none"]) }
    type.seasonFormat = dice.pick([.name, .name, .startYear, .endYear])
    type.yearIs = dice.pick([.start, .end])
    type.freshness = dice.pick([.open, .open, .always, .final])
    type.freshnessMilliseconds = dice.pick([nil, 0, Span.day, 30 * Span.day])
    type.availableAfterDays = dice.pick([0, 0, 1, 3])
    type.availableAfterHours = dice.pick([0, 0, 6])
    type.settleHours = dice.pick([0, 12, 100])
    type.minBytes = dice.pick([0, 100])
    if dice.once(in: 3) {
      type.expected = .init(
        perSeason: dice.once(in: 2) ? dice.roll(0..<4) : nil,
        bySeason: dice.once(in: 4)
          ? [.init(season: "2023-24", count: 2), .init(season: "2024", count: 3)] : nil,
        years: dice.once(in: 2) ? 3 : nil, files: dice.once(in: 2) ? 2 : nil)
    }
    for _ in 0..<dice.roll(0..<4) { type.patterns.append(pattern(&dice)) }
    return type
  }

  private func pattern(_ dice: inout Dice) -> String {
    let known = desired.dimensions.map(\.name) + ["season", "season", "year", "date"]
    let folder = dice.pick(["nba", "misc", "wnba"])
    var text = "d/\(folder)/"
    for index in 0..<dice.roll(1..<3) {
      if index > 0 { text += dice.pick(["_", "/", "_x_"]) }
      text +=
        dice.once(in: 6)
        ? dice.pick(["all", "x"]) : "{\(dice.once(in: 9) ? "who" : dice.pick(known))}"
    }
    return text + dice.pick([".json", ".json", "/log.json"])
  }

  /// Objects of a lake: some that are named by `keys`, some near them, some strays; no key twice.
  func lake(keys: [String], seed: UInt64) -> [LakeObject] {
    var dice = Dice(seed: seed)
    var objects: [LakeObject] = []
    var seen: Set<String> = []
    let strays = ["d/nba/q_r.json", "d/misc/2023-24.json", "d/misc/2023/x.json", "top", "/x//"]
    for key in keys + keys.map({ $0 + "x" }) + strays {
      guard dice.roll(0..<3) > 0, seen.insert(key).inserted else { continue }
      let age = Int64(dice.pick([0, 1, 3600, 86_400, 86_401, 400_000, 3_000_000, 90_000_000]))
      objects.append(
        LakeObject(
          key: key, bytes: Int64(dice.pick([0, 99, 100, 5000])),
          modified: now.seconds - age - Int64(dice.roll(0..<2))))
    }
    return objects
  }
}

struct LakeObject {
  var key: String
  var bytes: Int64
  /// Seconds since 1970.
  var modified: Int64
}
