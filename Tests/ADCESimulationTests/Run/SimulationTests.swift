import ADCEKernel
import ADCESimulation
import Foundation
import Testing

struct SimulationTests {
  private func run(_ scenario: Scenario) -> SimulationReport {
    var simulation = Simulation(scenario)
    return simulation.run()
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func `every property holds whatever fails, and what can be had comes`(seed: UInt64) {
    let report = run(.swarm(seed: seed))
    #expect(report.violations == [])
    #expect(report.verdict == .pass)
    #expect(report.convergedAfter != nil)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a world without faults becomes complete, with no failure`(seed: UInt64) {
    let report = run(.calm(seed: seed, plan: .small, duration: 3 * Span.day))
    #expect(report.violations == [])
    #expect(report.gapChecks > 60)
    #expect(report.needlessRequests == 0)
    #expect(report.success.first == report.success.attempted)
    // One object in a hundred is not at its source.
    #expect(report.missing * 100 <= report.expected * 3)
  }

  @Test func `with the reference faults all comes that its source has`() {
    let report = run(.reference(seed: 3, plan: .small, duration: 8 * Span.day))
    #expect(report.violations == [])
    #expect(report.success.inTheEnd == report.success.attempted)
    #expect(report.success.first < report.success.attempted)
  }

  @Test func `the same scenario comes to the same at each step, another does not`() {
    let first = run(.swarm(seed: 5, duration: Span.day))
    let again = run(.swarm(seed: 5, duration: Span.day))
    let other = run(.swarm(seed: 6, duration: Span.day))
    #expect(first.json == again.json)
    #expect(first.trace == again.trace)
    #expect(first.trace != other.trace)
  }

  @Test func `a draw is about its subject alone`() {
    let draw = Draw(seed: 7)
    let before = draw.bits(.faults, 1)
    _ = draw.bits(.faults, 2)
    #expect(draw.bits(.faults, 1) == before)
    #expect(draw.bits(.latency, 1) != before)
    #expect(Draw(seed: 8).bits(.faults, 1) != before)
  }

  @Test func `one fault less shifts no other`() throws {
    var scenario = Scenario.swarm(seed: 12)
    let whole = scenario.faults
    try #require(whole.count > 4)
    scenario.faults.remove(at: 2)
    #expect(scenario.faults.map(\.number) == whole.map(\.number).filter { $0 != whole[2].number })
    #expect(run(scenario).verdict == .pass)
  }

  @Test func `the canary fails, and the failure says what, when and who`() throws {
    let report = run(.canary(seed: 1))
    #expect(report.verdict == .safety)
    #expect(report.exitCode == 65)
    let violation = try #require(report.violations.first)
    #expect(violation.contains("requests within 60 s, allowed 10"))
    #expect(violation.contains("step"))
  }
}

struct TraceTests {
  private func replayed(_ trace: Trace) -> SimulationReport {
    var simulation = Simulation(replaying: trace)
    return simulation.run()
  }

  @Test func `a trace replays to the last step, also from its file`() throws {
    let (report, trace) = Simulation.record(.swarm(seed: 9, duration: Span.day))
    #expect(trace.steps.count == Int(report.steps))
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("trace-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: url) }
    try trace.json.write(to: url)
    let again = replayed(try Trace(contentsOf: url))
    #expect(again.verdict == report.verdict)
    #expect(again.digest == report.digest)
    #expect(again.trace == report.trace)
  }

  @Test func `a replay stops at the first step that is not as it was`() throws {
    let (_, recorded) = Simulation.record(.swarm(seed: 9, duration: Span.day))
    var trace = recorded
    trace.steps[40] ^= 1
    let report = replayed(trace)
    #expect(report.verdict == .differs)
    #expect(report.exitCode == 67)
    #expect(report.steps == 41)
    #expect(report.violations.first?.contains(" step 41: ") == true)
  }

  @Test func `a replay stops after any step that it is told, and gives no verdict`() {
    let (_, recorded) = Simulation.record(.swarm(seed: 9, duration: Span.day))
    for step in [1, 2, 77, 78] as [UInt64] {
      var simulation = Simulation(replaying: recorded)
      simulation.stopsAfter = step
      let report = simulation.run()
      #expect(report.steps == step)
      #expect(report.trace.low == recorded.steps[Int(step) - 1])
      #expect(report.verdict == nil)
      #expect(report.exitCode == 0)
      #expect(report.text.contains("stopped         after step \(step), as asked"))
    }
  }

  @Test func `a trace names its classes, and lacks what owners could not set then`() throws {
    let (_, recorded) = Simulation.record(.swarm(seed: 9, duration: Span.day))
    var text = String(decoding: try recorded.json, as: UTF8.self)
    let kind = try #require(recorded.scenario.faults.first?.kind.name)
    #expect(text.contains("\"kind\":\"\(kind)\""))
    text.replace(/"scraperBurst":\d+,/, with: "")
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("trace-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(text.utf8).write(to: url)
    #expect(try Trace(contentsOf: url).scenario.policy.scraperBurst == WorldPolicy().scraperBurst)
    try Data(text.replacing("\"\(kind)\"", with: "\"rain\"").utf8).write(to: url)
    #expect(throws: Trace.Unreadable.self) { try Trace(contentsOf: url) }
  }

  @Test func `what is no trace is refused by name`() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("trace-\(UUID().uuidString).json")
    #expect(throws: Trace.Unreadable.self) { try Trace(contentsOf: url) }
    try Data("{}".utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: Trace.Unreadable.self) { try Trace(contentsOf: url) }
  }

  @Test func `the canary shrinks to a world without faults that fails in the same way`() throws {
    var shrinker = try #require(Shrinker(.canary(seed: 1), runsMax: 300))
    let before = shrinker.scenario
    shrinker.shrink()
    #expect(shrinker.scenario.faults == [])
    #expect(shrinker.scenario.durationMilliseconds < before.durationMilliseconds)
    #expect(shrinker.scenario.plan.objectsDue < before.plan.objectsDue)
    var simulation = Simulation(shrinker.scenario)
    #expect(simulation.run().verdict == .safety)
    #expect(Shrinker(.calm(seed: 1, plan: .small)) == nil)
  }
}
