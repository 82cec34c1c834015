import ADCEKernel
import Testing

struct CoverageMapTests {
  private let now = CivilDay(year: 2025, month: 1, dayOfMonth: 15)!.start
  private let space: KeySpace
  private let desired: Desired

  init() {
    var desired = Desired()
    desired.dimensions = [.init(name: "x", values: .list((0..<70).map { "v\($0)" }))]
    var listed = Desired.DataType(name: "listed")
    listed.patterns = ["a/{x}"]
    listed.freshnessMilliseconds = Span.day
    listed.minBytes = 10
    listed.required = true
    var counted = Desired.DataType(name: "counted")
    counted.patterns = ["c/{season}/{who}.json", "c/{season}-{year}/{who}"]
    counted.expected = .init(perSeason: 2)
    var source = Desired.Source(name: "s")
    source.seasons = .list([
      .named(startYear: 2023), .named(startYear: 2024), .named(startYear: 2025),
    ])
    source.dataTypes = [listed, counted]
    desired.sources = [source]
    self.desired = desired
    space = KeySpace(desired: desired, catalogs: [], now: now)
  }

  private func observe(_ key: String, _ map: inout CoverageMap, bytes: Int64 = 100, age: Int64 = 0)
  {
    Array(key.utf8).withUnsafeBytes {
      map.observe(
        key: $0, facts: ObjectFacts(bytes: bytes, modifiedSeconds: now.seconds - age), in: space)
    }
  }

  private func analysis(_ map: CoverageMap) -> Analysis {
    Analysis(
      space: space, map: map, desired: desired, policy: Configuration.GapPolicy(), now: now,
      unattainable: [])
  }

  @Test func `a counted object counts for the season that its key shows`() {
    var map = CoverageMap(for: space)
    for key in ["c/2023-24/a.json", "c/2023-24/b.json", "c/2023-24/c.json"] { observe(key, &map) }
    observe("c/2024-25-2025/x", &map)
    observe("c/2025-26/x.json", &map)
    observe("c/2099-00/x.json", &map)
    observe("c/2023-24/a/b.json", &map)
    #expect(space.slots.map(\.season?.name) == ["2023-24", "2024-25"])
    #expect(map.found == [3, 1])
    #expect(map.surplusByType == [0, 2])
    #expect(map.unmatched == 1)
    let analysis = analysis(map)
    #expect(analysis.counted.expected == 4)
    #expect(analysis.counted.present == 3)
    #expect(analysis.surplusByType == [0, 3])
    #expect(analysis.countedGaps.map(\.slot) == [1])
    #expect(analysis.countedGaps.map(\.missing) == [1])
    #expect(analysis.countedGaps.map(\.priority) == [.medium])
  }

  @Test func `one object set or cleared after the scan replaces what was known`() {
    var map = CoverageMap(for: space)
    observe("a/v3", &map, bytes: 1, age: 5)
    let ordinal = Array("a/v3".utf8).withUnsafeBytes { space.ordinal(of: $0) }!
    #expect(map.undersized[ordinal / 64] != 0)
    #expect(map.modifiedSeconds(ordinal) == UInt32(now.seconds - 5))
    map.set(ordinal, facts: ObjectFacts(bytes: 10, modifiedSeconds: now.seconds - 9), in: space)
    #expect(map.undersized[ordinal / 64] == 0)
    #expect(map.modifiedSeconds(ordinal) == UInt32(now.seconds - 9))
    map.clear(ordinal, in: space)
    #expect(!map.isPresent(ordinal))
    #expect(map.modifiedSeconds(ordinal) == 0)
  }

  @Test func `a segment's part goes out and in again`() {
    var map = CoverageMap(for: space)
    for index in [0, 7, 63, 64, 69] { observe("a/v\(index)", &map, bytes: Int64(index), age: 9) }
    let state = map.segmentState(0, in: space)
    #expect(state.present.count == 2)
    #expect(state.times.count == 70)
    var other = CoverageMap(for: space)
    other.setSegment(0, state, in: space)
    #expect(other.segmentState(0, in: space) == state)
    var odd = SegmentState()
    odd.present = [UInt64.max, UInt64.max, UInt64.max]
    odd.times = [1]
    other.setSegment(0, odd, in: space)
    #expect(analysis(other).byType[0].present == 70)
    #expect(other.segmentState(0, in: space).present == [UInt64.max, 0x3F])
  }

  @Test func `an undated object is stale when older than its freshness, to the second`() {
    var map = CoverageMap(for: space)
    observe("a/v0", &map, age: 86_400)
    observe("a/v1", &map, age: 86_401)
    observe("a/v2", &map, age: 86_399)
    let analysis = analysis(map)
    #expect(analysis.total.stale == 1)
    #expect(analysis.total.present == 3)
    // The first of them is older than a day a millisecond from now.
    #expect(analysis.nextChange == now + 1)
  }

  @Test func `unmatched objects are counted by prefix, whatever the order and the split`() {
    var dice = Dice(seed: 7)
    let keys = (0..<3000).map { "p\($0 % 700)/q/\($0)" } + ["root", "one/x"]
    var whole = CoverageMap(for: space)
    for key in keys { observe(key, &whole) }
    var merged = CoverageMap(for: space)
    var rest = keys.shuffled(using: &dice)[...]
    while !rest.isEmpty {
      var part = CoverageMap(for: space)
      for key in rest.prefix(400) { observe(key, &part) }
      rest = rest.dropFirst(400)
      merged.merge(part)
    }
    #expect(whole == merged)
    let prefixes = whole.unmatchedPrefixes
    #expect(prefixes.entries.count == UnmatchedPrefixes.limit)
    #expect(prefixes.entries.reduce(prefixes.other) { $0 + $1.count } == keys.count)
    #expect(prefixes.entries.allSatisfy { $0.count <= 5 })
  }
}
