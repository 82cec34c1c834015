import Testing

@testable import ADCEKernel

/// A lake in S3: inventory reports (a day old, eventually consistent), listings, look-ups.
struct ReportTests {
  private static let report = Hash128(high: 1, low: 1)

  private func world(_ games: Int = 3) -> TestWorld {
    TestWorld(games: games, players: 0, dumps: 0)
  }

  /// A cycle that reads a report.
  private func read(
    _ h: inout KernelHarness, began: Instant, _ number: UInt64 = 1
  ) -> [Effect] {
    if h.kernel.cycle.phase == .idle { _ = h.request(.reconcile) }
    h.load()
    guard h.kernel.cycle.phase == .scanning else { return [] }
    return h.scan(.inventory, began: began, identity: Hash128(high: 1, low: number))
  }

  /// Fills every gap that a report of noon shows.
  private func filled() -> KernelHarness {
    var h = KernelHarness(world())
    h.start()
    _ = read(&h, began: h.now - 10 * Span.minute)
    for attempt in 1...3 as ClosedRange<UInt64> {
      h.now = h.now + Span.minute
      h.succeed(attempt)
    }
    #expect(h.numbers.missing == 0)
    return h
  }

  @Test func `a report a day old never brings filled gaps back`() {
    var h = filled()
    let made = h.kernel.attemptsMade
    let stored = h.lake
    for hour in 1...30 as ClosedRange<Int64> {
      h.now = h.now + Span.hour
      // Each was made a day ago: it lists what the lake held then, for a day nothing.
      h.lake = hour < 26 ? TestLake() : stored
      _ = read(&h, began: h.now - Span.day + 30 * Span.minute, UInt64(hour) + 1)
      #expect(h.numbers.missing == 0)
    }
    #expect(h.kernel.attemptsMade == made)
    #expect(h.kernel.observed.ledger.count == 3)
  }

  @Test func `a report adopted after a listing brings no filled gap back`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    h.scan(.listing)
    for attempt in 1...3 as ClosedRange<UInt64> {
      h.now = h.now + Span.minute
      h.succeed(attempt)
    }
    h.now = h.now + 20 * Span.minute
    h.cycle(.listing)
    h.pass(Span.second)
    // The listing has passed the entries, and no report was in use.
    #expect(h.kernel.observed.ledger.count == 0)
    // A report made an hour later lacks what was stored in the day before it.
    h.now = h.now + 3 * Span.hour
    h.lake = TestLake()
    let effects = read(&h, began: h.now - 2 * Span.hour)
    #expect(effects.alerts == [])
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.attemptsMade == 3)
    // One made a day and more after the listing is believed, once another agrees.
    h.now = h.now + 30 * Span.hour
    #expect(read(&h, began: h.now - 3 * Span.hour, 2).alerts == [.vanished])
    #expect(h.numbers.missing == 3)
  }

  @Test func `an object deleted since comes back as a gap by a report begun a day after`() {
    var h = filled()
    let stored = h.now
    h.lake.objects[TestWorld.box(2)] = nil
    h.now = stored + 30 * Span.hour
    _ = read(&h, began: stored + Span.day, 2)
    #expect(h.numbers.missing == 0)
    h.now = stored + 50 * Span.hour
    _ = read(&h, began: stored + Span.day + 1, 3)
    #expect(h.numbers.missing == 1)
  }

  @Test func `a young report that lacks what was deleted says so only a day later`() {
    let world = world(14)
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    h.load()
    h.scan(.listing)
    h.lake.objects[TestWorld.box(2)] = nil
    h.now = h.now + 4 * Span.hour
    _ = read(&h, began: h.now - Span.hour)
    #expect(h.numbers.missing == 0)
    h.now = h.now + Span.day
    _ = read(&h, began: h.now - Span.hour, 2)
    #expect(h.numbers.missing == 1)
    #expect(h.kernel.observed.base.objects == 13)
  }

  @Test func `a task whose objects have appeared is cancelled without a request to its source`() {
    var h = KernelHarness(world())
    h.start()
    h.load()
    // The report is older than `verify_older_than_hours`.
    #expect(
      h.scan(.inventory, began: h.now - 20 * Span.hour, identity: ReportTests.report)
        == [.cycle(1), .lookUp(1)])
    h.lake = h.world.fullLake
    h.lookUp(1)
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "its objects appeared in the lake")
    #expect(h.kernel.attemptsMade == 0)
    // The same report, read as the last, still says that they are missing.
    h.now = h.now + Span.hour
    h.lake = TestLake()
    _ = read(&h, began: TestWorld.noon - 20 * Span.hour)
    #expect(h.numbers.missing == 0)
  }

  // MARK: The same report

  private func known() -> KernelHarness {
    let world = world()
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    _ = read(&h, began: h.now - Span.hour)
    return h
  }

  @Test func `what was read last is known, for the key space that it was read with`() {
    var h = KernelHarness(world())
    #expect(h.kernel.knownReport(of: .inventory) == nil)
    h = known()
    #expect(h.kernel.knownReport(of: .inventory) == ReportTests.report)
    #expect(h.kernel.knownReport(of: .listing) == nil)
    h.crash()
    #expect(h.kernel.knownReport(of: .inventory) == ReportTests.report)
    h.world.games = 4
    h.start()
    _ = h.request(.reconcile)
    h.load()
    #expect(h.kernel.knownReport(of: .inventory) == nil)
  }

  @Test func `a cycle whose report was not read again writes nothing but its own end`() {
    var h = known()
    h.now = h.now + Span.hour
    #expect(h.step(.woken) == [.loadCatalogs(3)])
    #expect(h.load([.unchanged, .unchanged]) == [.scan(4)])
    let identity = ReportTests.report
    #expect(
      h.step(.scanUnchanged(.init(4), .inventory, identity: identity)) == [.cycle(2)])
    #expect(Set(h.decision.mutations.map(\.table)) == [.control, .snapshots])
    #expect(h.kernel.snapshot?.record.adopted == h.now)
  }

  @Test func `a report older than the listing in use is read once, and the listing stays`() {
    let world = world()
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    h.load()
    h.scan(.listing)
    h.lake = TestLake()
    for hour in 1...3 as ClosedRange<Int64> {
      h.now = h.now + Span.hour
      _ = h.request(.reconcile)
      h.load()
      if hour == 1 {
        h.scan(.inventory, began: TestWorld.noon - Span.hour, identity: ReportTests.report)
      } else {
        #expect(h.kernel.knownReport(of: .inventory) == ReportTests.report)
        h.step(
          .scanUnchanged(
            .init(h.kernel.cycle.ticket), .inventory, identity: ReportTests.report))
      }
    }
    #expect(h.kernel.cycle.completed == 4)
    #expect(h.kernel.snapshot?.source == .listing)
    #expect(h.numbers.missing == 0)
    // What is known of the lake is as young as the last look at the report.
    h.now = h.now + Span.minute
    h.step(.configurationChanged(h.configuration))
    #expect(h.load([.unchanged, .unchanged]) == [.cycle(5)])
  }

  @Test func `that nothing changed is not believed of another report or key space`() {
    var h = known()
    h.world.games = 4
    _ = h.request(.reconcile)
    h.load()
    let effects = h.step(
      .scanUnchanged(.init(h.kernel.cycle.ticket), .inventory, identity: ReportTests.report))
    #expect(effects.contains(.scan(5)))
    #expect(
      h.scan(.inventory, began: h.now, identity: Hash128(high: 1, low: 2)).contains(.cycle(2)))
  }

  // MARK: Vanished

  @Test(arguments: [ScanSource.inventory, .listing])
  func `a report or listing that lacks more than a tenth is doubted`(source: ScanSource) {
    let world = world(14)
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    h.load()
    h.scan(source, began: h.now - Span.hour, identity: ReportTests.report)
    // Of a prefix only: what lies elsewhere is not in it.
    for game in 0..<7 { h.lake.objects[TestWorld.box(game)] = nil }
    h.now = h.now + 2 * Span.day
    _ = h.request(.reconcile)
    h.load()
    let filtered = Hash128(high: 1, low: 2)
    #expect(h.scan(source, began: h.now, identity: filtered).alerts == [.vanished])
    #expect(h.numbers.missing == 7)
    #expect(h.kernel.taskCounts.open == 0)
    // The same report is no second opinion.
    h.now = h.now + Span.hour
    _ = h.request(.reconcile)
    h.load()
    if source == .inventory {
      h.scan(source, began: h.now - Span.hour, identity: filtered)
      #expect(h.kernel.taskCounts.open == 0)
    }
    #expect(h.kernel.attemptsMade == 0)
  }

  @Test func `a doubted report is no second opinion for another key space either`() {
    let world = world(14)
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    _ = read(&h, began: h.now - Span.hour)
    for game in 0..<7 { h.lake.objects[TestWorld.box(game)] = nil }
    h.now = h.now + 2 * Span.day
    let began = h.now - Span.hour
    #expect(read(&h, began: began, 2).alerts == [.vanished])
    // A catalog grows: the same report is read again.
    h.world.games = 20
    h.now = h.now + Span.hour
    #expect(read(&h, began: began, 2).alerts == [])
    #expect(h.kernel.snapshot?.record.isDoubted == true)
    #expect(h.kernel.observed.vanished.reduce(0) { $0 + $1.nonzeroBitCount } == 7)
    // Another one that lacks them is.
    h.now = h.now + 2 * Span.day
    _ = read(&h, began: h.now - Span.hour, 3)
    #expect(h.kernel.snapshot?.record.isDoubted == false)
  }

  @Test func `of a filtered report twice believed no source is asked for what the lake holds`() {
    let world = world(14)
    var h = KernelHarness(world, lake: world.fullLake)
    h.start()
    _ = read(&h, began: h.now - Span.hour)
    let full = h.lake
    for game in 0..<7 { h.lake.objects[TestWorld.box(game)] = nil }
    let filtered = h.lake
    for number in [2, 3] as [UInt64] {
      h.now = h.now + 2 * Span.day
      h.lake = filtered
      _ = read(&h, began: h.now - 5 * Span.hour, number)
      h.lake = full
      h.lookInOn(h.now + Span.second)
    }
    #expect(h.kernel.attemptsMade == 0)
    #expect(h.kernel.tasksMade > 0)
    #expect(h.numbers.missing == 0)
  }

  // MARK: Failed cycles

  @Test func `a failed cycle is retried as often and at such intervals as configured`() {
    var world = world(0)
    world.configuration.loop.cycleRetry.maxAttempts = 4
    world.configuration.loop.cycleRetry.baseDelayMilliseconds = 10_000
    world.configuration.loop.cycleRetry.maxDelayMilliseconds = Span.hour
    world.configuration.loop.cycleRetry.jitter = false
    for isExponential in [true, false] {
      world.configuration.loop.cycleRetry.exponential = isExponential
      var h = KernelHarness(world)
      h.start()
      for delay in isExponential ? [10_000, 20_000, 40_000] : [10_000, 10_000, 10_000] as [Int64] {
        h.load()
        h.step(.scanFailed(.init(h.kernel.cycle.ticket), .init(message: "503")))
        #expect(h.kernel.cycle.phase == .retrying)
        #expect(h.wakeAt == h.now + delay)
        h.wake()
      }
      h.load()
      h.step(.scanFailed(.init(h.kernel.cycle.ticket), .init(message: "503")))
      #expect(h.kernel.cycle.phase == .idle)
      #expect(h.wakeAt == h.kernel.cycle.began + Span.hour)
      // One that succeeds starts counting anew.
      h.wake()
      h.load()
      h.scan()
      #expect(h.kernel.cycle.failedInARow == 0)
    }
  }

  @Test func `a retry of a cycle outlives a crash`() {
    var world = world(0)
    world.configuration.loop.cycleRetry.baseDelayMilliseconds = 600_000
    world.configuration.loop.cycleRetry.maxDelayMilliseconds = Span.hour
    var h = KernelHarness(world)
    h.begin()
    _ = h.request(.reconcile)
    h.load()
    h.step(.scanFailed(.init(h.kernel.cycle.ticket), .init(message: "503")))
    h.crash()
    #expect(h.start(after: .crash).contains { if case .loadCatalogs = $0 { true } else { false } })
  }
}
