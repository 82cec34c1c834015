import Testing

@testable import ADCESimulation

@Suite(.serialized) struct BenchTests {
  private func counted() throws -> [Figure.Name: Figure.Value] {
    var bench = Bench()
    bench.isSmall = true
    let outcome = try bench.run()
    #expect(outcome.figures.map(\.name) == Figure.Name.allCases)
    var result: [Figure.Name: Figure.Value] = [:]
    for figure in outcome.figures {
      if case .timed(let time) = figure.value { #expect(time > 0, "\(figure.name)") }
      if case .count = figure.value { result[figure.name] = figure.value }
    }
    return result
  }

  @Test func `what is counted is the same in two runs, and is as the world is`() throws {
    let first = try counted()
    #expect(try counted() == first)
    #expect(first[.reconcileExpected] == .count(270))
    for name in Figure.Name.allCases
    where ["differing_runs", "wrong_keys", "lost", "violations"].contains(name.figure) {
      #expect(first[name] == .count(0), "\(name)")
    }
    #expect(first[.queueItems] == .count(1000))
    #expect(first[.kernelSteps] == .count(1000))
    #expect(first[.queueBytes] == first[.storeBytes])
  }

  @Test func `a pass of the calibration loop comes to the same each time`() {
    var loop = Calibration(divisor: 64)
    let first = loop.pass()
    #expect(loop.pass() == first)
    var smaller = Calibration(divisor: 128)
    #expect(smaller.pass() != first)
  }

  @Test func `rounds that count otherwise are told`() {
    var measurement = Measurement(Calibration(divisor: 1000))
    var number: Int64 = 0
    _ = measurement.measure(rounds: 3, differing: .queueDiffering) {
      var round = Measurement.Round()
      round.counts[.queueItems] = number / 2
      number += 1
      return round
    }
    #expect(measurement[.queueDiffering] == .count(1))
    #expect(measurement[.queueItems] == .count(0))
  }
}
