import ADCEKernel
import Testing

struct KeySpaceTests {
  private let now = CivilDay(year: 2025, month: 1, dayOfMonth: 15)!.start

  private func space(
    _ patterns: [String], rows: [[String]], seasons: Desired.Seasons? = nil,
    values: [String: [String]] = [:], keyLimit: Int = 1000,
    _ change: (inout Desired.DataType) -> Void = { _ in }
  ) -> KeySpace {
    var games = Desired.Catalog(name: "games")
    games.season = "season"
    games.date = "date"
    var desired = Desired()
    desired.catalogs = [games]
    desired.dimensions = [
      .init(
        name: "id",
        values: .column(catalog: 0, column: "id", format: .plain, conditions: []))
    ]
    for (name, list) in values { desired.dimensions.append(.init(name: name, values: .list(list))) }
    desired.dimensions.sort { $0.name < $1.name }
    var type = Desired.DataType(name: "box")
    type.patterns = patterns
    change(&type)
    var source = Desired.Source(name: "nba")
    source.seasons = seasons
    source.dataTypes = [type]
    desired.sources = [source]
    var table = CatalogTable(columns: ["season", "id", "date", "home"])
    for row in rows { table.append(row: row.map { Array($0.utf8) }) }
    return KeySpace(desired: desired, catalogs: [table], now: now, keyLimit: keyLimit)
  }

  private func keys(_ space: KeySpace) -> [String] {
    space.segments.flatMap { segment in
      (segment.base..<(segment.base + segment.count)).map { ordinal in
        var bytes: [UInt8] = []
        space.appendKey(of: ordinal, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  private let rows = [
    ["2024-25", "3", "2025-01-02", "BOS"], ["2024-25", "1", "2025-01-03", "ATL"],
    ["2023-24", "2", "2024-01-03", "LAL"], ["2024-25", "9", "", "NYK"],
  ]
  private let seasons = Desired.Seasons.list([
    .named(startYear: 2023), .named(startYear: 2024),
  ])

  @Test func `ordinals lie by season, due and key, and future ones come last`() {
    let space = space(["a/{season}/{id}"], rows: rows, seasons: seasons)
    #expect(keys(space) == ["a/2023-24/2", "a/2024-25/3", "a/2024-25/1", "a/2024-25/9"])
    #expect(space.segments.map(\.base) == [0, 64])
    #expect(space.dueCount(ofSegment: 1, at: now) == 2)
    #expect(space.due(64) == CivilDay(year: 2025, month: 1, dayOfMonth: 3)!.start)
    #expect(space.nextDue(after: now) >= .distantFuture)
  }

  @Test func `what is behind a key can be asked for`() {
    let space = space(["a/{season}/{id}"], rows: rows, seasons: seasons)
    #expect(
      space.parameters(of: 64).map { "\($0.name)=\($0.value)" }
        == ["date=2025-01-02", "id=3", "season=2024-25", "year=2025"])
    #expect(
      space.columns(of: 64).map { "\($0.name)=\($0.value)" }
        == ["date=2025-01-02", "home=BOS", "id=3", "season=2024-25"])
    #expect(space.date(64) == CivilDay(year: 2025, month: 1, dayOfMonth: 2))
    #expect(space.date(66) == nil)
  }

  @Test func `a night's games change the segment of their season alone`() {
    let before = space(["a/{season}/{id}"], rows: rows, seasons: seasons)
    let after = space(
      ["a/{season}/{id}"], rows: rows + [["2024-25", "7", "2025-01-14", "BOS"]], seasons: seasons)
    #expect(before.segments[0].fingerprint == after.segments[0].fingerprint)
    #expect(before.segments[1].fingerprint != after.segments[1].fingerprint)
    #expect(before.segments.map(\.identity) == after.segments.map(\.identity))
    #expect(before.fingerprint != after.fingerprint)
  }

  @Test func `columns that no key depends on change nothing`() {
    let other = rows.map { Array($0.dropLast()) + ["CHI"] }
    let before = space(["a/{season}/{id}"], rows: rows, seasons: seasons)
    let after = space(["a/{season}/{id}"], rows: other, seasons: seasons)
    #expect(before.fingerprint == after.fingerprint)
  }

  @Test func `sizes, settling and freshness are part of a fingerprint`() {
    let changes: [(inout Desired.DataType) -> Void] = [
      { $0.minBytes = 5 }, { $0.settleHours = 5 }, { $0.availableAfterDays = 1 },
      { $0.freshness = .final }, { $0.freshnessMilliseconds = 5 }, { $0.name = "other" },
    ]
    var seen = [space(["a/{id}"], rows: rows).segments[0].fingerprint]
    for change in changes {
      let other = space(["a/{id}"], rows: rows, change).segments[0].fingerprint
      #expect(!seen.contains(other))
      seen.append(other)
    }
  }

  @Test func `the pattern with more literal bytes owns a key, then the earlier`() {
    let space = space(
      ["a/{x}", "{y}/b", "a/{y}"], rows: [], values: ["x": ["b"], "y": ["a", "b"]])
    // a/b by the first and by the second (two literal bytes each): the first owns it.
    #expect(keys(space) == ["a/b", "b/b", "a/a"])
  }

  @Test func `a definition of too many keys is refused before they are made`() {
    let many = (0..<40).map { "v\($0)" }
    let space = space(["{x}/{y}"], rows: [], values: ["x": many, "y": many])
    #expect(space.types[0].basis == .unbounded)
    #expect(space.segments.isEmpty)
    #expect(space.findings.contains(.tooManyKeys(source: "nba", type: "box", limit: 1000)))
  }

  @Test func `a key of over 1,024 bytes is not expected`() {
    let long = String(repeating: "x", count: 1021)
    let space = space(["a/{x}/{y}"], rows: [], values: ["x": [long, "b"], "y": ["c"]])
    #expect(keys(space) == ["a/b/c"])
    #expect(space.findings.contains(.tooLongKeys(source: "nba", type: "box")))
  }

  @Test func `empty and slashed values are counted once and yield no key`() {
    let space = space(["a/{x}", "b/{x}"], rows: [], values: ["x": ["", "p/q", "r"]])
    #expect(keys(space) == ["a/r", "b/r"])
    #expect(
      space.findings.filter {
        $0 == .emptyOrSlashedValues(dimension: "x", count: 2)
      }.count == 1)
  }

  @Test func `odd definitions come to an end`() {
    #expect(KeySpace(desired: Desired(), catalogs: [], now: now).bitCount == 0)
    let odd = space(
      ["", "{", "}", "{}", "a/{id", "{nobody}", "{season}", "{date}/{date}/{id}{id}"], rows: rows)
    #expect(odd.types[0].basis == .unbounded)
    #expect(keys(space(["plain"], rows: [])) == ["plain"])
    #expect(keys(space([""], rows: [])) == [""])
  }
}
