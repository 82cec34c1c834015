import Testing

@testable import ADCEKernel

/// What is known of a key goes when it is of no use any more; memory does not grow with time.
struct ForgettingTests {
  /// Ten games with a record each; the last leaves the catalog.
  private func begun(_ failure: FailureClass) -> KernelHarness {
    var world = TestWorld(games: 10, players: 0, dumps: 0)
    world.configuration.scrapers[0].maxConcurrent = 10
    world.configuration.globalLimits.maxConcurrent = 10
    world.configuration.queue.itemsPerTask = 1
    world.configuration.scrapers[0].retry.maxAttempts = 1
    var h = KernelHarness(world)
    h.begin()
    for attempt in 1...10 as ClosedRange<UInt64> { h.fail(attempt, failure) }
    #expect(h.kernel.observed.keys.count == 10)
    return h
  }

  private func leave(_ h: inout KernelHarness) {
    h.world.games = 9
    h.now = h.now + Span.minute
    h.cycle()
    #expect(h.numbers.expected == 9)
  }

  @Test func `the record of a key that nothing expects is deleted`() {
    var h = begun(.refused)
    leave(&h)
    #expect(h.kernel.observed.keys.count == 9)
  }

  @Test func `that its source does not have it is kept until it would be asked again`() {
    var h = begun(.absent)
    leave(&h)
    #expect(h.kernel.observed.keys.count == 10)
    h.now = h.now + 6 * Span.hour - 2 * Span.minute
    h.cycle()
    #expect(h.kernel.observed.keys.others.count == 1)
    h.now = h.now + 2 * Span.minute
    h.cycle()
    #expect(h.kernel.observed.keys.others.count == 0)
  }

  @Test func `a key that comes back meanwhile is still known to be absent`() {
    var h = begun(.absent)
    leave(&h)
    h.world.games = 10
    h.now = h.now + Span.minute
    h.cycle()
    #expect(h.record(of: TestWorld.box(9))?.absent == 1)
    #expect(h.kernel.attemptsMade == 10)
  }

  @Test func `an operator's waiver is kept while it holds`() {
    var h = begun(.refused)
    let day = CivilDay(containing: h.now)
    _ = h.request(
      .waive(keys: [Array(TestWorld.box(9).utf8)], reason: "never", until: day))
    leave(&h)
    #expect(h.kernel.observed.keys.count == 10)
    h.now = day.end + Span.minute
    h.cycle()
    #expect(h.kernel.observed.keys.others.count == 0)
  }

  @Test func `what a count that is no more has been through is deleted`() {
    var h = KernelHarness(TestWorld(games: 0, players: 0, dumps: 2))
    h.begin()
    h.succeed(1)
    #expect(h.kernel.observed.keys.others.count == 1)
    var configuration = h.configuration
    configuration.desired.sources[2].dataTypes[0].expected = .init(files: 9)
    configuration.desired.sources[2].dataTypes[0].name = "other"
    h.now = h.now + 7 * Span.hour
    h.step(.configurationChanged(configuration))
    h.cycle()
    #expect(h.kernel.observed.keys.others.count == 0)
  }

  @Test func `keys that the definition waives leave their tasks`() {
    var world = TestWorld(games: 4, players: 0, dumps: 0)
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.keys(of: TaskID(1)).map(\.isOpen) == [true, true, true, true])
    var configuration = h.configuration
    configuration.desired.waivers = [
      .init(scope: .key(TestWorld.box(1)), reason: "never played", until: nil),
      .init(scope: .pattern("box/{season}/g3.json"), reason: "lost", until: nil),
    ]
    h.step(.configurationChanged(configuration))
    #expect(h.kernel.keys(of: TaskID(1)).map(\.isOpen) == [true, false, true, false])
    #expect(h.numbers.attainable == 2)
  }

  @Test func `keys that a look-up did not answer are looked up again`() {
    var h = KernelHarness(TestWorld(games: 3, players: 0, dumps: 0))
    h.start()
    h.load()
    h.scan(.inventory, began: h.now - Span.day)
    h.lake.put(TestWorld.box(0), at: TestWorld.begin)
    let keys = h.kernel.keysToLookUp(TaskID(1))
    h.step(.lookedUp(TaskID(1), h.lake.answer(Array(keys.prefix(2)))))
    #expect(h.kernel.attemptsMade == 0)
    #expect(h.state(1) == .backingOff)
    #expect(h.task(1)?.message == "1 of 3 objects were not looked up")
    #expect(h.kernel.keysToLookUp(TaskID(1)).map(\.index) == [1, 2])
    #expect(h.pass(Span.minute).contains(.lookUp(1)))
    #expect(h.lookUp(1) == [.start(1)])
  }

  @Test func `what a key has been through is forgotten when somebody else fills it`() {
    var h = begun(.refused)
    h.lake.put(TestWorld.box(0), at: TestWorld.begin)
    h.now = h.now + Span.minute
    h.cycle()
    h.now = h.now + Span.minute
    h.cycle()
    #expect(h.record(of: TestWorld.box(0)) == nil)
    #expect(h.kernel.observed.keys.count == 9)
  }

  @Test func `a waiver of a key outlives that the key is filled`() {
    var h = begun(.refused)
    let key = Array(TestWorld.box(0).utf8)
    _ = h.request(.waive(keys: [key], reason: "never", until: nil))
    h.lake.put(TestWorld.box(0), at: TestWorld.begin)
    for _ in 0..<2 {
      h.now = h.now + Span.minute
      h.cycle()
    }
    #expect(h.record(of: TestWorld.box(0))?.waivedReason == "never")
    #expect(h.record(of: TestWorld.box(0))?.parked == 0)
  }
}
