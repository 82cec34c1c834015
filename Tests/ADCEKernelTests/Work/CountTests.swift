import Testing

@testable import ADCEKernel

/// Tasks for what is only counted: the next scan alone tells what they did.
struct CountTests {
  private func begun() -> KernelHarness {
    var world = TestWorld(games: 0, players: 0, dumps: 2)
    world.configuration.scrapers[2].retry.jitter = false
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1)])
    #expect(h.keys(1) == [])
    return h
  }

  @Test func `a run is followed by a scan`() {
    var h = begun()
    h.now = h.now + Span.second
    h.lake.put(TestWorld.dump(0), at: h.now)
    h.lake.put(TestWorld.dump(1), at: h.now)
    #expect(h.succeed(1) == [.runEnded(number: 1), .loadCatalogs(3)])
    #expect(h.load() == [.scan(4)])
    #expect(h.scan() == [.cycle(2)])
    #expect(h.state(1) == .done)
    #expect(h.kernel.analyse(at: h.now).counted.missing == 0)
  }

  @Test func `a run that improved something is followed by another`() {
    var h = begun()
    h.now = h.now + Span.second
    h.lake.put(TestWorld.dump(0), at: h.now)
    h.succeed(1)
    h.load()
    #expect(h.scan() == [.cycle(2), .start(2)])
  }

  @Test func `a run that improved nothing is followed by a growing cool-down`() {
    var h = begun()
    var attempt: UInt64 = 1
    for hours in [6, 12, 24] as [Int64] {
      h.now = h.now + Span.second
      let ended = h.now
      h.succeed(attempt)
      h.lookInOn(ended + hours * Span.hour - 1)
      #expect(h.kernel.attemptsMade == attempt)
      h.lookInOn(ended + hours * Span.hour)
      attempt += 1
      #expect(h.kernel.attemptsMade == attempt)
    }
  }

  @Test func `a run that fails backs off and is parked when its attempts are spent`() {
    var h = begun()
    h.fail(1, .transient)
    #expect(h.state(1) == .backingOff)
    #expect(h.task(1)?.notBefore == h.now + 1000)
    h.lookInOn(h.now + 1000)
    h.fail(2, .transient)
    h.lookInOn(h.now + 2000)
    h.fail(3, .transient)
    #expect(h.state(1) == .parked)
    #expect(h.task(1)?.notBefore == h.now + 6 * Span.hour)
    h.lookInOn(h.now + 6 * Span.hour)
    #expect(h.kernel.attemptsMade == 4)
  }

  @Test func `a fault of our own is tried again, and no reason to scan`() {
    var h = begun()
    for attempt in 1...5 as ClosedRange<UInt64> {
      h.fail(attempt, .ownFault)
      // A run's end has the catalogs read; the last look at the lake is young enough.
      if h.kernel.cycle.phase == .loadingCatalogs { h.load() }
      #expect(h.kernel.cycle.phase == .idle)
      #expect(h.state(1) == .backingOff)
      h.lookInOn(h.now + Span.minute)
      #expect(h.kernel.attemptsMade == attempt + 1)
    }
  }

  @Test func `what a run stored while the lake was scanned is looked for again`() {
    var h = begun()
    h.now = h.now + Span.hour
    h.step(.woken)
    #expect(h.load() == [.scan(4)])
    let before = h.lake.scan(for: h.kernel.space, began: h.now)
    h.now = h.now + Span.second
    h.lake.put(TestWorld.dump(0), at: h.now)
    h.lake.put(TestWorld.dump(1), at: h.now)
    h.succeed(1)
    h.step(.scanFinished(.init(4), before))
    // The scan began before the run ended: it cannot know.
    h.now = h.now + Span.second
    h.cycle()
    #expect(h.kernel.analyse(at: h.now).counted.missing == 0)
  }

  @Test func `a cancelled count stays out for a cool-down`() {
    var h = begun()
    #expect(h.request(.cancel([TaskID(1)])) == [.cancel(1), .answered(id: 1, .accepted(1))])
    h.fail(1, .ownFault)
    #expect(h.state(1) == .cancelled)
    let ended = h.now
    h.lookInOn(ended + 6 * Span.hour - 1)
    #expect(h.kernel.attemptsMade == 1)
    h.lookInOn(ended + 6 * Span.hour)
    #expect(h.kernel.attemptsMade == 2)
  }

  @Test func `counts that fall by more than a tenth are doubted`() {
    let world = TestWorld(games: 0, players: 0, dumps: 20)
    var h = KernelHarness(world, lake: world.fullLake)
    #expect(h.begin() == [.cycle(1)])
    h.lake = TestLake()
    h.now = h.now + Span.hour
    #expect(h.cycle().alerts == [.vanished])
    #expect(h.kernel.taskCounts.open == 0)
    // A second scan agrees.
    h.now = h.now + Span.hour
    #expect(h.cycle() == [.cycle(3), .start(1)])
  }

  @Test func `of counts that an operator says are gone tasks are made`() {
    let world = TestWorld(games: 0, players: 0, dumps: 20)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.lake = TestLake()
    h.now = h.now + Span.hour
    h.cycle()
    #expect(h.kernel.taskCounts.open == 0)
    #expect(h.request(.acceptVanished).contains(.start(1)))
  }

  @Test func `one that is parked by its failure leaves room for others`() throws {
    var world = TestWorld(games: 3, players: 0, dumps: 2)
    world.configuration.queue.maxLive = 1
    world.configuration.gaps.highSeasons = []
    world.configuration.desired.sources[0].dataTypes[0].required = false
    world.configuration.queue.scoring.multipliersMicro = [
      .init(source: "bulk", micro: 5_000_000)
    ]
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.taskIDs.count == 1)
    try #require(h.task(1)?.dataType == "dump")
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
    #expect(h.kernel.taskIDs.count == 2)
  }

  @Test func `a task keeps its place when it is looked over`() {
    var world = TestWorld(games: 0, players: 0, dumps: 5)
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.begin()
    let score = h.kernel.queue.tasks[TaskID(1)]?.score
    h.cycle()
    #expect(h.kernel.queue.tasks[TaskID(1)]?.score == score)
  }
}
