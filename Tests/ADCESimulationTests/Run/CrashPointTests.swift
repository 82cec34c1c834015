import ADCEKernel
import ADCESimulation
import Testing

struct CrashPointTests {
  @Test func `a process may die at any durable write of a run`() throws {
    let scenario = try #require(CrashPoints.reference.first)
    let outcome = scenario.run(jobs: 2)
    #expect(outcome.writes > 20)
    #expect(outcome.runs == Int(outcome.writes) * 6)
    #expect(outcome.emptyRecoveries * 4 < outcome.runs)
    #expect(outcome.failures.map { "\($0.point): \($0.violation)" } == [])
  }

  @Test func `a run that fails without a crash is told as such, and no crash is tried`() {
    let outcome = CrashPoints(name: "canary", scenario: .canary(seed: 1)).run(jobs: 1)
    #expect(outcome.runs == 0)
    #expect(outcome.failures.map(\.verdict) == [.safety])
  }
}
