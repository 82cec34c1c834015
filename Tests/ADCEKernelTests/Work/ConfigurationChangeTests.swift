import Testing

@testable import ADCEKernel

struct ConfigurationChangeTests {
  private func begun(games: Int = 4) -> KernelHarness {
    var world = TestWorld(games: games, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 2
    var h = KernelHarness(world)
    h.begin()
    return h
  }

  @Test func `tasks of a data type that went are cancelled`() {
    var h = begun()
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes = []
    let effects = h.step(.configurationChanged(configuration))
    #expect(effects.contains(.loadCatalogs(3)))
    #expect(h.state(2) == .cancelled)
    #expect(h.task(2)?.reason == "its objects are no longer expected")
    #expect(h.state(1) == .running)
    h.fail(1, .transient)
    #expect(h.state(1)?.isLive == false)
  }

  @Test func `tasks of a scraper that is no longer its type's are cancelled and made anew`() {
    var h = begun()
    var configuration = h.configuration
    configuration.scrapers[0].id = "stats_other"
    h.step(.configurationChanged(configuration))
    #expect(h.state(2) == .cancelled)
    #expect(h.task(2)?.reason == "the configuration changed")
    // The one that runs goes on to the end of its attempt, and no further.
    #expect(h.state(1) == .running)
    h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: .transient,
          items: [.init(index: 0, result: .failed(.transient))])))
    #expect(h.state(1) == .cancelled)
    h.cycle()
    let scrapers = h.kernel.taskIDs.compactMap { id in
      h.kernel.task(id, at: h.now).flatMap { $0.state.isLive ? $0.scraper : nil }
    }
    #expect(Set(scrapers) == ["stats_other"])
    #expect(!scrapers.isEmpty)
  }

  @Test func `a script that is away for a while gives refused keys no attempts`() {
    var h = begun(games: 1)
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
    var configuration = h.configuration
    configuration.scrapers[0].canRun = false
    h.step(.configurationChanged(configuration))
    #expect(h.state(1) == .cancelled)
    configuration.scrapers[0].canRun = true
    h.step(.configurationChanged(configuration))
    h.load()
    h.scan()
    h.pass(Span.minute)
    #expect(h.kernel.attemptsMade == 1)
    h.pass(6 * Span.hour)
    #expect(h.kernel.attemptsMade == 2 || h.state(2) == .admitted)
  }

  @Test func `keys that a new pattern no longer yields leave their tasks`() {
    var h = begun()
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    h.step(.configurationChanged(configuration))
    #expect(h.state(2) == .cancelled)
    #expect(h.numbers.expected == 4)
  }

  @Test func `a result for a key that is no longer expected ends its task`() {
    var h = begun()
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    h.step(.configurationChanged(configuration))
    #expect(h.state(1) == .running)
    let facts = ObjectFacts(bytes: 500, modifiedSeconds: h.now.seconds)
    h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: nil,
          items: [.init(index: 0, result: .stored(facts, contentHash: .zero))])))
    #expect(h.state(1)?.isLive == false)
  }

  @Test func `a restart with another definition drops what is no longer expected`() {
    var h = begun()
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    h.crash(with: configuration)
    h.start(after: .crash)
    #expect(h.state(1) == .cancelled)
    #expect(h.state(2) == .cancelled)
    h.cycle()
    #expect(h.numbers.expected == 4)
  }

  @Test func `requests under way count against their source when their scraper has gone`() {
    var world = TestWorld(games: 6, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.scrapers[0].maxConcurrent = 5
    var limits = Configuration.SourceLimits(name: "stats")
    limits.windows = .init(perMinute: 3)
    world.configuration.sources = [limits]
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.attemptsRunning == 3)
    var configuration = h.configuration
    configuration.scrapers[0].id = "stats_other"
    h.step(.configurationChanged(configuration))
    h.cycle()
    #expect(h.kernel.attemptsRunning == 3)
    h.pass(2 * Span.minute)
    #expect(h.kernel.attemptsRunning == 3)
  }

  @Test func `counts that went with their type come back with it`() {
    let world = TestWorld(games: 0, players: 0, dumps: 2)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    #expect(h.kernel.analyse(at: h.now).counted.present == 2)
    var without = h.configuration
    without.desired.sources[2].dataTypes = []
    h.step(.configurationChanged(without))
    h.step(.configurationChanged(world.configuration))
    #expect(h.kernel.attemptsMade == 0)
  }

  @Test func `catalogs that were being read for the old configuration are asked for again`() {
    var h = KernelHarness(TestWorld(games: 4, players: 0, dumps: 0))
    let first = h.start()
    #expect(first.contains(.loadCatalogs(1)))
    let effects = h.step(.configurationChanged(h.configuration))
    #expect(effects.contains(.loadCatalogs(2)))
    // What was read for the old one comes late, and says nothing.
    h.step(.catalogsLoaded(.init(1), h.configuration.desired.catalogs.map { _ in .failed("gone") }))
    #expect(h.kernel.cycle.phase == .loadingCatalogs)
    #expect(h.kernel.cycle.ticket == 2)
  }

  @Test func `a crash ends a task whose last key had gone while it ran, without a look-up`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin()
    #expect(h.state(1) == .running)
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    h.step(.configurationChanged(configuration))
    #expect(h.state(1) == .running)
    h.crash()
    #expect(!h.start(after: .crash).contains(.lookUp(1)))
    #expect(h.state(1) == .cancelled)
  }

  @Test func `an object stored for a key that is no longer expected is said to be a stray`() {
    var h = begun()
    let key = h.keys(1)[0]
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    h.step(.configurationChanged(configuration))
    let facts = ObjectFacts(bytes: 500, modifiedSeconds: h.now.seconds)
    let effects = h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: nil,
          items: [.init(index: 0, result: .stored(facts, contentHash: .zero))])))
    let said = effects.compactMap { if case .alert(let alert) = $0 { alert.message } else { nil } }
    #expect(
      said == [
        "task 1 stored \"\(key)\", which is no longer expected: it is kept, and counts for nothing"
      ])
    #expect(effects.alerts == [.stray])
  }
}
