import Testing

@testable import ADCEKernel

/// What brings a cycle forward, and what does not.
struct CycleMomentTests {
  private func begun(_ change: (inout Configuration) -> Void) -> KernelHarness {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.loop.cycleRetry.jitter = false
    world.configuration.loop.cycleRetry.baseDelayMilliseconds = 10 * Span.minute
    world.configuration.loop.cycleRetry.maxDelayMilliseconds = Span.hour
    change(&world.configuration)
    var h = KernelHarness(world)
    h.begin()
    return h
  }

  private func failCycle(_ h: inout KernelHarness) {
    h.now = h.now + 5 * Span.minute
    _ = h.request(.reconcile)
    h.load()
    h.step(.scanFailed(.init(h.kernel.cycle.ticket), .init(message: "503")))
  }

  @Test func `a run's end does not bring the retry of a failed cycle forward`() {
    var h = begun { _ in }
    failCycle(&h)
    let retry = h.now + 10 * Span.minute
    h.now = h.now + Span.minute
    #expect(h.succeed(1) == [.runEnded(number: 1)])
    #expect(h.kernel.cycle.phase == .retrying)
    #expect(h.wakeAt == retry)
  }

  @Test func `runs that end before the queue is looked at again make one cycle`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.scrapers[0].retry.jitter = false
    world.configuration.scrapers[0].retry.baseDelayMilliseconds = 5 * Span.second
    var h = KernelHarness(world)
    h.begin()
    let earliest = h.kernel.cycle.finished + h.configuration.loop.taskCheckMilliseconds
    for run in 1...3 as ClosedRange<UInt64> {
      if run > 1 { #expect(h.wake() == [.start(AttemptID(run))]) }
      h.now = h.now + Span.second
      let ended = run < 3 ? h.fail(run, .transient) : h.succeed(run)
      #expect(ended == [.runEnded(number: run)])
      #expect(h.now < earliest)
      #expect(h.kernel.cycle.number == 1)
      #expect(h.kernel.cycle.nextAt == earliest)
    }
    #expect(h.wakeAt == earliest)
    #expect(h.wake().contains { if case .loadCatalogs = $0 { true } else { false } })
    #expect(h.kernel.cycle.number == 2)
    // All is there, and known without another look: the next one comes with the interval.
    #expect(h.load() == [.cycleFinished(number: 2)])
    #expect(h.kernel.cycle.nextAt >= h.now + h.configuration.loop.intervalMilliseconds)
  }

  @Test func `after the last failure a run's end leaves the cycle to the next interval`() {
    var h = begun { $0.loop.cycleRetry.maxAttempts = 1 }
    failCycle(&h)
    let next = h.now + Span.hour
    h.now = h.now + Span.minute
    #expect(h.succeed(1) == [.runEnded(number: 1)])
    #expect(h.kernel.cycle.phase == .idle)
    #expect(h.wakeAt == next)
  }

  @Test func `without reconciliation there is a cycle only when somebody asks for one`() {
    var h = begun {
      $0.loop.reconciles = false
      $0.loop.cycleRetry.maxAttempts = 1
    }
    #expect(h.kernel.cycle.number == 1)
    h.now = h.now + Span.hour
    #expect(h.succeed(1) == [.runEnded(number: 1)])
    var other = h.configuration
    other.queue.itemsPerTask += 1
    #expect(h.step(.configurationChanged(other)) == [])
    failCycle(&h)
    #expect(h.kernel.cycle.number == 2)
    #expect(h.kernel.cycle.nextAt == .distantFuture)
    h.pass(2 * Span.day)
    #expect(h.kernel.cycle.number == 2)
  }

  @Test func `what was left to admit is forgotten by a kernel that admits nothing`() {
    var world = TestWorld(games: 1, players: 0, dumps: 0)
    world.configuration.loop.executes = false
    var h = KernelHarness(world, checks: false)
    h.begin()
    h.kernel.backlog.admits = true
    h.step(.woken)
    #expect(h.wakeAt > h.now)
  }
}
