import ADCEIO
import Foundation
import Testing

@Suite(.waitsForProcesses) struct HealthCommandTests {
  @Test func `health says whether all is well by its exit code`() async throws {
    let face = try FacedLake()
    _ = try await face.health(200)
    let well = try face.lake.adce("health", "--output", "json")
    #expect(well.code == 0, "\(well)")
    #expect(try well.json()["status"] == .text("ok"))
    #expect(try face.lake.adce("health").output.hasPrefix("healthy\n"))

    try FileManager.default.moveItem(
      atPath: face.lake.folder.path("lake"), toPath: face.lake.folder.path("away"))
    _ = try await face.health(503)
    let unwell = try face.lake.adce("health", "--output", "json")
    #expect(unwell.code == 1, "\(unwell)")
    #expect(try unwell.json()["unhealthy"].list.isEmpty == false)
    #expect(try face.lake.adce("health").output.hasPrefix("not healthy ("))
    try face.stop()

    let stopped = try face.lake.adce("health", "--output", "json")
    #expect(stopped.code == 3)
    #expect(try stopped.json()["components"]["reconciliation_daemon"]["status"] == .text("failed"))
    #expect(try face.lake.adce("health").output.contains("not running"))
  }
}
