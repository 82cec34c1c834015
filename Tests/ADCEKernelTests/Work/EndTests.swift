import Testing

@testable import ADCEKernel

/// What a task's end says, in whatever order its keys came to theirs.
struct EndTests {
  /// One command task of three pages, its attempt under way.
  private func begun() -> KernelHarness {
    var world = TestWorld(games: 0, players: 3, dumps: 0)
    world.configuration.scrapers[1].retry.jitter = false
    var h = KernelHarness(world)
    h.begin()
    #expect(h.keys(1).count == 3)
    return h
  }

  private func end(_ results: [ItemResult], failure: FailureClass? = nil) -> Event {
    .attemptEnded(
      AttemptEnd(
        attempt: AttemptID(1), failure: failure,
        items: results.enumerated().map { .init(index: $0, result: $1) }))
  }

  private let stored = ItemResult.stored(
    ObjectFacts(bytes: 500, modifiedSeconds: TestWorld.noon.seconds), contentHash: .zero)

  @Test func `a task that filled one key is done, whichever of its keys came last`() {
    for order in [[0, 1, 1], [1, 0, 1], [1, 1, 0]] {
      var h = begun()
      h.step(end(order.map { $0 == 0 ? stored : .failed(.absent) }))
      #expect(h.state(1) == .done)
      #expect(h.task(1)?.reason == "")
      #expect(h.task(1)?.done == 1)
      #expect(h.task(1)?.absent == 2)
    }
  }

  @Test func `a task none of whose keys its source has is cancelled`() {
    var h = begun()
    h.step(end([.failed(.absent), .failed(.absent), .failed(.absent)]))
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "the source does not have it")
    #expect(h.task(1)?.done == 0)
  }

  @Test func `what is waived or filled by others is not counted as done`() {
    var h = begun()
    _ = h.request(
      .waive(keys: [Array(TestWorld.page(1).utf8)], reason: "no", until: nil))
    h.lake.put(TestWorld.page(2), at: h.now)
    h.now = h.now + Span.minute
    h.cycle()
    h.step(end([stored, .failed(.transient), .failed(.transient)], failure: .transient))
    #expect(h.state(1) == .done)
    let task = h.task(1)
    #expect(task?.done == 1)
    #expect(task?.waived == 1)
    #expect(task?.elsewhere == 1)
  }

  @Test func `a task that came to nothing says the strongest reason`() {
    var h = begun()
    _ = h.request(
      .waive(keys: [Array(TestWorld.page(2).utf8)], reason: "no", until: nil))
    h.lake.put(TestWorld.page(0), at: h.now)
    h.now = h.now + Span.minute
    h.cycle()
    h.step(end([.failed(.transient), .failed(.absent), .failed(.transient)]))
    #expect(h.state(1) == .cancelled)
    #expect(h.task(1)?.reason == "the source does not have it")
  }

  @Test func `a key found after an attempt of unknown outcome was filled by it`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin()
    h.now = h.now + Span.second
    h.crash()
    h.start(after: .crash)
    h.lake.put(TestWorld.box(0), at: h.now)
    h.lookUp(1)
    #expect(h.state(1) == .done)
    #expect(h.task(1)?.done == 1)
  }

  @Test func `our own fault costs a count no attempt`() {
    var world = TestWorld(games: 0, players: 0, dumps: 2)
    world.configuration.scrapers[2].retry.jitter = false
    var h = KernelHarness(world)
    h.begin()
    for attempt in 1...5 as ClosedRange<UInt64> {
      h.fail(attempt, .ownFault)
      #expect(h.state(1) == .backingOff)
      #expect(h.task(1)?.notBefore == h.now + Span.minute)
      h.lookInOn(h.now + Span.minute)
      #expect(h.kernel.attemptsMade == attempt + 1)
    }
    // Three failures that count are still its own.
    h.fail(6, .transient)
    #expect(h.task(1)?.notBefore == h.now + 1000)
    h.lookInOn(h.now + 1000)
    h.fail(7, .transient)
    h.lookInOn(h.now + 2000)
    h.fail(8, .transient)
    #expect(h.state(1) == .parked)
  }

  @Test func `a crash is never a count's last attempt`() {
    var world = TestWorld(games: 0, players: 0, dumps: 2)
    world.configuration.scrapers[2].retry.jitter = false
    var h = KernelHarness(world)
    h.begin()
    for attempt in 2...6 as ClosedRange<UInt64> {
      h.crash()
      #expect(h.start(after: .crash).contains(.start(attempt)))
    }
    h.fail(6, .transient)
    #expect(h.state(1) == .parked)
  }
}
