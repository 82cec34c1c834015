import Testing

@testable import ADCEKernel

struct PressureTests {
  private static func short(_ resources: Pressure.Resource...) -> Event {
    .pressureChanged(Pressure(resources.map { Pressure.Shortage($0, "\($0.name) is short") }))
  }

  private static func alerts(_ effects: [Effect]) -> [Alert.Kind] {
    effects.compactMap { effect in
      if case .alert(let alert) = effect { alert.kind } else { nil }
    }
  }

  private static func starts(_ effects: [Effect]) -> Int {
    effects.count { effect in
      if case .start = effect { true } else { false }
    }
  }

  /// Fourteen games due, a task each, two at a time.
  private static var world: TestWorld {
    var world = TestWorld(games: 14, players: 0, dumps: 0)
    world.configuration.queue.itemsPerTask = 1
    world.configuration.globalLimits.maxConcurrent = 2
    world.configuration.scrapers[0].maxConcurrent = 2
    return world
  }

  @Test(arguments: [Pressure.Resource.memory, .disk])
  func `without room nothing new starts, and what runs goes on`(resource: Pressure.Resource) {
    var h = KernelHarness(Self.world)
    #expect(Self.starts(h.begin()) == 2)
    #expect(Self.alerts(h.step(Self.short(resource))) == [.pressureBegan])
    // The same again is nothing new.
    #expect(Self.alerts(h.step(Self.short(resource))) == [])
    #expect(Self.starts(h.succeed(1)) == 0)
    #expect(Self.starts(h.succeed(2)) == 0)
    #expect(h.kernel.attemptsRunning == 0)
    #expect(Self.starts(h.pass(Span.minute)) == 0)
    let end = h.step(.pressureChanged(.none))
    #expect(Self.alerts(end) == [.pressureEnded])
    #expect(Self.starts(end) == 2)
  }

  @Test func `short of CPU, one attempt follows the other`() {
    var h = KernelHarness(Self.world)
    h.begin()
    h.step(Self.short(.cpu))
    #expect(Self.starts(h.succeed(1)) == 0)
    #expect(Self.starts(h.succeed(2)) == 1)
    #expect(Self.starts(h.succeed(3)) == 1)
    // The stricter of two counts.
    #expect(Self.alerts(h.step(Self.short(.cpu, .disk))) == [.pressureBegan])
    #expect(Self.starts(h.succeed(4)) == 0)
    #expect(Self.starts(h.step(Self.short(.cpu))) == 1)
  }

  @Test func `nothing starts in the first step of a process that begins short`() {
    var h = KernelHarness(Self.world)
    h.begin()
    h.crash()
    var start = Event.Start(after: .crash, mode: .loop, bootID: Hash128(high: 0, low: 1))
    start.pressure = Pressure([.init(.memory, "memory is short")])
    #expect(Self.alerts(h.step(.started(start))) == [.pressureBegan])
    while h.wakeAt <= h.now { h.wake() }
    #expect(h.kernel.attemptsRunning == 0)
    #expect(h.kernel.taskCounts.byState[.admitted] == 0)
    // Attempts of the last process have an unknown outcome: their keys are looked up first.
    let end = h.step(.pressureChanged(.none))
    #expect(end.contains(.lookUp(1)) && end.contains(.lookUp(2)))
    #expect(Self.starts(end) == 2)
  }

  @Test func `once waits for room as long as it waits for anything`() {
    var h = KernelHarness(Self.world)
    var start = Event.Start(after: .clean, mode: .once, bootID: Hash128(high: 0, low: 1))
    start.waitMilliseconds = 60_000
    start.pressure = Pressure([.init(.disk, "disk is short")])
    h.step(.started(start))
    h.cycle()
    while h.wakeAt <= h.now { h.wake() }
    #expect(h.wakeAt == h.now + 60_000)
    #expect(h.kernel.run.onceStep == .executing)
    h.wake()
    // It gives up, and looks once more at what there is.
    #expect(h.kernel.run.onceStep == .reconcilingAgain)
  }
}
