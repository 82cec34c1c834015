import Foundation
import Testing

/// The flags of `test_mode`, as the program acts on them.
@Suite(.waitsForProcesses) struct TestModeTests {
  private func lake(_ flags: String) throws -> DemoLake {
    try DemoLake { file, text in
      file == "config/autonomous_config.yaml"
        ? text + "\ntest_mode: {enabled: true, \(flags)}\n" : text
    }
  }

  /// Turns the mode off again, in the same project.
  private func end(_ lake: DemoLake) throws {
    let file = "config/autonomous_config.yaml"
    let text = try lake.folder.text(of: file)
    try lake.folder.write(
      text.replacing("test_mode: {enabled: true", with: "test_mode: {enabled: false"), to: file)
  }

  private func open(_ lake: DemoLake) throws -> [String] {
    let tasks = try lake.adce("tasks", "--output", "json").jsonLines()
    return tasks.filter { $0["state"].text != "parked" }.compactMap { $0["id"].text }
  }

  @Test func `clear_queue_on_start cancels what waits, is told of, and its gaps come again`() throws
  {
    let lake = try lake("allow_execution: false, clear_queue_on_start: true")
    #expect(try lake.adce("reconcile").code == 0)
    let before = try open(lake)
    #expect(!before.isEmpty)
    let run = try lake.adce("run", "--once", "--wait", "0")
    #expect(run.code == 0, "\(run)")
    let cancelled = try lake.adce(
      "tasks", "list", "--state", "cancelled", "--output", "json"
    ).jsonLines().compactMap { $0["id"].text }
    #expect(Set(cancelled) == Set(before))
    let after = try open(lake)
    #expect(!after.isEmpty)
    #expect(Set(after).isDisjoint(with: before))
    let told = try lake.adce("audit", "--action", "clear_queue", "--output", "json").jsonLines()
    #expect(told.compactMap { $0["outcome"].text } == ["asked", "accepted \(before.count)"])
    #expect(told.allSatisfy { $0["why"].text == "test_mode.clear_queue_on_start" })
    #expect(told.allSatisfy { $0["who"].text == NSUserName() })
    #expect(try lake.origin.requests() == [])

    // The flag counts in the mode alone.
    try end(lake)
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test(arguments: [
    "allow_execution: true, skip_task_queue_check: true", "allow_execution: false",
  ])
  func `without the queue's check, or leave to execute, tasks are made and none runs`(
    _ flags: String
  ) throws {
    let lake = try lake(flags)
    let run = try lake.adce("run", "--once", "--wait", "1")
    #expect(run.code == 0, "\(run)")
    #expect(try !open(lake).isEmpty)
    #expect(try lake.origin.requests() == [])
    #expect(lake.holes.allSatisfy { !Files.exist(lake.path(of: $0)) })

    try end(lake)
    #expect(try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.faults() == [])
  }
}
