import Foundation
import Testing

/// Too little of what the machine has: work is shed, and the program goes on.
@Suite(.waitsForProcesses) struct PressureTests {
  @Test func `over its limit of memory nothing is begun, and all is once there is room`() throws {
    let file = "config/autonomous_config.yaml"
    let limit = "\nresource_limits: {max_memory_mb: 1}\n"
    let lake = try DemoLake { $0 == file ? $1 + limit : $1 }
    let loop = try lake.start("run")
    let isShort = try wait(20) {
      try lake.adce("audit", "--action", "alert", "--output", "json").jsonLines().contains {
        $0["what"]["kind"].text == "pressureBegan"
      }
    }
    #expect(isShort, "\(loop.errorsSoFar)")
    #expect(loop.errorsSoFar.contains("memory"), "\(loop.errorsSoFar)")
    // It looks, and knows what is to be done.
    let isCompared = try wait(20) { try !lake.adce("tasks", "--output", "json").output.isEmpty }
    #expect(isCompared, "\(loop.errorsSoFar)")
    let states = try lake.adce("tasks", "--output", "json").jsonLines().map { $0["state"].text }
    #expect(states.allSatisfy { $0 == "pending" }, "\(states)")
    #expect(try lake.origin.requests() == [])
    #expect(!loop.hasEnded)

    let text = try lake.folder.text(of: file)
    try lake.folder.write(
      text.replacing("max_memory_mb: 1}", with: "max_memory_mb: 4096}"), to: file)
    #expect(try lake.adce("reload").code == 0)
    let isFilled = wait(30) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    #expect(isFilled, "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 20).code == 0)
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }
}
