import Foundation
import Testing

// The table of faults: a wall clock that is set, back and forth, while the loop runs.

@Suite(.waitsForProcesses) struct ClockFaultTests {
  private static let libraries = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  ]

  @Test func `clock set: back and forth a day nothing is asked for twice, and no loss is missed`()
    throws
  {
    guard let library = ClockFaultTests.libraries.first(where: Files.exist) else {
      print("skipped: no libfaketime (Debian's faketime) to set a clock with")
      return
    }
    let lake = try DemoLake { file, text in
      text.replacing(
        "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.02"
      ).replacing("task_check_interval_seconds: 5", with: "task_check_interval_seconds: 1")
    }
    let clock = lake.folder.path("clock")
    func set(_ offset: String) throws { try lake.folder.write(offset + "\n", to: "clock") }
    try set("+0")
    let loop = try Program.adce.start(
      lake.options + ["run"],
      environment: [
        "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
      ])
    let isFilled = wait(40) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    try #require(isFilled, "\(loop.errorsSoFar)")
    let fetched = lake.holes.filter { $0.target != nil }
    // Each time something is lost that was there before: it comes back within a few cycles.
    for (number, offset) in ["-1d", "+1d", "+0"].enumerated() {
      try set(offset)
      let lost = fetched[number]
      usleep(300_000)
      try FileManager.default.removeItem(atPath: lake.path(of: lost))
      let isBack = wait(25) { Files.exist(lake.path(of: lost)) }
      #expect(isBack, "clock at \(offset): \(loop.errorsSoFar)")
      #expect(!loop.hasEnded)
    }
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0, "\(loop.errorsSoFar)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 3)
    #expect(try lake.adce("state", "verify").code == 0)
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
  }
}
