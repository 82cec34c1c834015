import Foundation
import Testing

// The table of faults: what can go wrong with a lake in a directory.

@Suite(.waitsForProcesses) struct LakeFaultTests {
  private func quick(_ file: String, _ text: String) -> String {
    text.replacing("base_delay: 0.5, max_delay: 5", with: "base_delay: 0.1, max_delay: 1")
      .replacing(
        "requests_per_task: 1\n", with: "requests_per_task: 1\n    retry: {max_delay: 1}\n")
  }

  /// A copy of the lake on a disk of its own, at the lake's place.
  private func disk(under lake: DemoLake, kilobytes: Int) throws -> SmallDisk {
    let (place, aside) = (lake.folder.path("lake"), lake.folder.path("aside"))
    try FileManager.default.moveItem(atPath: place, toPath: aside)
    let disk = try SmallDisk.mount(at: place, kilobytes: kilobytes)
    // By another process: a program that another test starts meanwhile would inherit the files that
    // are being written here, and the disk would be busy as long as it runs.
    let copy = try RunningProgram("/bin/cp", ["-R", aside + "/.", place]).end()
    try #require(copy.code == 0, "\(copy)")
    return disk
  }

  @Test(.mounts)
  func `full lake: the loop says what is wrong, and fills the rest when there is room`()
    throws
  {
    let lake = try DemoLake(edit: quick)
    let disk = try disk(under: lake, kilobytes: 65_536)
    try disk.fill()
    let loop = try lake.start("run")
    // One look gives both: a moment later none of them may be backing off.
    var stuck: [JSON] = []
    let isStuck = try wait(25) {
      stuck = try lake.adce("tasks", "--state", "backing_off", "--output", "json").jsonLines()
      return stuck.count > 3
    }
    #expect(isStuck, "\(loop.errorsSoFar)")
    let task = try #require(stuck.first)
    #expect(task["message"].text?.contains("No space left") == true, "\(task)")
    #expect(!loop.hasEnded)
    disk.empty()
    let isFilled = wait(40) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    #expect(isFilled, "\(loop.errorsSoFar)")
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    #expect(try lake.faults() == [])
    // Files that were begun while it was full are gone.
    #expect(lake.strays() == [])
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
  }

  @Test(.mounts)
  func `read-only lake: run --once does not wait for it, says why, and is 74`() throws {
    let lake = try DemoLake(edit: quick)
    let disk = try disk(under: lake, kilobytes: 65_536)
    try disk.remount("ro")
    let run = try lake.adce("run", "--once", "--wait", "30", within: 25)
    #expect(run.code == 74, "\(run)")
    #expect(run.errors.contains("Read-only file system"), "\(run)")
    // A fault of ours is no fault of a key's: none has spent an attempt, none is parked.
    #expect(try lake.adce("tasks", "--state", "parked", "--output", "json").output == "")
    try disk.remount("rw")
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(lake.strays() == [])
  }

  /// The same without a mount: a plain file stands where a folder belongs.
  @Test func `a lake that takes no object: the message names the place, the rest is filled`() throws
  {
    let lake = try DemoLake(edit: quick)
    let folder = "lake/standings/2024-25"
    let blocked = lake.objects.filter { $0.key.hasPrefix("standings/2024-25/") }
    try FileManager.default.removeItem(atPath: lake.folder.path(folder))
    try lake.folder.write("in the way", to: folder)
    let run = try lake.adce("run", "--once", "--wait", "30", "--output", "json", within: 25)
    #expect(run.code == 74, "\(run)")
    #expect(run.errors.contains("standings/2024-25"), "\(run)")
    // The document is whole: the comparison at the end was made.
    #expect(try run.json()["missing"].integer == blocked.count)
    try FileManager.default.removeItem(atPath: lake.folder.path(folder))
    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test func `lake unmounted: nothing is fetched for it, and it is taken up when it is back`()
    throws
  {
    let lake = try DemoLake { _, text in
      text.replacing(
        "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.02")
    }
    #expect(try lake.adce("run", "--once", "--wait", "5").code == 0)
    let asked = try lake.origin.requests().count
    let (place, aside) = (lake.folder.path("lake"), lake.folder.path("aside"))
    try FileManager.default.moveItem(atPath: place, toPath: aside)
    let loop = try lake.start("run")
    let isTold = wait(20) { loop.errorsSoFar.contains(place) }
    #expect(isTold, "\(loop.errorsSoFar)")
    #expect(!loop.hasEnded)
    let status = try lake.adce("status", "--output", "json").json()
    #expect(status["components"]["reconciliation_daemon"]["status"].text != "ok", "\(status)")
    // An empty folder, as a mount point is without its disk: all objects have vanished.
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let isDoubted = wait(30) { loop.errorsSoFar.contains("objects are gone") }
    #expect(isDoubted, "\(loop.errorsSoFar)")
    try FileManager.default.removeItem(atPath: place)
    try FileManager.default.moveItem(atPath: aside, toPath: place)
    let isWell = try wait(30) {
      try lake.adce("coverage", "--output", "json").json()["missing"].integer == 0
    }
    #expect(isWell)
    loop.send(SIGTERM)
    #expect(try loop.end(within: 10).code == 0)
    #expect(try lake.origin.requests().count == asked)
    #expect(try lake.faults() == [])
  }
}
