import ADCEIO
import ADCESimulation
import ADCETestServers
import ADCEWire
import Foundation
import Testing

/// The real daemon against a world in which S3 and the sources fail in every way that wire mode has,
/// killed again and again: in the end everything that can be had is there, byte for byte, and no
/// source has seen more than it allows.
///
/// Five kills; `ADCE_WIRE_KILLS=20` makes them twenty, and the work more; `ADCE_SEED` draws another
/// world, other faults and other moments.
@Suite(.waitsForProcesses, .timeLimit(.minutes(30))) struct WireChaosTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let kills = environment["ADCE_WIRE_KILLS"].flatMap { Int($0) } ?? 5
  private static let seed = environment["ADCE_SEED"].flatMap { UInt64($0) } ?? 20_261_125

  @Test func `killed amid faults of all kinds, the daemon ends complete`() throws {
    let (kills, seed) = (Self.kills, Self.seed)
    print("\(kills) kills in the world of seed \(seed)")
    // So much that there is something to do at each kill.
    let isLong = kills > 5
    let served = try ServedWorld(
      seed: seed, "--profile", "chaos", "--missing", isLong ? "100%" : "50%", "--per-minute",
      isLong ? "40" : "50", "--latency", "100")
    var chance = SplitMix(seed: seed)
    let before = try served.statistics()["lake"]
    let holes = try #require(before["missing_attainable"].integer)
    let daemon = BackgroundDaemon(
      options: served.options, state: served.state, environment: served.environment)
    var pid = pid_t(try daemon.start("--restart-delay-max", "50", "--stable-after", "500"))
    for _ in 0..<kills {
      usleep(UInt32.random(in: 100_000...(isLong ? 4_000_000 : 1_500_000), using: &chance))
      kill(pid, SIGKILL)
      let isBack = wait(30) { daemon.record?.child.map { $0 != pid } ?? false }
      try #require(isBack, "\(daemon.log)")
      pid = try #require(daemon.record?.child)
    }
    let left = try #require(served.statistics()["lake"]["missing_attainable"].integer)
    print("\(left) of \(holes) holes are left after the last kill")
    #expect(daemon.record?.restarts == kills)

    let isComplete = try wait(300) {
      usleep(200_000)
      return try served.statistics()["lake"]["missing_attainable"].integer == 0
    }
    let seen = try served.statistics()
    #expect(isComplete, "\(seen)\n\(daemon.log.suffix(8000))")
    #expect(try daemon.adce("stop").code == 0)
    #expect(try daemon.adce("state", "verify").code == 0)
    try expectWhole(served)
    try expectFaults(served)
    try expectSameGaps(served)
  }

  /// Every object that the sources have is in the lake as they have it, and nothing else is.
  private func expectWhole(_ served: ServedWorld) throws {
    let seen = try served.statistics()
    print(String(decoding: try served.get("/_sim/stats").body, as: UTF8.self))
    #expect(seen["lake"]["missing_attainable"].integer == 0)
    #expect(seen["lake"]["different"].integer == 0)
    #expect(seen["lake"]["others"].integer == 0)
    #expect(seen["unsigned"].integer == 0)
    #expect(seen["over_limit"].integer == 0)
    for source in World.sourceNames {
      let counts = seen["sources"][source]
      #expect(counts["over_limit"].integer == 0, "\(source)")
      #expect((counts["requests"].integer ?? 0) > 0, "\(source)")
    }
    let lake = try S3Demo.lake("s3://lake", on: served)
    var absent = 0
    for index in 0..<served.world.objectCount {
      let bytes = try lake.read(served.world.key(index), limit: 4 << 20)
      guard let bytes else {
        absent += 1
        #expect(served.world.isAbsentForEver(index), "\(served.path(index))")
        continue
      }
      if bytes != served.body(index) { Issue.record("\(served.path(index)) differs") }
    }
    #expect(absent == seen["lake"]["missing_for_ever"].integer)
  }

  /// What the test is about has happened.
  private func expectFaults(_ served: ServedWorld) throws {
    let faults = try served.statistics()["faults"].map
    func count(_ prefix: String) -> Int {
      faults.filter { $0.key.hasPrefix(prefix) }.values.compactMap(\.integer).reduce(0, +)
    }
    #expect(count("source.") > 0, "\(faults)")
    #expect(count("s3.") > count("s3.reset_after"), "\(faults)")
    #expect(count("s3.reset_after") > 0, "\(faults)")
  }

  /// The daemon's own view of what is missing is the truth.
  private func expectSameGaps(_ served: ServedWorld) throws {
    let outcome = try served.adce("reconcile", "--output", "json", within: 120)
    #expect(outcome.code == 0, "\(outcome)")
    let lake = try served.statistics()["lake"]
    let answer = try outcome.json()
    #expect(answer["expected"].integer == lake["expected"].integer)
    #expect(answer["missing"].integer == lake["missing_for_ever"].integer)
  }
}
