import Testing

@testable import ADCEKernel

struct WatchTests {
  /// Seasons listed to 2023-24: all over by January 2025.
  private func world(_ names: [Desired.SeasonName]) -> TestWorld {
    var world = TestWorld(games: 0, players: 0, dumps: 0)
    world.configuration.desired.sources[0].seasons = .list(names)
    return world
  }

  private func alert(_ effects: [Effect]) -> [String] {
    effects.compactMap {
      if case .alert(let alert) = $0, alert.kind == .noSeasonOpen { alert.message } else { nil }
    }
  }

  @Test func `that a source's last listed season has ended is said once`() {
    var h = KernelHarness(world([.named(startYear: 2022), .named(startYear: 2023)]))
    h.start()
    #expect(
      alert(h.load()) == [
        "source stats: its last listed season, 2023-24, ended on 2024-10-01: nothing new is "
          + "expected of it"
      ])
    h.scan()
    for _ in 0..<3 {
      h.now = h.now + Span.day
      #expect(alert(h.cycle()) == [])
    }
    h.crash()
    #expect(alert(h.start()) == [])
    #expect(alert(h.load()) == [])
  }

  @Test func `it is said on the day on which it becomes true`() {
    var h = KernelHarness(world([.named(startYear: 2024)]))
    h.start()
    #expect(alert(h.load()) == [])
    h.scan()
    h.now = Instant(seconds: 1_759_276_800) - 1
    h.step(.woken)
    #expect(alert(h.load()) == [])
    h.scan()
    h.now = h.now + Span.hour
    h.step(.woken)
    #expect(alert(h.load()).count == 1)
  }

  @Test func `a season that is listed again is looked out for again`() {
    var h = KernelHarness(world([.named(startYear: 2023)]))
    h.start()
    #expect(alert(h.load()).count == 1)
    h.scan()
    let over = h.configuration
    var open = over
    open.desired.sources[0].seasons = .list([.named(startYear: 2024)])
    #expect(alert(h.step(.configurationChanged(open))) == [])
    #expect(alert(h.step(.configurationChanged(over))).count == 1)
  }

  @Test func `a state that does not add up is said and paused`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0), checks: false)
    h.begin()
    h.kernel.digest = Hash128(high: 1, low: 2)
    h.now = h.now + Span.day
    h.step(.woken)
    #expect(h.load().alerts == [.invariant])
    #expect(h.kernel.run.isPaused == true)
  }

  @Test func `a season that any pattern of a data type lists is looked at`() {
    var world = world([])
    world.configuration.desired.sources[0].seasons = .leagues([
      .init(league: "wnba", firstStartYear: 2020, lastEndYear: 2022),
      .init(league: "nba", firstStartYear: 2024, lastEndYear: nil),
    ])
    world.configuration.desired.sources[0].dataTypes[0].patterns = [
      "box/wnba/{season}/{game_id}.json", "box/nba/{season}/{game_id}.json",
    ]
    var h = KernelHarness(world)
    h.start()
    #expect(alert(h.load()) == [])
  }
}
