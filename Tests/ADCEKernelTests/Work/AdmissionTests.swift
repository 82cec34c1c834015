import Testing

@testable import ADCEKernel

struct AdmissionTests {
  @Test func `no more tasks live than allowed, in all and by priority`() {
    var world = TestWorld(games: 14, players: 9, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLive = 6
    world.configuration.queue.maxLiveByPriority = [2, 3, 4, 4]
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.taskCounts.openByPriority == [2, 3, 1, 0])
    #expect(h.kernel.taskCounts.open == 6)
  }

  @Test func `parked tasks make room for others`() {
    var world = TestWorld(games: 4, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLive = 2
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.taskCounts.open == 2)
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
    #expect(h.kernel.taskIDs.count == 3)
    #expect(h.kernel.taskCounts.open == 2)
  }

  @Test func `room that comes free is filled until no gap is left`() {
    var world = TestWorld(games: 14, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLive = 3
    var h = KernelHarness(world)
    h.begin()
    for attempt in 1...14 as ClosedRange<UInt64> {
      #expect(h.kernel.attemptsMade == attempt)
      h.succeed(attempt)
      while h.wakeAt <= h.now { h.wake() }
    }
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.tasksMade == 14)
  }

  @Test func `what is critical goes before what is high, and that before medium`() {
    var world = TestWorld(games: 14, players: 2, dumps: 0)
    world.configuration.globalLimits.maxConcurrent = 1
    world.configuration.queue.itemsPerTask = 7
    var h = KernelHarness(world)
    h.begin()
    // Critical: 7 … 13; high: 0 … 6; medium: the pages.
    var order: [String] = []
    for attempt in 1...7 as ClosedRange<UInt64> {
      order += h.keys(attempt)
      h.succeed(attempt)
    }
    #expect(order == (7..<14).map(TestWorld.box))
    #expect(h.keys(8) == [TestWorld.box(0)])
  }

  @Test func `one admission in eight goes to the oldest task`() {
    var world = TestWorld(games: 14, players: 1, dumps: 0)
    world.configuration.globalLimits.maxConcurrent = 1
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLiveByPriority = [0, 300, 400, 200]
    var h = KernelHarness(world)
    h.begin()
    // The page is older than the critical tasks that come now, and of less priority.
    #expect(h.kernel.taskCounts.openByPriority == [0, 7, 1, 0])
    for attempt in 1...7 as ClosedRange<UInt64> {
      let priority = h.kernel.task(h.kernel.taskOf(attempt), at: h.now)?.priority
      #expect(priority == (attempt == 1 ? .high : .critical))
      if attempt == 1 {
        var configuration = h.configuration
        configuration.queue.maxLiveByPriority = [100, 300, 400, 200]
        h.step(.configurationChanged(configuration))
        h.cycle()
      }
      h.succeed(attempt)
    }
    // Ids were given out in order of score: the oldest task that is left.
    let oldest = h.kernel.taskIDs.first { h.kernel.task($0, at: h.now)?.state == .running }
    #expect(h.kernel.attemptsMade == 8)
    #expect(oldest == h.kernel.taskOf(8))
    let pending = h.kernel.taskIDs.filter { h.kernel.task($0, at: h.now)?.state == .pending }
    #expect(pending.allSatisfy { $0 > h.kernel.taskOf(8) })
  }

  @Test func `concurrency holds by scraper and in all`() {
    var world = TestWorld(games: 14, players: 4, dumps: 2)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.globalLimits.maxConcurrent = 4
    world.configuration.scrapers[0].maxConcurrent = 3
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1), .start(2), .start(3), .start(4)])
    let scrapers = (1...4 as ClosedRange<UInt64>).map {
      h.kernel.task(h.kernel.taskOf($0), at: h.now)?.scraper
    }
    #expect(scrapers.filter { $0 == "stats_box" }.count == 3)
  }

  @Test func `too few tasks wait for a whole interval`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.loop.minTasksToTrigger = 2
    world.configuration.loop.intervalMilliseconds = 10 * Span.minute
    var h = KernelHarness(world)
    let few = h.now
    #expect(h.begin() == [.cycle(1)])
    #expect(h.state(1) == .pending)
    h.lookInOn(few + 10 * Span.minute - 1)
    #expect(h.kernel.attemptsMade == 0)
    h.lookInOn(few + 10 * Span.minute)
    #expect(h.kernel.attemptsMade == 1)
  }

  @Test func `enough tasks start at once`() {
    var world = TestWorld(games: 2, players: 0, dumps: 0)
    world.configuration.loop.minTasksToTrigger = 2
    world.configuration.queue.itemsPerTask = 1
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1)])
  }

  @Test func `a run admits nothing more once its time is over, and ends with what is running`() {
    var world = TestWorld(games: 3, players: 0, dumps: 0)
    world.configuration.loop.maxRunMilliseconds = 10 * Span.minute
    world.configuration.queue.itemsPerTask = 1
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1)])
    #expect(h.pass(10 * Span.minute) == [])
    #expect(h.kernel.run.phase == .ending)
    #expect(h.succeed(1) == [.runEnded(number: 1), .loadCatalogs(3)])
    // Another run begins with what is left.
    #expect(h.pass(1).contains(.start(2)))
  }

  @Test func `a task not begun within its time to live is dropped, and its gap found again`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.queue.ttlMilliseconds = 2 * Span.hour
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.begin()
    let made = h.now
    h.lookInOn(made + 2 * Span.hour)
    #expect(h.state(1) == .pending)
    h.lookInOn(made + 3 * Span.hour + Span.minute)
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "not begun within its time to live")
    #expect(h.state(2) == .pending)
    #expect(h.record(of: TestWorld.box(0))?.firstTask == made)
  }

  @Test func `a task that was tried does not expire`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.queue.ttlMilliseconds = 2 * Span.hour
    world.configuration.scrapers[0].retry.maxAttempts = 1
    var h = KernelHarness(world)
    h.begin()
    h.fail(1, .transient)
    h.lookInOn(h.now + 5 * Span.hour)
    #expect(h.state(1) == .parked)
  }

  @Test func `what becomes due while nothing happens is a task from that moment on`() {
    let world = TestWorld(games: 15, players: 0, dumps: 0)
    var lake = world.fullLake
    lake.objects[TestWorld.box(14)] = nil
    var h = KernelHarness(world, lake: lake)
    h.begin()
    let due = TestWorld.day(14).end
    h.lookInOn(due - 1)
    #expect(h.numbers.missing == 0)
    h.lookInOn(due)
    #expect(h.numbers.missing == 1)
    #expect(h.kernel.attemptsMade == 1)
  }

  @Test func `ended tasks are forgotten after a week`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin()
    h.succeed(1)
    let ended = h.now
    h.lookInOn(ended + 7 * Span.day)
    #expect(h.state(1) == .done)
    h.lookInOn(ended + 7 * Span.day + 2 * Span.hour)
    #expect(h.state(1) == nil)
  }
}

extension Kernel {
  /// The task of an attempt under way.
  func taskOf(_ attempt: UInt64) -> TaskID {
    queue.attempts[AttemptID(attempt)]?.task ?? TaskID(0)
  }
}
