import Testing

@testable import ADCEKernel

/// What each kind of failure leads to.
struct OutcomeTests {
  /// One game, its first attempt under way; backoff without jitter: 1, 2, 4 … s.
  private func begun(
    games: Int = 1, _ change: (inout Configuration) -> Void = { _ in }
  ) -> KernelHarness {
    var world = TestWorld(games: games, players: 0, dumps: 0)
    world.configuration.scrapers[0].retry.jitter = false
    change(&world.configuration)
    var h = KernelHarness(world)
    #expect(h.begin() == [.cycle(1), .start(1)])
    return h
  }

  @Test func `success fills the gap and ends the run in a reconciliation`() {
    var h = begun()
    h.now = h.now + Span.minute
    #expect(h.succeed(1) == [.runEnded(number: 1), .loadCatalogs(3)])
    #expect(h.state(1) == .done)
    #expect(h.numbers.missing == 0)
    // The last scan is young: an analysis is enough.
    #expect(h.load() == [.cycle(2)])
  }

  @Test func `runs that end again and again do not scan the lake each time`() {
    var h = begun { $0.scrapers[0].retry.maxAttempts = 9 }
    let began = h.now
    var scans = 0
    for attempt in 1...6 as ClosedRange<UInt64> {
      h.fail(attempt, .transient)
      while h.kernel.attemptsMade == attempt {
        if h.kernel.cycle.phase == .loadingCatalogs {
          for case .scan in h.load() { scans += 1 }
        }
        if h.kernel.cycle.phase == .scanning { h.scan() }
        h.wake()
      }
    }
    #expect(h.now > began + 50 * Span.second)
    #expect(h.kernel.cycle.number >= 2)
    #expect(scans == 0)
  }

  @Test func `what is stale the moment that it is stored is not asked for again at once`() {
    var h = begun()
    // Our clock is days ahead: by the server's, the game has not settled yet.
    let early = ObjectFacts(bytes: 500, modifiedSeconds: TestWorld.day(0).start.seconds)
    let effects = h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: nil,
          items: [.init(index: 0, result: .stored(early, contentHash: .zero))])))
    #expect(!effects.contains { if case .start = $0 { true } else { false } })
    h.lake.objects[TestWorld.box(0)] = early
    for _ in 0..<5 {
      h.pass(Span.hour)
      h.cycle()
    }
    #expect(h.kernel.attemptsMade == 1)
    #expect(h.numbers.stale == 1)
    // After the cool-down it is.
    h.pass(2 * Span.hour)
    #expect(h.kernel.attemptsMade == 2 || h.kernel.taskCounts.open == 1)
  }

  @Test func `each item of an http task is an attempt`() {
    var h = begun(games: 3)
    #expect(h.keys(1) == [TestWorld.box(0)])
    #expect(h.succeed(1) == [.start(2)])
    #expect(h.keys(2) == [TestWorld.box(1)])
    #expect(h.succeed(2) == [.start(3)])
    #expect(h.succeed(3).first == .runEnded(number: 1))
    #expect(h.task(1)?.attempts == 3)
  }

  @Test(arguments: [FailureClass.transient, .throttled, .invalid, .scraperFault])
  func `a failure that may pass is tried again after twice the time`(failure: FailureClass) {
    var h = begun { $0.scrapers[0].retry.maxAttempts = 4 }
    for (attempt, delay) in zip(1...3 as ClosedRange<UInt64>, [1000, 2000, 4000] as [Int64]) {
      #expect(!h.fail(attempt, failure).contains(.start(attempt + 1)))
      #expect(h.state(1) == .backingOff)
      #expect(h.task(1)?.notBefore == h.now + delay)
      #expect(h.task(1)?.lastFailure == failure)
      h.now = h.now + delay - 1
      #expect(!h.step(.woken).contains(.start(attempt + 1)))
      h.now = h.now + 1
      #expect(h.step(.woken).contains(.start(attempt + 1)))
    }
    h.fail(4, failure)
    #expect(h.state(1) == .parked)
    #expect(h.task(1)?.reason == "attempts spent")
  }

  @Test func `a failure that the scraper calls permanent parks at once`() {
    var h = begun()
    h.fail(1, .scraperFault, permanent: true)
    #expect(h.state(1) == .parked)
    #expect(h.task(1)?.notBefore == h.now + 6 * Span.hour)
  }

  @Test func `what the source refuses is parked at once`() {
    var h = begun()
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
    #expect(h.task(1)?.reason == "refused by the source")
  }

  @Test func `our own fault costs no attempt and is tried again at the slowest pace`() {
    var h = begun()
    for attempt in 1...5 as ClosedRange<UInt64> {
      h.fail(attempt, .ownFault)
      #expect(h.state(1) == .backingOff)
      #expect(h.task(1)?.notBefore == h.now + Span.minute)
      h.now = h.now + Span.minute
      #expect(h.step(.woken).contains(.start(attempt + 1)))
    }
    #expect(h.record(of: TestWorld.box(0))?.attempts == 0)
    #expect(h.kernel.history(ofScraper: "stats_box", at: h.now) == (0, 0))
  }

  @Test func `an attempt that could not be started waits before it is tried again`() {
    var h = begun()
    let effects = h.step(
      .attemptEnded(AttemptEnd(attempt: AttemptID(1), failure: .ownFault, items: [])))
    #expect(!effects.contains(.start(2)))
    #expect(h.state(1) == .backingOff)
    #expect(h.task(1)?.notBefore == h.now + Span.minute)
  }

  @Test func `items that a failed attempt did not come to have failed with it`() {
    var h = begun()
    h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: .transient,
          items: [.init(index: 0, result: .untouched)])))
    #expect(h.state(1) == .backingOff)
    #expect(h.record(of: TestWorld.box(0))?.attempts == 1)
  }

  @Test func `items that an attempt left untouched count as tried`() {
    var h = begun { $0.scrapers[0].retry.maxAttempts = 2 }
    for attempt in 1...2 as ClosedRange<UInt64> {
      h.step(
        .attemptEnded(
          AttemptEnd(
            attempt: AttemptID(attempt), failure: nil,
            items: [.init(index: 0, result: .untouched)])))
      h.now = h.now + Span.minute
      h.step(.woken)
    }
    #expect(h.state(1) == .parked)
  }

  @Test func `what the source does not have is asked for again at growing intervals`() {
    var h = begun()
    var attempt: UInt64 = 1
    for hours in [6, 12, 24, 48] as [Int64] {
      h.fail(attempt, .absent)
      #expect(h.state(attempt) == .cancelled)
      #expect(h.task(attempt)?.reason == "the source does not have it")
      #expect(h.numbers.missing == 1)
      #expect(h.numbers.attainable == 0)
      let next = h.now + hours * Span.hour
      #expect(h.record(of: TestWorld.box(0))?.notBefore == next)
      h.lookInOn(next - 1)
      #expect(h.kernel.attemptsRunning == 0)
      h.lookInOn(next)
      attempt += 1
      #expect(h.kernel.attemptsMade == attempt)
    }
  }

  @Test func `a parked task wakes after a growing cool-down with one attempt`() {
    var h = begun { $0.scrapers[0].retry.maxAttempts = 1 }
    var attempt: UInt64 = 1
    for hours in [6, 12, 24, 48, 96, 168, 168] as [Int64] {
      h.fail(attempt, .transient)
      #expect(h.state(1) == .parked)
      let next = h.now + hours * Span.hour
      #expect(h.task(1)?.notBefore == next)
      h.lookInOn(next - 1)
      #expect(h.kernel.attemptsRunning == 0)
      h.lookInOn(next)
      attempt += 1
      #expect(h.kernel.attemptsMade == attempt)
    }
    h.succeed(attempt)
    #expect(h.state(1) == .done)
  }

  @Test func `jitter is a draw between nothing and the delay, always the same`() {
    var delays: [[Int64]] = []
    for _ in 0..<2 {
      var world = TestWorld(games: 8, players: 0, dumps: 0)
      world.configuration.scrapers[0].maxConcurrent = 5
      world.configuration.queue.itemsPerTask = 1
      var h = KernelHarness(world)
      h.begin()
      var run: [Int64] = []
      for attempt in 1...5 as ClosedRange<UInt64> {
        h.fail(attempt, .transient)
        run.append((h.record(of: h.keysOfTask(attempt))?.notBefore ?? h.now) - h.now)
      }
      #expect(run.allSatisfy { (0...1000).contains($0) })
      #expect(Set(run).count > 1)
      delays.append(run)
    }
    #expect(delays[0] == delays[1])
  }

  @Test func `Retry-After is a floor for all that goes to its source`() {
    var h = begun(games: 2) {
      $0.queue.itemsPerTask = 1
      $0.scrapers[0].retry.jitter = false
    }
    #expect(h.fail(1, .throttled, retryAfter: 90_000) == [])
    #expect(h.task(1)?.notBefore == h.now + 90_000)
    #expect(h.state(2) == .pending)
    #expect(h.pass(89_999) == [])
    #expect(h.pass(1) == [.start(2)])
  }

  @Test func `Retry-After is capped`() {
    var h = begun { $0.globalLimits.retryAfterMaxMilliseconds = 120_000 }
    h.fail(1, .throttled, retryAfter: 1_000_000_000)
    #expect(h.task(1)?.notBefore == h.now + 120_000)
  }

  @Test func `a throttled attempt waits longer where the scraper says so`() {
    var h = begun { $0.scrapers[0].retry.throttledMultiplierMicro = 3_000_000 }
    h.fail(1, .throttled)
    #expect(h.task(1)?.notBefore == h.now + 3000)
  }

  @Test func `of a command's items what is written is kept and the rest goes on`() {
    var world = TestWorld(games: 0, players: 3, dumps: 0)
    world.configuration.scrapers[1].retry.jitter = false
    world.configuration.scrapers[1].retry.maxAttempts = 2
    var h = KernelHarness(world)
    h.begin()
    #expect(h.keys(1) == (0..<3).map(TestWorld.page))
    let facts = ObjectFacts(bytes: 9, modifiedSeconds: h.now.seconds)
    h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: .transient,
          items: [
            .init(index: 0, result: .stored(facts, contentHash: .zero)),
            .init(index: 1, result: .failed(.absent)),
            .init(index: 2, result: .failed(.transient)),
          ])))
    #expect(h.kernel.keys(of: TaskID(1)).map(\.isOpen) == [false, false, true])
    #expect(h.numbers.missing == 2)
    #expect(h.state(1) == .backingOff)
    h.pass(1000)
    #expect(h.keys(2) == [TestWorld.page(2)])
    h.fail(2, .transient)
    #expect(h.state(1) == .parked)
  }

  @Test func `an end that comes twice is ignored`() {
    var h = begun(games: 2)
    let end = AttemptEnd(
      attempt: AttemptID(1), failure: .transient,
      items: [.init(index: 0, result: .failed(.transient))])
    h.step(.attemptEnded(end))
    let digest = h.kernel.digest
    #expect(h.step(.attemptEnded(end)) == [])
    #expect(h.kernel.digest == digest)
  }

  @Test func `an end that makes no sense harms nothing`() {
    var h = begun()
    var end = AttemptEnd(
      attempt: AttemptID(1), failure: nil,
      items: [-1, 1, 70_000].map { .init(index: $0, result: .failed(.absent)) })
    end.requests = Int.max
    h.step(.attemptEnded(end))
    #expect(h.kernel.attemptsRunning == 0)
  }

  @Test func `a result that improves an undersized copy fills the gap`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.lake.put(TestWorld.box(0), bytes: 10, at: TestWorld.begin)
    #expect(h.begin() == [.cycle(1), .start(1)])
    #expect(h.task(1)?.kind == .undersized)
    #expect(h.kernel.work(for: AttemptID(1))?.items.first?.storedIsSufficient == false)
    h.succeed(1)
    #expect(h.numbers.undersized == 0)
  }

  @Test func `a copy shown to be current is not stale any more`() {
    var h = KernelHarness(TestWorld(games: 0, players: 1, dumps: 0))
    h.lake.put(TestWorld.page(0), at: h.now - 8 * Span.day)
    #expect(h.begin() == [.cycle(1), .start(1)])
    #expect(h.task(1)?.kind == .stale)
    let facts = ObjectFacts(bytes: 500, modifiedSeconds: (h.now - 8 * Span.day).seconds)
    h.step(
      .attemptEnded(
        AttemptEnd(
          attempt: AttemptID(1), failure: nil,
          items: [.init(index: 0, result: .current(facts))])))
    #expect(h.state(1) == .done)
    #expect(h.numbers.stale == 0)
    // It is remembered when the ledger has forgotten, and until it is old again.
    h.lookInOn(h.now + 2 * Span.day)
    #expect(h.kernel.observed.ledger.count == 0)
    #expect(h.numbers.stale == 0)
    h.lookInOn(h.now + 6 * Span.day)
    #expect(h.numbers.stale == 1)
  }
}

extension KernelHarness {
  /// Goes on to a moment, answering the cycles and look-ups that come on the way.
  mutating func lookInOn(_ moment: Instant) {
    answerLake()
    while wakeAt < moment {
      wake()
      answerLake()
    }
    now = moment
    step(.woken)
    answerLookUps()
  }

  private mutating func answerLake() {
    if kernel.cycle.phase == .loadingCatalogs { load() }
    if kernel.cycle.phase == .scanning { scan() }
    answerLookUps()
  }

  private mutating func answerLookUps() {
    for task in kernel.taskIDs where kernel.task(task, at: now)?.state == .admitted {
      lookUp(task.number)
    }
  }

  func keysOfTask(_ id: UInt64) -> String {
    kernel.keys(of: TaskID(id)).first.map { String(decoding: $0.key, as: UTF8.self) } ?? ""
  }
}
