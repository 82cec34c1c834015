import Testing

@testable import ADCEKernel

struct SeasonTurnTests {
  /// 2025-10-01, when 2024-25 ends and 2025-26 begins.
  private static let turn = Instant(seconds: 1_759_276_800)

  @Test func `when a season begins one cycle builds the space anew, and then it waits`() {
    let world = TestWorld(games: 0, players: 0, dumps: 2)
    var h = KernelHarness(world, lake: world.fullLake, at: SeasonTurnTests.turn - 10 * Span.minute)
    h.begin()
    #expect(h.kernel.space.slots.map(\.season?.name) == ["2024-25"])
    h.lookInOn(SeasonTurnTests.turn)
    #expect(h.kernel.cycle.phase == .loadingCatalogs)
    h.load([.unchanged, .unchanged])
    #expect(h.kernel.space.slots.map(\.season?.name) == ["2024-25", "2025-26"])
    if h.kernel.cycle.phase == .scanning { h.scan() }
    #expect(h.kernel.cycle.completed == 2)
    #expect(h.wakeAt > h.now)
  }

  @Test func `a season's turn without reconciliation is no reason to be asked again at once`() {
    var world = TestWorld(games: 0, players: 0, dumps: 2)
    world.configuration.loop.reconciles = false
    var h = KernelHarness(world, lake: world.fullLake, at: SeasonTurnTests.turn - 10 * Span.minute)
    h.begin()
    h.lookInOn(SeasonTurnTests.turn)
    #expect(h.kernel.cycle.phase == .idle)
    #expect(h.wakeAt > h.now)
  }
}
