import Testing

@testable import ADCEKernel

/// A definition with so many segments that their records fill more than one step.
struct SegmentBoundTests {
  private static let types = 70
  private static let years = 1950..<2020

  private func world(minBytes: Int64 = 100) -> TestWorld {
    var world = TestWorld(games: 0, players: 0, dumps: 0)
    var source = Desired.Source(name: "archive")
    source.seasons = .list(SegmentBoundTests.years.map { .year($0) })
    source.dataTypes = (0..<SegmentBoundTests.types).map { index in
      var type = Desired.DataType(name: "t\(index)")
      type.patterns = ["t\(index)/{season}/all.json"]
      type.minBytes = minBytes
      return type
    }
    world.configuration.desired.sources = [source]
    world.configuration.scrapers = []
    return world
  }

  private var lake: TestLake {
    var lake = TestLake()
    for type in 0..<SegmentBoundTests.types {
      for year in SegmentBoundTests.years {
        lake.put("t\(type)/\(year)/all.json", at: TestWorld.begin)
      }
    }
    return lake
  }

  private var count: Int { SegmentBoundTests.types * SegmentBoundTests.years.count }

  private func begun() -> KernelHarness {
    var h = KernelHarness(world(), lake: lake)
    h.start()
    h.load()
    // The first scan fills one step; the second brings the rest.
    #expect(h.scan() == [.scan(3)])
    #expect(h.kernel.snapshot == nil)
    #expect(h.scan() == [.cycle(1)])
    return h
  }

  @Test func `a scan that changes more segments than a step may write is made again for the rest`()
  {
    let h = begun()
    #expect(h.numbers.expected == count)
    #expect(h.numbers.missing == 0)
    #expect(h.kernel.observed.segments.count == count)
  }

  @Test func `what vanished is doubted as a whole, over two scans as over one`() {
    var h = begun()
    h.lake = TestLake()
    h.pass(Span.hour)
    h.load()
    #expect(h.scan() == [.scan(6)])
    let effects = h.scan()
    #expect(effects.count == 2)
    #expect(effects.alerts == [.vanished])
    let gone = h.kernel.observed.vanished.reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(gone == count)
    // An operator's word on it takes two steps, too.
    let (answers, steps) = h.goOn(h.request(.acceptVanished))
    #expect(answers.answers == [.answered(id: 1, .accepted(count))])
    #expect(steps == 2)
    #expect(h.kernel.observed.vanished == [])
  }

  @Test func `of another key space what a step has no room for is known again after its scans`() {
    var h = begun()
    let configuration = world(minBytes: 50).configuration
    h.step(.configurationChanged(configuration))
    #expect(h.numbers.missing > 0)
    h.load()
    while h.kernel.cycle.phase == .scanning { h.goOn(h.scan()) }
    #expect(h.kernel.cycle.phase == .idle)
    #expect(h.numbers.missing == 0)
  }

  @Test func `segments that are no more are deleted over some steps`() {
    var h = begun()
    var configuration = h.configuration
    configuration.desired.sources[0].dataTypes.removeSubrange(1...)
    let (_, steps) = h.goOn(h.step(.configurationChanged(configuration)))
    #expect(steps == 2)
    #expect(h.kernel.observed.segments.count == SegmentBoundTests.years.count)
  }
}
