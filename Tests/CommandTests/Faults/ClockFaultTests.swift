import Foundation
import Testing

// The table of faults: a wall clock that is set while the loop runs.

@Suite(.waitsForProcesses) struct ClockFaultTests {
  private static let day: Int64 = 86_400

  @Test(.enabled(if: Machine.canShiftClocks, "needs Linux's loader and a C compiler"))
  func `a clock set back and forth a day: losses are seen, nothing is asked for twice`() throws {
    let clock = try ShiftedClock()
    let lake = try DemoLake { _, text in
      text.replacing(
        "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.02"
      ).replacing("task_check_interval_seconds: 5", with: "task_check_interval_seconds: 1")
    }
    let loop = try lake.start("run", environment: clock.environment)
    let isFilled = wait(40) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    try #require(isFilled, "\(loop.errorsSoFar)")
    let lost = lake.objects.filter { $0.target != nil && !lake.holes.contains($0) }
    // Each time something that was there is lost: it comes back within a few cycles.
    for (number, shift) in [-Self.day, Self.day, 0].enumerated() {
      try clock.set(shift)
      let object = lost[number]
      usleep(300_000)
      try FileManager.default.removeItem(atPath: lake.path(of: object))
      let isBack = wait(30) { Files.exist(lake.path(of: object)) }
      #expect(isBack, "clock off by \(shift) s: \(loop.errorsSoFar)")
      #expect(!loop.hasEnded)
    }
    for said in ["set back by 86400 s", "set forward by 172800 s"] {
      #expect(loop.errorsSoFar.contains("the wall clock was \(said)"), "\(loop.errorsSoFar)")
    }
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0, "\(loop.errorsSoFar)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
    #expect(try lake.adce("state", "verify").code == 0)
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
  }
}
