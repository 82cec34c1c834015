import Testing

@testable import ADCEKernel

/// A run by hand: what is not selected stays as it is.
struct SelectionTests {
  private func world(_ adjust: (inout Configuration.Selection) -> Void = { _ in }) -> TestWorld {
    var world = TestWorld(games: 3, players: 4, dumps: 0)
    var selection = Configuration.Selection(scraper: world.configuration.scrapers[0].id)
    adjust(&selection)
    world.configuration.loop.only = selection
    return world
  }

  @Test func `one scraper's gaps are tried, and the run is over`() {
    var h = KernelHarness(world())
    h.start(.once)
    h.load()
    #expect(h.scan() == [.cycle(1), .start(1)])
    var keys = h.keys(1)
    #expect(h.succeed(1) == [.start(2)])
    keys += h.keys(2)
    #expect(h.succeed(2) == [.start(3)])
    keys += h.keys(3)
    #expect(h.succeed(3) == [.runEnded(number: 1), .loadCatalogs(3)])
    #expect(Set(keys) == Set((0..<3).map(TestWorld.box)))
    h.load()
    #expect(h.scan(began: h.now + 1) == [.cycle(2), .finished])
    #expect(h.numbers.missing == 4)
  }

  @Test func `of a task only the selected keys are tried, and the others stay open`() {
    var h = KernelHarness(world { $0.keys = [Array(TestWorld.box(1).utf8)] })
    // A task of all three was made by a loop that could not start it.
    var loop = h.configuration
    loop.loop.only = nil
    loop.loop.executes = false
    h.crash(with: loop)
    h.begin()
    #expect(h.state(1) == .pending)
    h.crash(with: world { $0.keys = [Array(TestWorld.box(1).utf8)] }.configuration)
    h.start(.once)
    h.load()
    #expect(h.scan(began: h.now + 1) == [.cycle(2), .start(1)])
    #expect(h.keys(1) == [TestWorld.box(1)])
    #expect(h.succeed(1) == [.runEnded(number: 1), .loadCatalogs(5)])
    #expect(h.state(1) == .pending)
    #expect(h.task(1)?.done == 1)
  }

  @Test func `nothing is selected where no key is`() {
    var h = KernelHarness(world { $0.keys = [] })
    h.start(.once)
    h.load()
    #expect(h.scan() == [.cycle(1), .runEnded(number: 1), .loadCatalogs(3)])
  }

  @Test func `what our own disk has refused is tried at once by the next process`() {
    var h = KernelHarness(TestWorld(games: 1, players: 0, dumps: 0))
    h.begin()
    h.fail(1, .ownFault)
    #expect(h.state(1) == .backingOff)
    h.crash()
    h.start(.once)
    #expect(h.state(1) == .pending)
    h.load()
    #expect(h.scan(began: h.now + 1) == [.cycle(2), .start(2)])
    #expect(h.record(of: TestWorld.box(0))?.attempts == 0)
  }
}
