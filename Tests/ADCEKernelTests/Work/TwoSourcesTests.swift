import Testing

@testable import ADCEKernel

/// One scraper that serves data types of two sources: the limits of its own source count.
struct TwoSourcesTests {
  private func world() -> TestWorld {
    var world = TestWorld(games: 3, players: 3, dumps: 0)
    world.configuration.desired.sources[1].dataTypes[0].scraper = 0
    var stats = Configuration.SourceLimits(name: "stats")
    stats.windows = .init(perMinute: 2)
    world.configuration.sources = [stats]
    world.configuration.scrapers[0].maxConcurrent = 2
    return world
  }

  @Test func `requests in flight leave the windows that they were counted in`() {
    var h = KernelHarness(world())
    h.keepTwin()
    h.begin()
    #expect(h.kernel.attemptsMade == 2)
    var next: UInt64 = 1
    for _ in 0..<40 where h.numbers.missing > 0 {
      if h.kernel.attemptsMade >= next {
        h.succeed(next)
        next += 1
      } else {
        h.wake()
        if h.kernel.cycle.phase == .loadingCatalogs { h.load() }
        if h.kernel.cycle.phase == .scanning { h.scan() }
      }
    }
    #expect(h.numbers.missing == 0)
  }

  @Test func `a Retry-After holds for the source that was asked`() {
    var h = KernelHarness(world())
    h.begin()
    // Of the other source there is nothing to do but for the same scraper.
    for attempt in 1...2 as ClosedRange<UInt64> { h.succeed(attempt) }
    h.now = h.now + 62 * Span.second
    h.step(.woken)
    #expect(h.kernel.attemptsMade == 4)
    h.succeed(3)
    #expect(h.keys(4).first?.hasPrefix("page/") == true)
    h.fail(4, .throttled, retryAfter: 20 * Span.minute)
    h.lookInOn(h.now + 19 * Span.minute)
    #expect(h.kernel.attemptsMade == 4)
  }

  @Test func `while the source that is asked is paused no run begins`() {
    var h = KernelHarness(world())
    h.start()
    _ = h.request(.pause(source: "stats"))
    h.load()
    h.scan()
    #expect(h.kernel.taskCounts.open > 0)
    #expect(h.kernel.run.number == 0)
  }

  @Test func `tasks are made in the order in which they are admitted`() {
    var world = TestWorld(games: 3, players: 3, dumps: 0)
    world.configuration.queue.maxLive = 1
    world.configuration.desired.sources[0].dataTypes[0].required = false
    world.configuration.gaps.highSeasons = []
    world.configuration.queue.scoring.multipliersMicro = [.init(source: "site", micro: 5_000_000)]
    var h = KernelHarness(world)
    h.begin()
    #expect(h.task(1)?.dataType == "page")
  }
}
