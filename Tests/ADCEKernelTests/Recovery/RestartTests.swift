import Testing

@testable import ADCEKernel

/// What was asked for, and what was queued, is there after a recovery.
struct RestartTests {
  @Test func `a drain is known after a recovery, for the host to ask for again`() {
    var h = KernelHarness(TestWorld(games: 4, players: 0, dumps: 0))
    h.begin()
    _ = h.request(.drain)
    h.crash()
    #expect(h.kernel.run.isDraining == true)
    // The host of the same process asks again; then nothing is started.
    h.start(after: .crash)
    #expect(h.kernel.run.isDraining == false)
    #expect(h.request(.drain).contains(.drained))
    #expect(h.kernel.attemptsRunning == 0)
  }

  @Test func `a cycle that an operator asked for is made after a crash, not an interval later`() {
    let world = TestWorld(games: 4, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.now = h.now + 10 * Span.minute
    _ = h.request(.reconcile)
    h.crash()
    #expect(h.start(after: .crash) == [.loadCatalogs(4)])
  }

  @Test func `a cycle that was queued behind another is made, too`() {
    let world = TestWorld(games: 4, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.now = h.now + 10 * Span.minute
    _ = h.request(.reconcile)
    _ = h.request(.reconcile)
    h.load()
    h.crash()
    h.start(after: .crash)
    h.load()
    #expect(h.scan().contains(.cycle(3)))
  }

  @Test func `a pause of everything outlives a reboot, a change and a run once`() {
    var h = KernelHarness(TestWorld(games: 4, players: 0, dumps: 0))
    h.begin()
    _ = h.request(.pause(source: nil))
    h.succeed(1)
    for mode in [Run.Mode.loop, .once] {
      h.now = h.now + Span.hour
      h.crash()
      #expect(h.kernel.run.isPaused == true)
      h.start(mode, after: .crash, boot: 2)
      h.step(.configurationChanged(h.configuration))
      let made = h.kernel.attemptsMade
      h.lookInOn(h.now + 2 * Span.hour)
      #expect(h.kernel.attemptsMade == made)
      #expect(h.kernel.run.isPaused == true)
    }
  }

  @Test func `what is only counted is known from the start, before any cycle`() {
    let world = TestWorld(games: 0, players: 0, dumps: 2)
    var h = KernelHarness(world)
    h.begin()
    #expect(h.kernel.attemptsRunning == 1)
    h.crash()
    #expect(h.kernel.space.slots.map(\.expected) == [2])
    h.start(after: .crash)
    // Its command runs again at once, and what it writes is told apart from what nobody wants.
    #expect(h.kernel.attemptsRunning == 1)
    var map = CoverageMap(for: h.kernel.space)
    let facts = ObjectFacts(bytes: 500, modifiedSeconds: h.now.seconds)
    for key in [TestWorld.dump(0), "dump/other.txt"] {
      Array(key.utf8).withUnsafeBytes { map.observe(key: $0, facts: facts, in: h.kernel.space) }
    }
    #expect(map.found == [1])
    #expect(map.unmatched == 1)
    h.now = h.now + Span.second
    h.lake.put(TestWorld.dump(0), at: h.now)
    h.lake.put(TestWorld.dump(1), at: h.now)
    h.succeed(2)
    h.cycle()
    #expect(h.kernel.analyse(at: h.now).counted.missing == 0)
  }

  @Test func `our own fault is waited for in the loop, and not in a run once`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin(.once)
    let effects = h.fail(1, .ownFault)
    #expect(effects.first == .runEnded(number: 1))
    h.load()
    h.now = h.now + Span.second
    #expect(h.scan().last == .finished)

    var loop = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    loop.begin(.loop)
    loop.fail(1, .ownFault)
    loop.lookInOn(loop.now + Span.minute)
    #expect(loop.kernel.attemptsMade == 2)
  }

  @Test func `a queued cycle says why it was begun`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.start()
    h.step(.configurationChanged(h.configuration))
    h.load()
    h.scan()
    #expect(h.kernel.cycle.number == 2)
    #expect(h.kernel.cycle.reason == .configuration)
    _ = h.request(.reconcile)
    h.step(.configurationChanged(h.configuration))
    h.load()
    h.scan()
    #expect(h.kernel.cycle.number == 3)
    #expect(h.kernel.cycle.reason == .requested)
  }
}
