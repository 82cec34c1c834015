import ADCEIO
import ADCEOrigin
import Foundation
import Testing

/// A thousand tasks, the process killed again and again, its supervisor starting it each time.
///
/// Ten kills; `ADCE_KILLS=100` makes them a hundred, and the tasks six thousand
/// (`scripts/kill-test.sh`); `ADCE_SEED` draws other moments.
@Suite(.waitsForProcesses, .timeLimit(.minutes(10))) struct DaemonKillTests {
  private static let killsWanted =
    ProcessInfo.processInfo.environment["ADCE_KILLS"].flatMap { Int($0) } ?? 10
  /// So many that at the last kill some are still to do: between two kills there is time for less
  /// than sixty.
  private static let objects = max(1000, 60 * killsWanted)
  private static let concurrencyMax = 8
  /// With the burst less than eight at a time could make of the latency: 66 a second.
  private static let requestsPerSecond = 40
  private static let burst = 8
  private static let latency: Int64 = 120

  @Test func `killed again and again, every task comes to its end`() throws {
    let killsWanted = DaemonKillTests.killsWanted
    let seed =
      ProcessInfo.processInfo.environment["ADCE_SEED"].flatMap { UInt64($0) } ?? 20_261_124
    print("\(killsWanted) kills at moments from seed \(seed)")
    var chance = SplitMix(seed: seed)
    let folder = try TemporaryFolder()
    let origin = try Origin(
      log: folder.path("origin.log"), latencyMilliseconds: Int(DaemonKillTests.latency),
      numbersRequests: true)
    try DaemonKillTests.writeProject(folder, port: origin.port)
    let daemon = BackgroundDaemon(
      options: [
        "--config-dir", folder.path("config"), "--state-dir", folder.path("state"), "--lake",
        "file://" + folder.path("lake"),
      ], state: folder.path("state"))
    let first = pid_t(try daemon.start("--restart-delay-max", "50", "--stable-after", "500"))

    let (kills, stored) = try killRepeatedly(
      daemon, lake: folder.path("lake"), first: first, killsWanted, &chance)
    #expect(kills.count == killsWanted)
    // Else the last kills met nothing that they could have harmed.
    try #require(stored.count < DaemonKillTests.objects)
    #expect(daemon.record?.restarts == killsWanted)
    let isFull = wait(60 + Double(DaemonKillTests.objects) / 10) {
      Files.below(folder.path("lake")).count { $0.hasSuffix(".json") } >= DaemonKillTests.objects
    }
    try #require(isFull, "\(daemon.log)")
    // The last tasks are told of a moment after their objects are there.
    let isOver = try wait(20) { try daemon.adce("tasks", "--output", "json").output.isEmpty }
    #expect(isOver, "\(daemon.log)")
    #expect(try daemon.adce("reconcile", "--fail-on-gaps").code == 0)
    #expect(try daemon.adce("stop").code == 0)
    #expect(try daemon.adce("state", "verify").code == 0)
    let requests = try origin.requests()
    try expectWhole(folder, requests, stored)
    try expectEnded(daemon)
    expectWithinLimits(requests, kills)
  }

  /// Kills the child at random moments of its lives; when it did, and the contents of what was in
  /// the lake at any of these.
  private func killRepeatedly(
    _ daemon: BackgroundDaemon, lake: String, first: pid_t, _ wanted: Int,
    _ chance: inout SplitMix
  ) throws -> (kills: [Int64], stored: [String: [UInt8]]) {
    var pid = first
    var kills: [Int64] = []
    var stored: [String: [UInt8]] = [:]
    while kills.count < wanted {
      usleep(UInt32.random(in: 20_000...900_000, using: &chance))
      kill(pid, SIGKILL)
      kills.append(Int64(Date().timeIntervalSince1970 * 1000))
      let isBack = wait(20) { daemon.record?.child.map { $0 != pid } ?? false }
      try #require(isBack, "\(daemon.log)")
      pid = try #require(daemon.record?.child)
      for key in Files.below(lake) where key.hasSuffix(".json") && stored[key] == nil {
        stored[key] = try Files.bytes(lake + "/" + key)
      }
    }
    return (kills, stored)
  }

  /// Every object is there as the source served it for one request, what was there at a kill is
  /// what it was, and nothing else is there. No two requests get the same body.
  private func expectWhole(
    _ folder: TemporaryFolder, _ requests: [Origin.Request], _ stored: [String: [UInt8]]
  ) throws {
    for number in 0..<DaemonKillTests.objects {
      let key = "things/\(number).json"
      let bytes = try Files.bytes(folder.path("lake/" + key))
      let request = try #require(JSON(String(decoding: bytes, as: UTF8.self))["request"].integer)
      try #require(requests.indices.contains(request - 1))
      #expect(requests[request - 1].target == "/" + key)
      if bytes != LoopbackOrigin.body(for: "/" + key, request: request) {
        Issue.record("\(key) differs")
      }
      if let before = stored[key], before != bytes {
        Issue.record("\(key) was stored twice, with different content")
      }
    }
    #expect(Files.below(folder.path("lake")).count == DaemonKillTests.objects)
  }

  /// No task has vanished, and each has ended: done, or cancelled because its object was found.
  private func expectEnded(_ daemon: BackgroundDaemon) throws {
    var ids: Set<Int> = []
    var done = 0
    for state in ["done", "cancelled"] {
      let tasks = try daemon.adce("tasks", "list", "--state", state, "--output", "json").jsonLines()
      for task in tasks { ids.insert(try #require(task["id"].text.flatMap { Int($0) })) }
      if state == "done" { done = tasks.count }
    }
    try #require(ids.count >= DaemonKillTests.objects)
    #expect(ids == Set(1...ids.count))
    print("\(ids.count) tasks, \(done) of them done")
  }

  private func expectWithinLimits(_ requests: [Origin.Request], _ kills: [Int64]) {
    // Whatever was asked for twice was under way at a kill, and at each kill so much may be.
    let repeats = requests.repeats(by: kills)
    #expect(
      requests.areExplained(by: kills, atMost: DaemonKillTests.concurrencyMax), "\(repeats)")
    let most = requests.mostInFlight(latencyMilliseconds: DaemonKillTests.latency, kills: kills)
    #expect(most <= DaemonKillTests.concurrencyMax)
    // In any second no more than the rate and the burst allow; those in flight may arrive late.
    let allowed =
      DaemonKillTests.requestsPerSecond + DaemonKillTests.burst
      + DaemonKillTests.concurrencyMax
    let times = requests.map(\.time)
    for (index, time) in times.enumerated() where index >= allowed {
      #expect(time - times[index - allowed] >= 1000, "more than \(allowed) within a second")
    }
    print(
      "\(requests.repeats) of \(requests.count) requests were repeated, at most "
        + "\(repeats.values.max() ?? 0) for a kill; at most \(most) were in flight")
  }

  private static func writeProject(_ folder: TemporaryFolder, port: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("lake"), withIntermediateDirectories: true)
    try folder.write(
      "id\n" + (0..<objects).map { "\($0)\n" }.joined(), to: "catalogs/things.csv")
    try folder.write(
      """
      enabled: true
      reconciliation_interval_minutes: 1
      max_concurrent_scrapers: \(concurrencyMax)
      task_processing: {items_per_task: 1, max_tasks_per_run: \(objects)}
      health_check: {enabled: false}
      """, to: "config/autonomous_config.yaml")
    try folder.write(
      """
      task_queue:
        max_tasks_per_run: \(objects)
        max_tasks_per_priority: {critical: \(objects), high: \(objects), medium: \(objects), low: \(objects)}
      """, to: "config/reconciliation_config.yaml")
    try folder.write(
      """
      scrapers:
        origin_things:
          kind: http
          data_type: things
          base_url: "http://127.0.0.1:\(port)"
          url_pattern: "/things/{thing}.json"
          rate_limit: {requests_per_second: \(requestsPerSecond), burst_size: \(burst)}
          retry: {max_attempts: 20, base_delay: 0.1, max_delay: 0.5}
          timeout: 10
          max_concurrent: \(concurrencyMax)
          storage: {upload_to_s3: false}
      """, to: "config/scraper_config.yaml")
    try folder.write(
      """
      expected_coverage:
        origin:
          data_types:
            things: {path_patterns: ["things/{thing}.json"], required: true}
      catalogs:
        things: {file: ../catalogs/things.csv}
      dimensions:
        thing: {catalog: things, column: id}
      """, to: "inventory/data_inventory.yaml")
  }
}
