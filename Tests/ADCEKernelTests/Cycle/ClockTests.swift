import Testing

@testable import ADCEKernel

/// Clocks that were wrong and are put right: nothing waits for a time that no policy could have
/// asked for, nothing is lost, nothing is asked for again, and no limit is granted twice.
struct ClockTests {
  private static let year = 365 * Span.day

  /// A process that ran with its clock nine years ahead, then a reboot with the right one.
  private func rebooted(
    _ world: TestWorld, lake: TestLake = TestLake(),
    _ live: (inout KernelHarness) -> Void
  ) -> KernelHarness {
    let now = TestWorld.noon
    var h = KernelHarness(world, lake: lake, at: now + 9 * ClockTests.year)
    h.begin()
    live(&h)
    h.now = now
    h.crash()
    return h
  }

  private func world(_ games: Int = 4) -> TestWorld {
    var world = TestWorld(games: games, players: 0, dumps: 0)
    world.configuration.scrapers[0].retry.jitter = false
    world.configuration.scrapers[0].retry.maxAttempts = 2
    world.configuration.scrapers[0].maxConcurrent = 4
    world.configuration.queue.itemsPerTask = 1
    return world
  }

  @Test func `after a reboot with the right clock the next cycle is due within an interval`() {
    let world = world()
    var h = rebooted(world, lake: world.fullLake) { _ in }
    h.start(after: .crash, boot: 2)
    #expect(h.kernel.cycle.nextAt <= h.now + Span.hour)
    #expect(h.kernel.cycle.began <= h.now)
    #expect(h.kernel.cycle.finished <= h.now)
  }

  @Test func `after a reboot with the right clock no task or key waits for years`() {
    var h = rebooted(world()) { h in
      h.fail(1, .refused)
      h.fail(2, .transient, retryAfter: 1_800_000)
      h.fail(3, .absent)
    }
    #expect(h.state(1) == .parked)
    h.start(after: .crash, boot: 2)
    #expect((h.task(1)?.notBefore ?? .distantFuture) <= h.now + 6 * Span.hour)
    #expect((h.task(2)?.notBefore ?? .distantPast) <= h.now + 6 * Span.hour)
    #expect((h.record(of: TestWorld.box(2))?.notBefore ?? .distantFuture) <= h.now + 6 * Span.hour)
    for (_, record) in h.kernel.observed.keys.sortedRows {
      #expect(record.notBefore <= h.now + 6 * Span.hour)
      #expect(record.firstTask <= h.now)
    }
    // What a Retry-After asked for is capped at what one may ask for.
    let source = h.kernel.names.known("stats").flatMap { h.kernel.limits.sources[$0] }
    #expect((source?.notBefore ?? .distantFuture) <= h.now + Span.hour)
    h.cycle()
    h.lookInOn(h.now + 7 * Span.hour)
    #expect(h.kernel.attemptsMade > 4)
  }

  @Test func `after a reboot with the right clock scans are used again, and it is said`() {
    let world = world()
    var h = rebooted(world, lake: world.fullLake) { _ in }
    let effects = h.start(after: .crash, boot: 2)
    #expect(effects.alerts == [.clockSetBack])
    h.lake.objects[TestWorld.box(0)] = nil
    h.now = h.now + Span.minute
    #expect(h.cycle().contains(.cycle(2)))
    #expect(h.numbers.missing == 1)
    #expect(h.kernel.snapshot?.record.began == h.now)
  }

  @Test func `what was stored by a clock ahead can be missed again`() {
    let world = world(1)
    var h = rebooted(world) { $0.succeed(1) }
    #expect(h.numbers.missing == 0)
    h.start(after: .crash, boot: 2)
    #expect(h.numbers.missing == 0)
    h.lake = TestLake()
    h.now = h.now + Span.minute
    h.cycle()
    #expect(h.numbers.missing == 1)
  }

  @Test func `a reboot with an earlier clock grants no window twice`() {
    var world = TestWorld(games: 0, players: 200, dumps: 0)
    world.configuration.scrapers[1].kind = .http
    var limits = Configuration.SourceLimits(name: "site")
    limits.windows = .init(perMinute: 5)
    world.configuration.sources = [limits]
    var h = rebooted(world) { h in
      for attempt in 1...5 as ClosedRange<UInt64> { h.succeed(attempt) }
    }
    #expect(h.kernel.attemptsMade == 5)
    h.start(after: .crash, boot: 2)
    h.cycle()
    h.lookInOn(h.now + 59 * Span.second)
    #expect(h.kernel.attemptsMade == 5)
    h.lookInOn(h.now + 4 * Span.second)
    #expect(h.kernel.attemptsMade > 5)
  }

  @Test func `what a clock ahead counted is no part of a success rate`() {
    var h = rebooted(world()) { h in
      h.fail(1, .refused)
      h.fail(2, .refused)
    }
    h.start(after: .crash, boot: 2)
    h.cycle()
    #expect(h.kernel.history(ofScraper: "stats_box", at: h.now) == (0, 0))
    let running = h.kernel.queue.attempts.sortedKeys
    for id in running { h.succeed(id.number) }
    #expect(h.kernel.history(ofScraper: "stats_box", at: h.now) == (running.count, running.count))
  }

  // MARK: Set back a day, then forth

  @Test func `while the clock is back a day scans are used, and after it, too`() {
    let world = world()
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    #expect(h.step(.wallClockChanged(offsetMilliseconds: -Span.day)).alerts == [.clockSetBack])
    // By the clock of then, games 0 … 2 have been played and settled.
    h.lake.objects[TestWorld.box(1)] = nil
    h.now = h.now + Span.minute
    h.cycle(began: h.now - Span.day)
    #expect(h.numbers.missing == 1)
    h.lake = world.fullLake
    #expect(h.step(.wallClockChanged(offsetMilliseconds: 0)).alerts == [])
    h.now = h.now + Span.minute
    #expect(h.cycle().alerts == [])
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.snapshot?.record.began == h.now)
  }

  @Test func `what was stored before the clock was set back and forth is not asked for again`() {
    var h = KernelHarness(world())
    h.begin()
    for attempt in 1...4 as ClosedRange<UInt64> { h.succeed(attempt) }
    #expect(h.numbers.missing == 0)
    let made = h.kernel.attemptsMade
    h.step(.wallClockChanged(offsetMilliseconds: -Span.day))
    h.now = h.now + Span.minute
    h.cycle(began: h.now - Span.day)
    h.pass(Span.minute)
    h.step(.wallClockChanged(offsetMilliseconds: 0))
    h.now = h.now + Span.minute
    h.cycle()
    h.pass(Span.hour)
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.attemptsMade == made)
  }

  @Test func `a server whose clock goes back is told of once, and believed when it goes on`() {
    let world = world()
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    h.load()
    h.scan(.listing)
    for hour in 1...2 as ClosedRange<Int64> {
      h.now = h.now + Span.hour
      let effects = h.cycle(.listing, began: TestWorld.noon - hour * Span.hour)
      #expect(effects.contains { if case .cycleFinished = $0 { true } else { false } })
      #expect(effects.alerts == (hour == 1 ? [.clockSetBack] : []))
    }
    h.lake.objects[TestWorld.box(1)] = nil
    h.now = h.now + Span.hour
    h.cycle(.listing)
    #expect(h.numbers.missing == 1)
  }

  @Test func `a server whose clock was years ahead turns no scan away for years`() {
    let world = world(14)
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    h.load()
    h.scan(.listing, began: h.now + ClockTests.year)
    h.lake.objects[TestWorld.box(1)] = nil
    h.now = h.now + Span.hour
    #expect(h.cycle(.listing).alerts == [.clockSetBack])
    #expect(h.numbers.missing == 1)
  }

  @Test func `evidence that lies ahead of our clock is checked before a first attempt`() {
    var h = KernelHarness(world(1))
    h.start()
    h.load()
    #expect(h.scan(.listing, began: h.now + 10 * Span.minute) == [.cycle(1), .lookUp(1)])
  }

  @Test func `a clock set forth leaves every wait as it was`() {
    var h = KernelHarness(world())
    h.begin()
    h.fail(1, .refused)
    let until = h.task(1)?.notBefore
    let next = h.kernel.cycle.nextAt
    #expect(h.step(.wallClockChanged(offsetMilliseconds: Span.day)).alerts == [])
    #expect(h.task(1)?.notBefore == until)
    #expect(h.kernel.cycle.nextAt == next)
  }

  @Test func `what ended while the clock was ahead is forgotten a week after it was put right`() {
    var h = rebooted(world()) { h in h.succeed(1) }
    h.start(after: .crash, boot: 2)
    let ended = h.kernel.queue.tasks[TaskID(1)]?.ended
    #expect(ended.map { $0 <= h.now } == true)
    #expect(h.kernel.queue.tasks[TaskID(1)]?.state.isLive == false)
  }
}

extension [Effect] {
  var alerts: [Alert.Kind] {
    compactMap { if case .alert(let alert) = $0 { alert.kind } else { nil } }
  }
}
