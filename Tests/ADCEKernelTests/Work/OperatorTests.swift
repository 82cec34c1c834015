import Testing

@testable import ADCEKernel

struct OperatorTests {
  private func begun(games: Int = 1, players: Int = 0) -> KernelHarness {
    var world = TestWorld(games: games, players: players, dumps: 0)
    world.configuration.scrapers[0].retry.jitter = false
    world.configuration.scrapers[0].retry.maxAttempts = 2
    world.configuration.queue.itemsPerTask = 2
    var h = KernelHarness(world)
    h.begin()
    return h
  }

  @Test func `retry makes a parked task pending with its attempts at zero`() {
    var h = begun()
    h.fail(1, .refused)
    #expect(h.state(1) == .parked)
    let effects = h.request(.retry([TaskID(1)]))
    #expect(effects.first == .answered(id: 1, .accepted(1)))
    #expect(effects.contains(.start(2)))
    #expect(h.record(of: TestWorld.box(0))?.attempts == 0)
  }

  @Test func `retry wakes a task that backs off`() {
    var h = begun()
    h.fail(1, .transient, retryAfter: nil)
    #expect(h.state(1) == .backingOff)
    #expect(h.request(.retry([TaskID(1)])).contains(.start(2)))
  }

  @Test func `retry refuses what is neither parked nor backing off`() {
    var h = begun()
    let refusal = Effect.Answer.refused("none of these tasks is parked or backing off")
    #expect(h.request(.retry([TaskID(1), TaskID(99)])) == [.answered(id: 1, refusal)])
  }

  @Test func `a pending task that is cancelled keeps its keys out for a cool-down`() {
    var h = begun(games: 4)
    #expect(h.state(2) == .pending)
    #expect(h.request(.cancel([TaskID(2)])) == [.answered(id: 1, .accepted(1))])
    #expect(h.task(2)?.reason == "by an operator")
    #expect(h.kernel.taskIDs.count == 2)
    h.succeed(1)
    h.succeed(2)
    h.lookInOn(h.now + 6 * Span.hour - Span.minute)
    #expect(h.kernel.taskIDs.count == 2)
    h.lookInOn(h.now + 2 * Span.minute)
    #expect(h.kernel.taskIDs.count == 3)
  }

  @Test func `a cleared queue cancels what does not run, and its gaps are tasks again`() {
    var h = begun(games: 4)
    #expect(h.state(1) == .running)
    #expect(h.state(2) == .pending)
    #expect(h.request(.clearQueue).contains(.answered(id: 1, .accepted(1))))
    #expect(h.state(1) == .running)
    #expect(h.state(2) == .cancelled)
    #expect(h.state(3) == .pending)
  }

  @Test func `a running task that is cancelled is stopped, and its rest dropped when it ends`() {
    var h = begun(games: 2)
    #expect(
      h.request(.cancel([TaskID(1)])) == [.cancel(1), .answered(id: 1, .accepted(1))])
    #expect(h.state(1) == .running)
    h.fail(1, .transient)
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "by an operator")
    #expect(h.record(of: TestWorld.box(0))?.notBefore == h.now + 6 * Span.hour)
    #expect(h.record(of: TestWorld.box(1))?.notBefore == h.now + 6 * Span.hour)
  }

  @Test func `a cancelled task whose key turns out absent is cancelled all the same`() {
    var h = begun(games: 2)
    _ = h.request(.cancel([TaskID(1)]))
    h.fail(1, .absent)
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "by an operator")
  }

  @Test func `a cancelled task that came to its end is done`() {
    var h = begun(games: 1)
    _ = h.request(.cancel([TaskID(1)]))
    h.succeed(1)
    #expect(h.state(1) == .done)
  }

  @Test func `a cancel outlives a crash`() {
    var h = begun(games: 2)
    _ = h.request(.cancel([TaskID(1)]))
    h.crash()
    h.start(after: .crash)
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "by an operator")
  }

  @Test func `a task that backs off can be cancelled`() {
    var h = begun()
    h.fail(1, .transient)
    #expect(h.request(.cancel([TaskID(1)])).contains(.answered(id: 1, .accepted(1))))
    #expect(h.state(1) == .cancelled)
    let refusal = Effect.Answer.refused("none of these tasks is under way")
    #expect(h.request(.cancel([TaskID(1)])).contains(.answered(id: 2, refusal)))
  }

  @Test func `a waived key leaves its task and makes none until its day is over`() {
    var h = begun(games: 4)
    let key = Array(TestWorld.box(2).utf8)
    let day = CivilDay(containing: h.now)
    #expect(
      h.request(.waive(keys: [key], reason: "never played", until: day)) == [
        .answered(id: 1, .accepted(1))
      ])
    #expect(h.kernel.keys(of: TaskID(2)).map(\.isOpen) == [false, true])
    #expect(h.numbers.missing == 4)
    #expect(h.numbers.attainable == 3)
    for attempt in 1...3 as ClosedRange<UInt64> { h.succeed(attempt) }
    // Not at the hour of a cycle, so that the clock alone must have ended the waiver.
    h.lookInOn(day.end - 20 * Span.minute)
    h.cycle()
    h.lookInOn(day.end - 1)
    #expect(h.numbers.missing == 1)
    #expect(h.kernel.attemptsMade == 3)
    h.lookInOn(day.end)
    #expect(h.kernel.attemptsMade == 4)
    #expect(h.keys(4) == [TestWorld.box(2)])
  }

  @Test func `a key that is waived while its task runs is not asked for`() {
    var h = begun(games: 2)
    let key = Array(TestWorld.box(1).utf8)
    _ = h.request(.waive(keys: [key], reason: "not wanted", until: nil))
    h.succeed(1)
    #expect(h.kernel.attemptsMade == 1)
    #expect(h.state(1) == .done)
  }

  @Test func `a key that is waived while it is asked for is not asked for again`() {
    var h = begun(games: 1)
    let key = Array(TestWorld.box(0).utf8)
    _ = h.request(.waive(keys: [key], reason: "not wanted", until: nil))
    h.fail(1, .transient)
    #expect(h.state(1) == .cancelled)
  }

  @Test func `a key that nothing expects cannot be waived`() {
    var h = begun()
    let refusal = Effect.Answer.refused("\"box/none\" is not expected by any data type")
    #expect(
      h.request(.waive(keys: [Array("box/none".utf8)], reason: "", until: nil)) == [
        .answered(id: 1, refusal)
      ])
  }

  @Test func `a paused source starts nothing until it is resumed`() {
    var h = begun(games: 4)
    #expect(h.request(.pause(source: "stats")) == [.answered(id: 1, .accepted(1))])
    #expect(h.kernel.isPaused(source: "stats") == true)
    #expect(!h.succeed(1).contains(.start(2)))
    #expect(!h.pass(Span.minute).contains(.start(2)))
    let effects = h.request(.resume(source: "stats"))
    #expect(effects.contains(.start(2)))
    let refusal = Effect.Answer.refused("no scraper has a source \"nobody\"")
    #expect(h.request(.pause(source: "nobody")) == [.answered(id: 3, refusal)])
  }

  @Test func `a pause of everything outlives a restart`() {
    var h = begun(games: 4)
    #expect(h.request(.pause(source: nil)) == [.answered(id: 1, .accepted(1))])
    #expect(!h.succeed(1).contains(.start(2)))
    h.crash()
    h.start()
    h.cycle()
    #expect(h.kernel.attemptsRunning == 0)
    #expect(h.request(.resume(source: nil)).contains { $0 == .start(2) || $0 == .lookUp(1) })
  }

  @Test func `a drain admits nothing more and says when nothing is running`() {
    var h = begun(games: 4)
    #expect(h.request(.drain) == [.answered(id: 1, .accepted(1))])
    #expect(h.wakeAt > h.now)
    #expect(h.pass(2 * Span.hour) == [])
    #expect(h.wakeAt > h.now)
    #expect(h.succeed(1) == [.drained])
    #expect(h.pass(Span.hour) == [])
    // The next process goes on.
    h.crash()
    #expect(h.start() == [.loadCatalogs(3), .lookUp(1), .lookUp(2)])
  }

  @Test func `a drain with nothing running is done at once`() {
    let world = TestWorld()
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    #expect(h.request(.drain) == [.answered(id: 1, .accepted(0)), .drained])
  }
}
