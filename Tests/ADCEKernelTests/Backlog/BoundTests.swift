import Testing

@testable import ADCEKernel

/// Whatever an event touches, a step changes a bounded number of records, and the rest follows at
/// once. (The harness notes a step that changes more, and compares each with a recovered twin's.)
struct BoundTests {
  /// So many parked tasks, and nothing else to do.
  private func begun(_ parked: Int = 5000, until: Int64 = 3 * Span.day) -> KernelHarness {
    var world = TestWorld(games: 0, players: parked, dumps: 0)
    world.configuration.loop.makesTasks = false
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.begin()
    h.parkTasks(parked, until: h.now + until)
    #expect(h.count(.parked) == parked)
    return h
  }

  @Test func `a catalog all of whose keys are others cancels ten thousand tasks over some steps`() {
    var h = begun(10_000)
    _ = h.request(.reconcile)
    var table = CatalogTable(columns: ["slug", "season"])
    for player in 0..<10_000 {
      table.append(row: ["q\(player)", "2024-25"].map { Array($0.utf8) })
    }
    let first = h.load([.unchanged, .content(table)])
    #expect(first == [.scan(4)])
    #expect(h.count(.parked) > 0)
    let (_, steps) = h.goOn(first)
    #expect(h.count(.parked) == 0)
    #expect(steps > 4)
    #expect(h.task(1)?.reason == "its objects are no longer expected")
    #expect(h.kernel.isCaughtUp == true)
  }

  @Test func `a snapshot that holds everything cancels ten thousand tasks over some steps`() {
    var h = begun(10_000)
    h.lake = h.world.fullLake
    h.now = h.now + Span.minute
    let (effects, steps) = h.goOn(h.cycle())
    #expect(effects.contains(.cycle(2)))
    #expect(h.count(.parked) == 0)
    #expect(steps > 4)
    #expect(h.task(1)?.reason == "its objects appeared in the lake")
  }

  @Test func `a queue of five thousand is cleared over some steps and answered once`() {
    var h = begun()
    let (effects, steps) = h.goOn(h.request(.clearQueue))
    #expect(effects.answers == [.answered(id: 1, .accepted(5000))])
    #expect(h.count(.parked) == 0)
    #expect(steps > 1)
  }

  @Test func `five thousand tasks are retried over some steps and answered once`() {
    var h = begun()
    let (effects, steps) = h.goOn(h.request(.retry(h.kernel.taskIDs)))
    #expect(effects.answers == [.answered(id: 1, .accepted(5000))])
    #expect(h.count(.pending) == 5000)
    #expect(steps > 1)
  }

  @Test func `five thousand tasks are cancelled over some steps and answered once`() {
    var h = begun()
    let (effects, steps) = h.goOn(h.request(.cancel(h.kernel.taskIDs + [TaskID(99_999)])))
    #expect(effects.answers == [.answered(id: 1, .accepted(5000))])
    #expect(h.count(.parked) == 0)
    #expect(steps > 3)
  }

  @Test func `five thousand keys are waived over some steps and answered once`() {
    var h = begun()
    let keys = (0..<5000).map { Array(TestWorld.page($0).utf8) }
    let (effects, steps) = h.goOn(h.request(.waive(keys: keys, reason: "no", until: nil)))
    #expect(effects.answers == [.answered(id: 1, .accepted(5000))])
    #expect(h.numbers.attainable == 0)
    #expect(h.count(.parked) == 0)
    #expect(steps > 3)
  }

  @Test func `a request that a crash interrupted is carried on, and answered to nobody`() {
    var h = begun()
    #expect(h.request(.clearQueue).answers == [])
    #expect(h.count(.parked) > 0)
    h.crash()
    let (effects, _) = h.goOn(h.start(after: .crash))
    #expect(effects.answers == [])
    #expect(h.count(.parked) == 0)
  }

  @Test func `tasks made after a queue was cleared are not meant`() {
    var h = begun()
    var effects = h.request(.clearQueue)
    h.parkTasks(1, until: h.now + Span.day)
    effects += h.goOn([]).effects
    #expect(effects.answers == [.answered(id: 1, .accepted(5000))])
    #expect(h.count(.parked) == 1)
  }

  @Test func `a request that names too much is refused`() {
    var h = begun()
    let ids = (1...20_001 as ClosedRange<UInt64>).map { TaskID($0) }
    #expect(
      h.request(.retry(ids)).answers == [.answered(id: 1, .refused("more than 20000 at once"))])
  }

  @Test func `five thousand tasks that wake at the same moment are ready over some steps`() {
    var h = begun(until: Span.minute)
    h.now = h.now + Span.minute
    let (_, steps) = h.goOn(h.step(.woken))
    #expect(h.count(.pending) == 5000)
    #expect(steps > 1)
  }

  @Test func `thousands of gaps become tasks over some steps`() {
    var world = TestWorld(games: 0, players: 5000, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.queue.maxLive = 5000
    world.configuration.queue.maxLiveByPriority = [5000, 5000, 5000, 5000]
    var h = KernelHarness(world)
    let (_, steps) = h.goOn(h.begin())
    #expect(h.kernel.taskCounts.open == 5000)
    #expect(steps >= 5)
  }

  @Test func `a task holds no more keys than a step can write`() {
    var world = TestWorld(games: 0, players: 2500, dumps: 0)
    world.configuration.queue.itemsPerTask = 10_000
    var h = KernelHarness(world)
    h.begin()
    #expect(h.task(1)?.items == Kernel.itemsPerTaskMax)
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
  }

  @Test func `attempts with thousands of keys are given up over some steps after a crash`() {
    var world = TestWorld(games: 0, players: 9000, dumps: 0)
    world.configuration.queue.itemsPerTask = 1000
    world.configuration.scrapers[1].maxConcurrent = 9
    world.configuration.globalLimits.maxConcurrent = 9
    var h = KernelHarness(world)
    h.goOn(h.begin())
    #expect(h.kernel.attemptsRunning == 9)
    h.crash()
    let first = h.start(after: .crash)
    #expect(h.kernel.attemptsRunning > 0)
    #expect(!first.contains(.lookUp(1)))
    let (effects, _) = h.goOn(first)
    #expect(h.kernel.attemptsRunning == 0)
    #expect(effects.contains(.lookUp(1)))
    #expect(h.record(of: TestWorld.page(8999))?.attempts == 1)
  }
}
