import Foundation
import Testing

@Suite(.waitsForProcesses) struct LoopTests {
  @Test func `one run fills every hole byte for byte, and a second one asks for nothing`() throws {
    let lake = try DemoLake()
    let first = try lake.adce("run", "--once", "--wait", "5")
    #expect(first.code == 0, "\(first)")
    #expect(try lake.faults() == [])
    #expect(lake.strays() == [])
    let asked = try lake.origin.requests()
    #expect(Set(asked.map(\.target)) == Set(lake.holes.compactMap(\.target)))
    #expect(asked.repeats == 0)

    let second = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(second.code == 0, "\(second)")
    #expect(try lake.origin.requests().count == asked.count)
  }

  @Test func `a source that often fails is asked again until every hole is filled`() throws {
    let lake = try DemoLake(failEvery: 10) { _, text in
      text.replacing("base_delay: 0.5, max_delay: 5", with: "base_delay: 0.05, max_delay: 0.2")
    }
    let run = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(run.code == 0, "\(run)")
    #expect(try lake.faults() == [])
    let failed = try lake.origin.requests().count { $0.status == 503 }
    #expect(failed > 5)
    // Each failure is followed by one more try, and nothing else is asked for twice.
    #expect(try lake.origin.requests().repeats == failed)
  }

  @Test func `gaps that remain make exit code 1 where that is asked for`() throws {
    let lake = try DemoLake()
    #expect(try lake.adce("reconcile").code == 0)
    #expect(try lake.adce("reconcile", "--fail-on-gaps").code == 1)
    // Nothing may be fetched with no source allowed to run: a dry run leaves the gaps.
    #expect(try lake.adce("run", "--once", "--dry-run", "--fail-on-gaps").code == 1)
    #expect(try lake.origin.requests() == [])
    #expect(try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.adce("reconcile", "--fail-on-gaps").code == 0)
  }

  @Test func `the loop refills what somebody deletes from the lake`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text.replacing(
          "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.02"
        ).replacing("task_check_interval_seconds: 5", with: "task_check_interval_seconds: 1")
        : text
    }
    let loop = try lake.start("run")
    let isFilled = wait(25) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    try #require(isFilled, "\(loop.errorsSoFar)")
    // One that it fetched itself, and one that was there before it came.
    let fetched = try #require(lake.holes.first { $0.target != nil })
    let found = try #require(lake.objects.first { $0.target != nil && !lake.holes.contains($0) })
    for object in [fetched, found] {
      try FileManager.default.removeItem(atPath: lake.path(of: object))
    }
    let isRefilled = wait(20) {
      Files.exist(lake.path(of: fetched)) && Files.exist(lake.path(of: found))
    }
    #expect(isRefilled, "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    #expect(try lake.faults() == [])
    let asked = try lake.origin.requests().map(\.target)
    #expect(asked.count { $0 == fetched.target } == 2)
    #expect(asked.count { $0 == found.target } == 1)
    #expect(Set(asked).count == asked.count - 1)
  }

  @Test func `a project that is switched off says so and ends well`() throws {
    let lake = try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text.replacing("enabled: true\nreconciliation", with: "enabled: false\nreconciliation")
        : text
    }
    let run = try lake.adce("run", "--once")
    #expect(run.code == 0)
    #expect(run.output.contains("disabled"))
    // Under JSON stdout holds a document or nothing.
    let json = try lake.adce("run", "--once", "--output", "json")
    #expect(json.code == 0)
    #expect(json.output == "")
    #expect(json.errors.contains("disabled"))
    #expect(!Files.exist(lake.folder.path("state")))
  }
}
