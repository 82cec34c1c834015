import Foundation
import Testing

/// `state backup` and `state compact`.
@Suite(.waitsForProcesses) struct StateCopyTests {
  @Test func `a state is backed up beside a running loop, and not compacted`() throws {
    let lake = try DemoLake(latencyMilliseconds: 100)
    let loop = try lake.start("run")
    let isAtWork = try wait(20) { try lake.origin.requests().count > 3 }
    try #require(isAtWork, "\(loop.errorsSoFar)")
    let target = lake.folder.path("backup")
    let backup = try lake.adce("state", "backup", target, "--output", "json")
    #expect(backup.code == 0, "\(backup)")
    #expect(try backup.json()["sound"].bool == true)
    #expect(Files.below(target) == ["data.mdb"])
    #expect(try lake.adce("state", "backup", target).code == 73)
    let verify = try Program.adce.run(["state", "verify", "--state-dir", target])
    #expect(verify.code == 0, "\(verify)")

    let compact = try lake.adce("state", "compact")
    #expect(compact.code == 75, "\(compact)")
    #expect(compact.errors.contains("\(loop.pid)"))
    loop.send(SIGTERM)
    #expect(try loop.end(within: 20).code == 0)
    let after = try lake.adce("state", "compact", "--output", "json")
    #expect(after.code == 0, "\(after)")
    #expect(try after.json()["sound"].bool == true)
    #expect(try lake.adce("state", "verify").code == 0)
    #expect(Files.below(lake.folder.path("state")).filter { $0.contains("partial") } == [])
  }

  @Test func `a restored backup is a state that could have been, and a scan mends it`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    let target = lake.folder.path("backup")
    #expect(try lake.adce("state", "backup", target).code == 0)
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let asked = try lake.origin.requests().count
    #expect(asked == lake.holes.count { $0.target != nil })

    // All that was fetched since is unknown to it, and is found by looking.
    let state = lake.folder.path("state")
    try FileManager.default.removeItem(atPath: state)
    try FileManager.default.copyItem(atPath: target, toPath: state)
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.origin.requests().count == asked)
    #expect(try lake.faults() == [])
  }

  @Test func `where there is no state there is nothing to copy`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("state", "backup", lake.folder.path("backup")).code == 65)
    #expect(try lake.adce("state", "compact").code == 65)
    #expect(!Files.exist(lake.folder.path("backup")))
    #expect(!Files.exist(lake.folder.path("state")))
  }
}
