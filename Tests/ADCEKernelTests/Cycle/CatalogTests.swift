import Testing

@testable import ADCEKernel

struct CatalogTests {
  private func begun() -> KernelHarness {
    let world = TestWorld(games: 10, players: 2, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    return h
  }

  @Test func `a catalog that cannot be read keeps its last good content`() {
    var h = begun()
    _ = h.request(.reconcile)
    #expect(
      h.load([.failed("permission denied"), .unchanged]) == [
        .alert(
          Alert(.catalogKept, "catalog games: permission denied; the last good one is kept")),
        .scan(4),
      ])
    #expect(h.numbers.expected == 12)
  }

  @Test func `a catalog that shrinks by more than a tenth keeps its last good content`() {
    var h = begun()
    h.world.games = 8
    _ = h.request(.reconcile)
    #expect(
      h.load() == [
        .alert(
          Alert(
            .catalogKept,
            "catalog games: it shrank from 10 to 8 rows, by more than a tenth; "
              + "the last good one is kept")),
        .scan(4),
      ])
    #expect(h.numbers.expected == 12)
  }

  @Test func `a catalog that shrinks by a tenth is believed`() {
    var h = begun()
    h.world.games = 9
    _ = h.request(.reconcile)
    #expect(h.load() == [.scan(4)])
    #expect(h.numbers.expected == 11)
  }

  @Test func `a catalog that lacks a column keeps its last good content`() {
    var h = begun()
    _ = h.request(.reconcile)
    let table = CatalogTable(columns: ["id", "season"])
    #expect(
      h.load([.content(table), .unchanged]) == [
        .alert(
          Alert(
            .catalogKept, "catalog games: it has no column \"date\"; the last good one is kept")),
        .scan(4),
      ])
    #expect(h.numbers.expected == 12)
  }

  @Test func `of a catalog that was never read nothing is expected`() {
    var h = KernelHarness(TestWorld(games: 10, players: 2, dumps: 0))
    h.start()
    #expect(
      h.load([.failed("no such file"), .content(h.world.playerTable)]) == [
        .alert(
          Alert(
            .catalogUnknown,
            "catalog games: no such file; what depends on it is unknown")),
        .scan(2),
      ])
    #expect(h.numbers.expected == 2)
  }

  @Test func `a scan for an older key space is turned away and made again`() {
    var h = begun()
    let stale = h.lake.scan(for: h.kernel.space, began: h.now)
    h.world.games = 11
    _ = h.request(.reconcile)
    #expect(h.load() == [.scan(4), .lookUp(1)])
    #expect(h.step(.scanFinished(.init(4), stale)) == [.scan(5)])
    // An answer to the older ticket is late.
    #expect(h.step(.scanFinished(.init(4), stale)) == [])
    #expect(h.kernel.cycle.phase == .scanning)
  }

  @Test func `a cycle is given up after four scans in a row that were turned away`() {
    var h = begun()
    let stale = h.lake.scan(for: h.kernel.space, began: h.now)
    h.world.games = 11
    _ = h.request(.reconcile)
    h.load()
    for ticket in 4...6 as ClosedRange<UInt64> {
      #expect(h.step(.scanFinished(.init(ticket), stale)) == [.scan(ticket + 1)])
    }
    let message = "the key space changed during each of four scans"
    #expect(
      h.step(.scanFinished(.init(7), stale)) == [
        .cycleFailed(number: 2, message: message),
        .alert(Alert(.cycleFailed, "cycle 2 failed: \(message)")),
      ])
  }

  @Test func `a failed cycle is tried again as configured and then left to the next interval`() {
    var world = TestWorld(games: 0, players: 0, dumps: 0)
    world.configuration.loop.cycleRetry.maxAttempts = 2
    world.configuration.loop.cycleRetry.baseDelayMilliseconds = 5000
    world.configuration.loop.cycleRetry.jitter = false
    var h = KernelHarness(world)
    let began = h.now
    h.start()
    h.load()
    #expect(
      h.step(.scanFailed(.init(2), .init(message: "unmounted"))) == [
        .cycleFailed(number: 1, message: "unmounted"),
        .alert(Alert(.cycleFailed, "cycle 1 failed: unmounted")),
      ])
    #expect(h.wakeAt == began + 5000)
    #expect(h.wake() == [.loadCatalogs(3)])
    h.load()
    #expect(
      h.step(.scanFailed(.init(4), .init(message: "unmounted"))) == [
        .cycleFailed(number: 2, message: "unmounted"),
        .alert(Alert(.cycleFailed, "cycle 2 failed: unmounted")),
      ])
    #expect(h.wakeAt == began + 5000 + Span.hour)
  }

  @Test func `cycles asked for meanwhile are one afterwards`() {
    var h = KernelHarness(TestWorld(games: 0, players: 0, dumps: 0))
    h.start()
    #expect(h.request(.reconcile) == [.answered(id: 1, .accepted(1))])
    #expect(h.request(.reconcile) == [.answered(id: 2, .accepted(1))])
    h.load()
    #expect(h.scan() == [.cycle(1), .loadCatalogs(3)])
    h.load()
    #expect(h.scan(began: h.now + 1) == [.cycle(2)])
  }

  @Test func `keys that a catalog no longer names leave their tasks`() {
    var world = TestWorld(games: 10, players: 0, dumps: 0)
    world.configuration.loop.executes = false
    var h = KernelHarness(world)
    h.begin()
    #expect(h.task(1)?.items == 3)
    h.world.games = 9
    h.pass(Span.hour)
    h.load()
    #expect(h.kernel.keys(of: TaskID(1)).map(\.isOpen) == [true, true, false])
    #expect(h.state(1) == .pending)
  }

  @Test func `a catalog that is no longer declared is forgotten`() {
    var h = KernelHarness(TestWorld(games: 3, players: 2, dumps: 0))
    h.begin()
    #expect(h.kernel.catalogs.count == 2)
    var configuration = h.configuration
    configuration.desired.catalogs.removeLast()
    configuration.desired.dimensions.removeLast()
    configuration.desired.sources.remove(at: 1)
    h.step(.configurationChanged(configuration))
    h.load([.unchanged])
    #expect(h.kernel.catalogs.count == 1)
  }
}
