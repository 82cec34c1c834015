import Testing

@testable import ADCEKernel

/// Keys whose attempts are spent outlive their task: whatever makes another one of them, it has an
/// attempt to make.
struct SpentKeyTests {
  private func parked(ttl: Int64 = 30 * Span.day) -> KernelHarness {
    var world = TestWorld(games: 0, players: 1, dumps: 0)
    world.configuration.queue.ttlMilliseconds = ttl
    world.configuration.scrapers[1].retry.jitter = false
    world.configuration.scrapers[1].retry.maxAttempts = 2
    var h = KernelHarness(world)
    h.begin()
    h.fail(1, .transient)
    h.lookInOn(h.now + Span.minute)
    h.fail(2, .transient)
    #expect(h.state(1) == .parked)
    return h
  }

  @Test func `a cleared queue's gaps are tried again at once`() {
    var h = parked()
    let effects = h.request(.clearQueue)
    #expect(h.state(1) == .cancelled)
    #expect(effects.contains(.start(3)))
    #expect(h.state(2) == .running)
  }

  @Test func `the one attempt that a cleared key has is its last, and it sleeps longer`() {
    var h = parked()
    _ = h.request(.clearQueue)
    h.fail(3, .transient)
    #expect(h.state(2) == .parked)
    #expect(h.task(2)?.notBefore == h.now + 12 * Span.hour)
  }

  @Test func `a cancelled task's keys are tried once when their cool-down is over`() {
    var h = parked()
    _ = h.request(.cancel([TaskID(1)]))
    h.lookInOn(h.now + 6 * Span.hour)
    #expect(h.kernel.attemptsMade == 3)
    #expect(h.state(2) == .running)
  }

  @Test func `another scraper begins anew with what the last one failed at`() {
    var h = parked()
    var configuration = h.configuration
    configuration.scrapers[1].id = "site_other"
    h.step(.configurationChanged(configuration))
    #expect(h.task(1)?.reason == "the configuration changed")
    h.cycle()
    #expect(h.state(2) == .running)
    #expect(h.record(of: TestWorld.page(0))?.attempts ?? 0 == 0)
  }

  @Test func `a task that an operator retried has its whole time to live again`() {
    var h = parked(ttl: 4 * Span.hour)
    _ = h.request(.pause(source: "site"))
    h.now = h.now + 5 * Span.hour
    _ = h.request(.retry([TaskID(1)]))
    #expect(h.state(1) == .pending)
    h.cycle()
    #expect(h.state(1) == .pending)
    h.now = h.now + 4 * Span.hour + 1
    h.cycle()
    #expect(h.state(1) == .cancelled)
  }
}
