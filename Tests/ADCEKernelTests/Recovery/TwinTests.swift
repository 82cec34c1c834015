import Testing

@testable import ADCEKernel

/// After any prefix of steps a recovered kernel has the digest that was committed and decides as
/// the live one does: the harness compares each step with that of a twin recovered just before,
/// and with that of one that was recovered some time ago.
struct TwinTests {
  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func `a kernel recovered at any moment decides as the live one`(seed: UInt64) {
    var life = RandomLife(seed: seed)
    life.live(steps: 250)
    #expect(life.harness.problems == [])
  }

  @Test func `the lives are eventful`() {
    var (attempts, crashes, stored) = (0, 0, 0)
    for seed in 101...106 as ClosedRange<UInt64> {
      var life = RandomLife(seed: seed)
      life.live(steps: 250)
      attempts += life.attempts
      crashes += life.crashes
      stored += life.stored
    }
    #expect(attempts > 100)
    #expect(crashes > 5)
    #expect(stored > 30)
  }
}
