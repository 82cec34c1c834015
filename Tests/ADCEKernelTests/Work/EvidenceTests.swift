import Testing

@testable import ADCEKernel

/// No source is ever asked for what the lake already holds.
struct EvidenceTests {
  private func world(games: Int = 1) -> TestWorld {
    TestWorld(games: games, players: 0, dumps: 0)
  }

  @Test func `old evidence is checked before a first attempt`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    #expect(h.scan(.inventory, began: h.now - Span.hour - 1) == [.cycle(1), .lookUp(1)])
    #expect(h.state(1) == .admitted)
    #expect(h.lookUp(1) == [.start(1)])
  }

  @Test func `evidence within its time is believed`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    #expect(h.scan(.inventory, began: h.now - Span.hour) == [.cycle(1), .start(1)])
  }

  @Test func `a key that is found leaves its task without a request`() {
    var h = KernelHarness(world(games: 2))
    h.start()
    h.load()
    #expect(h.scan(.inventory, began: h.now - Span.day) == [.cycle(1), .lookUp(1)])
    h.lake.put(TestWorld.box(0), at: TestWorld.begin)
    #expect(h.lookUp(1) == [.start(1)])
    #expect(h.keys(1) == [TestWorld.box(1)])
    #expect(h.numbers.missing == 1)
  }

  @Test func `a task whose keys are all found is cancelled without a request`() {
    var h = KernelHarness(world(games: 2))
    h.start()
    h.load()
    h.scan(.inventory, began: h.now - Span.day)
    h.lake = h.world.fullLake
    #expect(h.lookUp(1).contains(.runEnded(number: 1)))
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "its objects appeared in the lake")
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.attemptsMade == 0)
  }

  @Test func `a look-up that fails is made again a minute later`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    h.scan(.inventory, began: h.now - Span.day)
    #expect(!h.step(.lookedUp(TaskID(1), .failed("unreachable"))).contains(.lookUp(1)))
    #expect(h.state(1) == .backingOff)
    #expect(h.task(1)?.notBefore == h.now + Span.minute)
    #expect(h.pass(Span.minute).contains(.lookUp(1)))
  }

  @Test func `after a crash what was running is looked up before it is tried again`() {
    var h = KernelHarness(world(games: 2))
    h.begin()
    #expect(h.kernel.attemptsRunning == 1)
    h.now = h.now + Span.second
    h.crash()
    #expect(h.start(after: .crash) == [.lookUp(1)])
    #expect(h.kernel.attemptsRunning == 0)
    #expect(h.task(1)?.reason == "interrupted, outcome unknown")
    #expect(h.record(of: TestWorld.box(0))?.attempts == 1)
    // The attempt had stored its object before the process died.
    h.lake.put(TestWorld.box(0), at: h.now)
    #expect(h.lookUp(1) == [.start(2)])
    #expect(h.keys(2) == [TestWorld.box(1)])
  }

  @Test func `what was asked for by look-up when the process died is asked again`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    h.scan(.inventory, began: h.now - Span.day)
    h.crash()
    #expect(h.start(after: .crash) == [.lookUp(1)])
  }

  @Test func `a crash counts for the key, never as its last attempt, and not against its scraper`()
  {
    var world = world()
    world.configuration.scrapers[0].retry.maxAttempts = 3
    var h = KernelHarness(world)
    h.begin()
    for _ in 0..<5 {
      h.crash()
      h.start(after: .crash)
      if h.state(1) == .admitted { h.lookUp(1) }
    }
    #expect(h.record(of: TestWorld.box(0))?.attempts == 2)
    #expect(h.state(1) != .parked)
    #expect(h.kernel.history(ofScraper: "stats_box", at: h.now) == (0, 0))
  }

  @Test func `what another writer stored while its task ran is not asked for`() {
    var h = KernelHarness(world(games: 3))
    h.begin()
    #expect(h.keys(1) == [TestWorld.box(0)])
    h.lake.put(TestWorld.box(1), at: TestWorld.begin)
    h.lake.put(TestWorld.box(2), at: TestWorld.begin)
    h.now = h.now + Span.minute
    h.cycle()
    #expect(!h.succeed(1).contains(.start(2)))
    #expect(h.kernel.attemptsMade == 1)
    #expect(h.state(1) == .done)
  }

  @Test func `newly expected keys have no evidence until they are looked up`() {
    var h = knowing(games: 2)
    // The lake holds the object of the game that the catalog names from now on.
    h.lake.put(TestWorld.box(2), at: TestWorld.begin)
    h.world.games = 3
    _ = h.request(.reconcile)
    let effects = h.load()
    #expect(effects.contains(.lookUp(1)))
    #expect(h.kernel.attemptsMade == 0)
    h.lookUp(1)
    #expect(h.kernel.attemptsMade == 0)
    #expect(h.numbers.missing == 0)
  }

  /// A process that knows a full lake.
  private func knowing(games: Int) -> KernelHarness {
    let world = world(games: games)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.now = h.now + Span.minute
    return h
  }

  /// Another definition of the same objects.
  private func edited(_ configuration: Configuration) -> Configuration {
    var result = configuration
    result.desired.sources[0].dataTypes[0].minBytes = 50
    return result
  }

  @Test func `a definition changed between two processes has no evidence either`() {
    var h = knowing(games: 3)
    h.crash(with: edited(h.configuration))
    let effects = h.start()
    #expect(effects.contains(.loadCatalogs(3)))
    #expect(h.kernel.attemptsRunning == 0)
    h.load()
    h.scan()
    #expect(h.kernel.attemptsMade == 0)
    #expect(h.kernel.taskCounts.open == 0)
  }

  @Test func `a definition edited between two processes makes no task before a scan`() {
    var h = knowing(games: 3)
    h.crash(with: edited(h.configuration))
    h.start()
    #expect(h.kernel.taskIDs.isEmpty)
    h.load()
    h.pass(Span.minute)
    #expect(h.kernel.taskIDs.isEmpty)
    h.lake.objects[TestWorld.box(2)] = nil
    h.scan()
    #expect(h.kernel.taskIDs.count == 1)
  }

  /// A definition of other keys, of which the lake may hold some.
  private func renamed(_ configuration: Configuration) -> Configuration {
    var result = configuration
    result.desired.sources[0].dataTypes[0].patterns = ["boxes/{game_id}.json"]
    return result
  }

  @Test func `a definition that is edited while it runs makes none either`() {
    var h = knowing(games: 14)
    for game in 0..<13 { h.lake.put("boxes/g\(game).json", at: TestWorld.begin) }
    h.step(.configurationChanged(renamed(h.configuration)))
    #expect(h.kernel.taskIDs.isEmpty)
    h.load()
    #expect(h.kernel.taskIDs.isEmpty)
    h.scan()
    #expect(h.kernel.taskIDs.count == 1)
    #expect(h.numbers.missing == 1)
  }

  @Test func `an edit that is taken back, with a restart or without, waits for a scan too`() {
    for restarts in [true, false] {
      var h = knowing(games: 3)
      let original = h.configuration
      h.step(.configurationChanged(renamed(original)))
      if restarts {
        h.crash(with: original)
        h.start()
      } else {
        h.step(.configurationChanged(original))
      }
      #expect(h.kernel.taskIDs.isEmpty)
      #expect(h.load().contains { if case .scan = $0 { true } else { false } })
      #expect(h.kernel.taskIDs.isEmpty)
      h.scan()
      #expect(h.kernel.taskIDs.isEmpty, "restarts: \(restarts)")
      #expect(h.numbers.missing == 0)
    }
  }

  @Test func `an unknown outcome is looked up even when its task was cleared`() {
    var h = KernelHarness(world())
    h.begin()
    #expect(h.kernel.attemptsRunning == 1)
    h.now = h.now + Span.second
    h.crash()
    #expect(h.start(after: .crash) == [.lookUp(1)])
    let effects = h.request(.clearQueue)
    #expect(h.state(1) == .cancelled)
    #expect(effects.contains(.lookUp(2)), "\(effects)")
    #expect(h.kernel.attemptsMade == 1)
    #expect(h.lookUp(2).contains(.start(2)))
  }
}
