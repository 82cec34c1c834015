import ADCEKernel
import ADCESimulation
import Testing

struct SimulationTests {
  private func options(_ seed: UInt64, days: Int64 = 2, crashes: Int = 0) -> Simulation.Options {
    var options = Simulation.Options()
    options.plan = .small
    options.seed = seed
    options.durationMilliseconds = days * Span.day
    options.crashes = crashes
    return options
  }

  private func run(_ options: Simulation.Options) -> SimulationReport {
    var simulation = Simulation(options)
    return simulation.run()
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `every property holds in a world with faults and crashes`(seed: UInt64) {
    let report = run(options(seed, crashes: Int(seed) * 3))
    #expect(report.violations == [])
    #expect(report.crashes == Int(seed) * 3)
    #expect(report.needlessRequests == 0)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a world without faults becomes complete`(seed: UInt64) {
    var options = options(seed)
    options.faults = .none
    let report = run(options)
    #expect(report.violations == [])
    #expect(report.missing == 0)
    #expect(report.success.first == report.success.attempted)
  }

  @Test func `with faults only what is nowhere stays missing`() {
    let report = run(options(3, days: 8))
    #expect(report.violations == [])
    // One object in a hundred is not at its source.
    #expect(report.missing * 100 <= report.expected * 3)
    #expect(report.success.inTheEnd == report.success.attempted)
  }

  @Test func `the same seed comes to the same digest, another to another`() {
    let first = run(options(5, crashes: 4))
    let again = run(options(5, crashes: 4))
    let other = run(options(6, crashes: 4))
    #expect(first.json == again.json)
    #expect(first.digest != other.digest)
  }

  @Test func `crashes lose nothing`() {
    let report = run(options(9, days: 8, crashes: 60))
    #expect(report.violations == [])
    #expect(report.success.inTheEnd == report.success.attempted)
  }
}
