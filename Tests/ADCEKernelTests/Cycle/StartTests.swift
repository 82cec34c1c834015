import Testing

@testable import ADCEKernel

struct StartTests {
  @Test func `a loop reconciles at once and starts what it may`() {
    var h = KernelHarness(TestWorld())
    #expect(h.start(.loop) == [.loadCatalogs(1)])
    #expect(h.load() == [.scan(2)])
    #expect(h.scan() == [.cycle(1), .start(1), .start(2), .start(3)])
    #expect(h.keys(1) == [TestWorld.box(7)])
    #expect(h.keys(2) == [])
    #expect(h.keys(3) == (0..<4).map(TestWorld.page))
    #expect(h.numbers.missing == 18)
    #expect(h.kernel.taskCounts.openByPriority == [1, 1, 2, 0])
  }

  @Test func `once reconciles, executes, reconciles and is finished`() {
    var h = KernelHarness(TestWorld(games: 2, players: 0, dumps: 0))
    #expect(h.start(.once) == [.loadCatalogs(1)])
    #expect(h.load() == [.scan(2)])
    #expect(h.scan() == [.cycle(1), .start(1)])
    #expect(h.succeed(1) == [.start(2)])
    #expect(h.succeed(2) == [.runEnded(number: 1), .loadCatalogs(3)])
    #expect(h.load() == [.scan(4)])
    #expect(h.scan(began: h.now + 1) == [.cycle(2), .finished])
    #expect(h.numbers.missing == 0)
    #expect(h.wakeAt == .distantFuture)
  }

  @Test func `once waits for what goes on within its time and no longer`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.scrapers[0].retry.baseDelayMilliseconds = 30_000
    world.configuration.scrapers[0].retry.jitter = false
    var h = KernelHarness(world)
    h.begin(.once)
    #expect(h.fail(1, .transient) == [])
    #expect(h.wakeAt == h.now + 30_000)
    #expect(h.wake() == [.start(2)])
    // The next try is a minute and more away.
    #expect(h.fail(2, .transient, retryAfter: 61_000) == [.runEnded(number: 1), .loadCatalogs(3)])
  }

  @Test func `reconcile makes all tasks, starts none and is finished`() {
    var world = TestWorld(games: 0, players: 700, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLiveByPriority = [700, 700, 700, 700]
    var h = KernelHarness(world)
    h.start(.reconcile)
    h.load()
    var effects = h.scan()
    while h.wakeAt <= h.now { effects += h.wake() }
    #expect(effects == [.cycle(1), .finished])
    #expect(h.kernel.taskCounts.open == 700)
    #expect(h.wakeAt == .distantFuture)
  }

  @Test func `without execution a loop makes all tasks and starts none`() {
    var world = TestWorld(games: 0, players: 600, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLiveByPriority = [700, 700, 700, 700]
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.start(.loop)
    h.load()
    var effects = h.scan()
    while h.wakeAt <= h.now { effects += h.wake() }
    #expect(effects == [.cycle(1)])
    #expect(h.kernel.taskCounts.open == 600)
    #expect(h.wakeAt == h.now + Span.hour)
  }

  @Test func `without making tasks it waits for the next cycle`() {
    var world = TestWorld()
    world.configuration.loop.makesTasks = false
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1)])
    #expect(h.kernel.taskCounts.open == 0)
    #expect(h.wakeAt > h.now)
  }

  @Test func `an observer decides nothing`() {
    var h = KernelHarness(TestWorld())
    h.begin()
    h.crash()
    let digest = h.kernel.digest
    #expect(h.start(.observer, after: .observer) == [])
    #expect(h.pass(Span.day) == [])
    #expect(h.kernel.attemptsRunning == 3)
    #expect(h.wakeAt == .distantFuture)
    _ = digest
  }

  @Test func `a daemon that was away for a moment keeps its rhythm`() {
    var h = KernelHarness(TestWorld(games: 0, players: 0, dumps: 0))
    h.begin()
    let due = h.now + Span.hour
    h.now = h.now + 10 * Span.minute
    h.crash()
    #expect(h.start() == [])
    #expect(h.wakeAt == due)
    #expect(h.wake() == [.loadCatalogs(3)])
  }

  @Test func `a converged lake costs nothing when it is woken`() {
    let world = TestWorld()
    var h = KernelHarness(world, lake: world.fullLake)
    #expect(h.begin() == [.cycle(1)])
    #expect(h.numbers.missing == 0)
    for _ in 0..<5 {
      #expect(h.pass(Span.second) == [])
      #expect(h.mutations == 0)
    }
  }

  @Test func `a scan that shows nothing new writes no segment`() {
    let world = TestWorld()
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.pass(Span.hour)
    h.load()
    h.scan()
    let tables = Set(h.decision.mutations.map(\.table))
    #expect(tables == [.control, .snapshots])
  }
}
