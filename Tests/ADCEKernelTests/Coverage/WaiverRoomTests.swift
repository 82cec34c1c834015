import Testing

@testable import ADCEKernel

/// What waivers of the definition take in memory.
struct WaiverRoomTests {
  @Test func `however many waivers overlap, a key is held once, by the one that ends last`() {
    let world = TestWorld(games: 12, players: 0, dumps: 0)
    var desired = world.configuration.desired
    let first = CivilDay(containing: TestWorld.begin).day
    desired.waivers = (0..<500).map { number in
      .init(
        scope: number % 2 == 0 ? .pattern("box/{season}/{game_id}.json") : .key(TestWorld.box(3)),
        reason: "", until: CivilDay(day: first + Int32(number)))
    }
    let space = KeySpace(
      desired: desired, catalogs: [world.gameTable, world.playerTable], now: TestWorld.begin)
    #expect(space.waivers.reduce(0) { $0 + $1.ordinals.count } == 12)
    // The last pattern's end, and that of the one key whose own waiver is a day longer.
    let ends = space.waivers.map(\.end).sorted()
    #expect(ends == [498, 499].map { CivilDay(day: first + $0).end })
    let late = ends.map { space.waived(at: $0).reduce(0) { $0 + $1.nonzeroBitCount } }
    #expect(late == [1, 0])
  }
}
