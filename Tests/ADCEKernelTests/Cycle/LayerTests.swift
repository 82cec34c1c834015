import Testing

@testable import ADCEKernel

/// Layers of knowledge, newest wins.
struct LayerTests {
  /// One game, missing in the first scan and stored at noon.
  private func filled(_ source: ScanSource = .directory) -> KernelHarness {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.start()
    h.load()
    h.scan(source)
    h.now = h.now + Span.minute
    h.succeed(1)
    #expect(h.numbers.missing == 0)
    return h
  }

  /// A scan that does not show the object, begun at some time after it was stored.
  private func missing(_ source: ScanSource, after milliseconds: Int64) -> Int {
    var h = filled(source)
    let stored = h.now
    h.lake = TestLake()
    // The clock goes on, so that the next cycle can look at the lake.
    h.now = stored + 2 * Span.day
    h.cycle(source, began: stored + milliseconds)
    // What vanished is not believed at once; the number is.
    return h.numbers.missing
  }

  @Test func `a report made before we stored an object does not bring its gap back`() {
    var h = filled()
    h.lake = TestLake()
    h.pass(30 * Span.minute)
    h.load()
    #expect(h.scan(.inventory, began: h.now - 29 * Span.minute) == [.cycle(2)])
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.taskCounts.open == 0)
  }

  @Test func `a directory overrules what it began after`() {
    #expect(missing(.directory, after: -1) == 0)
    #expect(missing(.directory, after: 1) == 1)
  }

  @Test func `a listing overrules what it began five minutes after`() {
    #expect(missing(.listing, after: 5 * Span.minute) == 0)
    #expect(missing(.listing, after: 5 * Span.minute + 1) == 1)
  }

  @Test func `a report overrules what it began a day after`() {
    #expect(missing(.inventory, after: Span.day) == 0)
    #expect(missing(.inventory, after: Span.day + 1) == 1)
  }

  @Test func `an entry is overruled by one kind of source and kept until all have passed it`() {
    var h = filled(.inventory)
    let stored = h.now
    h.lake = TestLake()
    h.now = stored + 2 * Span.hour
    h.cycle(.listing, began: stored + Span.hour)
    #expect(h.numbers.missing == 1)
    #expect(h.kernel.observed.ledger.count == 1)
    // A report is eventually consistent: it may have missed what the listing of then missed, too.
    h.lake.put(TestWorld.box(0), at: stored)
    h.now = stored + 2 * Span.day
    h.cycle(.inventory, began: stored + Span.day + 1)
    #expect(h.numbers.missing == 0)
    h.now = h.now + Span.second
    h.step(.woken)
    #expect(h.kernel.observed.ledger.count == 0)
  }

  @Test func `what was overruled leaves the ledger`() {
    var h = filled()
    #expect(h.kernel.observed.ledger.count == 1)
    h.now = h.now + Span.hour
    h.cycle(.directory)
    #expect(h.kernel.observed.ledger.count == 0)
    #expect(h.numbers.missing == 0)
  }

  @Test func `an object that we stored while the clock was behind is there`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin()
    // The clock is set back by an hour: by its time we store before the scan began.
    h.step(.wallClockChanged(offsetMilliseconds: -Span.hour))
    h.succeed(1)
    #expect(h.numbers.missing == 0)
  }

  @Test func `a snapshot never replaces one that began later`() {
    let world = TestWorld(games: 3, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.lake = TestLake()
    h.pass(Span.hour)
    h.load()
    #expect(h.scan(.listing, began: TestWorld.begin) == [.cycle(2)])
    #expect(h.numbers.missing == 0)
  }

  @Test func `a report that was read is read again for another key space only`() {
    let world = TestWorld(games: 3, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    // The report holds a game that no catalog names yet.
    h.lake.put(TestWorld.box(3), at: TestWorld.begin)
    let report = Hash128(high: 1, low: 1)
    let began = h.now - Span.hour
    h.start()
    h.load()
    h.scan(.inventory, began: began, identity: report)
    #expect(h.numbers.missing == 0)
    h.world.games = 4
    _ = h.request(.reconcile)
    h.load()
    let effects = h.scan(.inventory, began: began, identity: report)
    #expect(effects == [.cycle(2), .runEnded(number: 1)])
    #expect(h.numbers.expected == 4)
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.snapshot?.record.space == h.kernel.space.fingerprint)
    #expect(h.kernel.taskCounts.open == 0)
  }

  // MARK: Vanished

  private let doubt = Alert(
    .vanished,
    "14 objects are gone, more than a tenth of what was present: nothing is made of it until "
      + "another scan agrees, or `adce reconcile --accept-vanished`")

  private func emptied() -> KernelHarness {
    let world = TestWorld(games: 14, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.lake = TestLake()
    h.pass(Span.hour)
    h.load()
    #expect(h.scan() == [.alert(doubt), .cycle(2)])
    return h
  }

  @Test func `what vanished becomes a task when another scan agrees`() {
    var h = emptied()
    #expect(h.numbers.missing == 14)
    #expect(h.kernel.taskCounts.open == 0)
    h.pass(Span.hour)
    h.load()
    #expect(h.scan() == [.cycle(3), .start(1)])
  }

  @Test func `what vanished becomes a task when an operator agrees`() {
    var h = emptied()
    #expect(h.request(.acceptVanished) == [.answered(id: 1, .accepted(14)), .start(1)])
  }

  @Test func `what vanished and came back was never a gap`() {
    var h = emptied()
    h.lake = h.world.fullLake
    h.pass(Span.hour)
    h.load()
    #expect(h.scan() == [.cycle(3)])
    #expect(h.numbers.missing == 0)
  }

  @Test func `what vanishes besides what had vanished is doubted again`() {
    let world = TestWorld(games: 14, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    for game in 0..<5 { h.lake.objects[TestWorld.box(game)] = nil }
    h.pass(Span.hour)
    h.load()
    h.scan()
    #expect(h.kernel.taskCounts.open == 0)
    for game in 5..<14 { h.lake.objects[TestWorld.box(game)] = nil }
    h.pass(Span.hour)
    h.load()
    h.scan()
    // The first five are believed, the other nine are not yet.
    #expect(h.numbers.missing == 14)
    #expect(h.task(1)?.items == 5)
    #expect(h.kernel.taskIDs.count == 1)
  }

  @Test func `what vanished stays doubted when the key space changes`() {
    var h = emptied()
    h.world.games = 15
    _ = h.request(.reconcile)
    h.load()
    #expect(h.kernel.taskCounts.open == 0)
  }

  @Test func `a few that are gone are believed at once`() {
    let world = TestWorld(games: 14, players: 0, dumps: 0)
    var h = KernelHarness(world, lake: world.fullLake)
    h.begin()
    h.lake.objects[TestWorld.box(3)] = nil
    h.pass(Span.hour)
    h.load()
    #expect(h.scan() == [.cycle(2), .start(1)])
    #expect(h.keys(1) == [TestWorld.box(3)])
  }
}
