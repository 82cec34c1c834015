import ADCEIO
import Foundation
import Testing

@Suite(.waitsForProcesses) struct InterruptionTests {
  /// Requests that adce may have in flight at a time (max_concurrent_scrapers of the demo).
  private static let concurrencyMax = 8

  @Test func `killed at ten random moments it ends as if it had not been`() throws {
    let seed: UInt64 = 20_250_115
    print("the moments of the kills come from seed \(seed)")
    var chance = SplitMix(seed: seed)
    let latency: Int64 = 300
    let lake = try DemoLake(latencyMilliseconds: Int(latency))
    var kills: [Int64] = []
    var lives = 0
    while kills.count < 10, lives < 30 {
      lives += 1
      let run = try lake.start("run", "--once", "--wait", "5")
      usleep(UInt32.random(in: 20_000...700_000, using: &chance))
      guard !run.hasEnded else { continue }
      run.send(SIGKILL)
      kills.append(Int64(Date().timeIntervalSince1970 * 1000))
      #expect(try run.end().code == 128 + SIGKILL)
    }
    #expect(kills.count == 10)
    let last = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(last.code == 0, "\(last)")
    #expect(try lake.faults() == [])
    #expect(lake.strays() == [])
    #expect(try lake.adce("state", "verify").code == 0)

    // Whatever was asked for twice was under way at a kill, and at each kill so much may be.
    let requests = try lake.origin.requests()
    #expect(
      requests.areExplained(by: kills, atMost: InterruptionTests.concurrencyMax),
      "\(requests.repeats(by: kills))")
    print("\(kills.count) kills, \(requests.repeats) of \(requests.count) requests repeated")
  }

  @Test func `the demo goes on where it was killed`() throws {
    let folder = try TemporaryFolder()
    let template = Repository.path + "/fixtures/demo"
    for file in Files.below(template) {
      let text = String(decoding: try Files.bytes(template + "/" + file), as: UTF8.self)
      try folder.write(DemoLake.withRate(200, in: text), to: "template/" + file)
    }
    let arguments = [
      "demo", "--directory", folder.path("demo"), "--template", folder.path("template"),
      "--latency", "100",
    ]
    let log = folder.path("demo/origin.log")
    let first = try Program.simulator.start(arguments)
    let hasBegun = try wait(20) { try Files.exist(log) && Files.bytes(log).count > 1000 }
    try #require(hasBegun, "\(first.outputSoFar) \(first.errorsSoFar)")
    first.send(SIGKILL)
    #expect(try first.end().code == 128 + SIGKILL)

    let second = try Program.simulator.run(arguments, within: 40)
    #expect(second.code == 0, "\(second)")
    #expect(second.output.contains("Going on with"))
    #expect(second.output.contains("After:  400 of 400 objects, 0 differ"))
    #expect(Store.writer(of: folder.path("demo/state")) == nil)
    for object in try DemoLake.expected(in: template) {
      #expect(Files.exist(folder.path("demo/lake/" + object.key)), "\(object.key)")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal drains: what runs ends by itself, and nothing is lost`(_ signal: Int32) throws {
    let lake = try DemoLake(latencyMilliseconds: 700)
    let run = try lake.start("run")
    let hasBegun = try wait(20) { try lake.origin.requests().count >= 4 }
    try #require(hasBegun, "\(run.errorsSoFar)")
    run.send(signal)
    let end = try run.end(within: 10)
    #expect(end.code == 0, "\(end)")
    let asked = try lake.origin.requests()
    #expect(asked.count < lake.holes.count / 2)
    // What was in flight came to its end and into the lake.
    for request in asked {
      let object = try #require(lake.objects.first { $0.target == request.target })
      #expect(Files.exist(lake.path(of: object)), "\(request.target)")
    }
    let tasks = try lake.adce("tasks", "--output", "json").jsonLines()
    #expect(!tasks.isEmpty)
    #expect(tasks.allSatisfy { ["pending", "backing_off"].contains($0["state"].text) })
    #expect(try lake.adce("state", "verify").code == 0)
    #expect(try lake.adce("status").code == 3)

    let rest = try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(rest.code == 0, "\(rest)")
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test func `a run to an end that is interrupted says so, and shows no coverage`() throws {
    let lake = try DemoLake(latencyMilliseconds: 700)
    let run = try lake.start("run", "--once", "--output", "json")
    let hasBegun = try wait(20) { try lake.origin.requests().count >= 4 }
    try #require(hasBegun, "\(run.errorsSoFar)")
    run.send(SIGINT)
    let end = try run.end(within: 10)
    #expect(end.code == 75, "\(end)")
    #expect(end.output == "")
    #expect(end.errors.contains("adce: interrupted"), "\(end)")
    #expect(try lake.adce("run", "--once", "--wait", "5", "--fail-on-gaps").code == 0)
    #expect(try lake.faults() == [])
    #expect(try lake.origin.requests().repeats == 0)
  }

  @Test(arguments: [["gaps"], ["config", "check"], ["status"]])
  func `a signal ends a command that has nothing to drain`(_ command: [String]) throws {
    let lake = try DemoLake()
    // Nobody ever writes to it: reading the definition waits for ever.
    let pipe = lake.folder.path("never.yaml")
    #expect(mkfifo(pipe, 0o600) == 0)
    let waiting = try Program.adce.start(lake.options + command + ["--inventory", pipe])
    usleep(400_000)
    try #require(!waiting.hasEnded, "\(waiting.errorsSoFar)")
    waiting.send(SIGINT)
    #expect(try waiting.end(within: 5).code == 128 + SIGINT)
  }

  @Test func `a second signal does not wait for what runs`() throws {
    let lake = try DemoLake(latencyMilliseconds: 60_000) { _, text in
      text.replacing("timeout: 10", with: "timeout: 100")
    }
    let run = try lake.start("run", "--once")
    let hasBegun = try wait(20) { try lake.origin.requests().count >= 4 }
    try #require(hasBegun, "\(run.errorsSoFar)")
    run.send(SIGTERM)
    usleep(700_000)
    #expect(!run.hasEnded)
    run.send(SIGTERM)
    let end = try run.end(within: 8)
    #expect(end.code == 75, "\(end)")
    // What was stopped is tried again: no task is lost, none is left running.
    let tasks = try lake.adce("tasks", "--output", "json").jsonLines()
    let open = tasks.reduce(0) { $0 + ($1["items"].integer ?? 0) - ($1["done"].integer ?? 0) }
    #expect(open == lake.holes.count - made(lake))
    #expect(tasks.allSatisfy { $0["state"].text != "running" })
  }

  /// Holes that the demo's program has filled: it needs no source.
  private func made(_ lake: DemoLake) -> Int {
    lake.holes.count { $0.target == nil && Files.exist(lake.path(of: $0)) }
  }
}
