import ADCESimulation
import Foundation
import Testing

/// Scenarios that failed once, each a trace that `adce-sim shrink` wrote.
struct RegressionTests {
  private let folder = URL(fileURLWithPath: Repository.root + "/fixtures/regressions")

  private func expectPass(_ name: String) throws {
    let trace = try Trace(contentsOf: folder.appendingPathComponent(name + ".json"))
    var simulation = Simulation(trace.scenario)
    let report = simulation.run()
    #expect(report.violations == [])
    #expect(report.verdict == .pass)
  }

  @Test func `a clock ahead refetches at once`() throws {
    try expectPass("a-clock-ahead-refetches-at-once")
  }

  @Test func `a full disk shortens the delay`() throws {
    try expectPass("a-full-disk-shortens-the-delay")
  }

  @Test func `a look up forgets a confirmation`() throws {
    try expectPass("a-look-up-forgets-a-confirmation")
  }

  @Test func `no trace lies there without a test`() throws {
    let here = try String(contentsOfFile: #filePath, encoding: .utf8)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      #expect(here.contains("\"\(file.dropLast(5))\""), "\(file)")
    }
  }
}
