import ADCEIO
import ADCESimulation
import ADCETestServers
import Foundation
import Testing

/// `adce-sim serve` as its clients meet it.
@Suite(.waitsForProcesses) struct ServeCommandTests {
  @Test(
    .enabled(if: ServerPrograms.pythonWithBoto3 != nil, "\(ServerPrograms.comment)"))
  func `boto3 lists, reads, writes and deletes, and is refused where it must be`() throws {
    let served = try ServedWorld()
    let python = try #require(ServerPrograms.pythonWithBoto3)
    let outcome = try RunningProgram(
      python, [Repository.path + "/scripts/wire-boto3.py", "--served"],
      environment: served.environment
    ).end(within: 120)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(outcome.output.contains("checks held"), "\(outcome)")
    // Two with a wrong secret, an unknown key, another time, a damaged chunk.
    #expect(try served.statistics()["unsigned"].integer == 5)
  }

  @Test func `the daemon fills a lake that is served, and keeps to its limits`() throws {
    let served = try ServedWorld(seed: 3, "--per-minute", "600")
    let before = try served.statistics()["lake"]
    let missing = try #require(before["missing_attainable"].integer)
    #expect(missing == 81)
    #expect(before["missing_for_ever"].integer == 0)
    let outcome = try served.adce("run", "--once", "--wait", "5", "--fail-on-gaps")
    #expect(outcome.code == 0, "\(outcome)")
    let after = try served.statistics()
    #expect(after["lake"]["present"].integer == after["lake"]["expected"].integer)
    #expect(after["lake"]["different"].integer == 0)
    #expect(after["lake"]["others"].integer == 0)
    #expect(after["s3"]["puts"].integer == missing)
    #expect(after["over_limit"].integer == 0)
    #expect(
      after["sources"].map.values.compactMap { $0["requests"].integer }.reduce(0, +) == missing)
    let end = try served.end()
    #expect(end.code == 0, "\(end)")
  }

  @Test func `who has not the secret is refused, and who names another region is told ours`() throws
  {
    let served = try ServedWorld()
    func reconcile(_ name: String, _ value: String) throws -> Outcome {
      try Program.adce.run(
        served.options + ["reconcile"],
        environment: served.environment.merging([name: value]) { $1 })
    }
    for (name, code) in [
      ("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"),
      ("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId"),
    ] {
      let refused = try reconcile(name, "wrong")
      #expect(refused.code == 77, "\(refused)")
      #expect(refused.errors.contains(code), "\(refused)")
    }
    #expect(try served.statistics()["unsigned"].integer ?? 0 >= 2)
    #expect(try served.statistics()["lake"]["present"].integer == 189)
    let elsewhere = try reconcile("AWS_REGION", "eu-west-1")
    #expect(elsewhere.code == 0, "\(elsewhere)")
  }

  @Test func `a source counts what is over its limit, and says when to come again`() throws {
    let served = try ServedWorld(seed: 2, "--per-minute", "3")
    let index = try #require(
      (0..<served.world.objectCount).first { served.world.source(of: $0) == "espn" })
    for _ in 0..<3 {
      let answer = try served.get(served.path(index))
      #expect(answer.status == 200)
      #expect(answer.body == served.body(index))
    }
    let refused = try served.get(served.path(index))
    #expect(refused.status == 429)
    let seconds = try #require(refused.header("retry-after").flatMap { Int($0) })
    #expect((1...60).contains(seconds))
    // Of what others have, it has nothing; and each counts for itself.
    let other = served.path(index).replacing("/espn/", with: "/reference/")
    #expect(try served.get(other).status == 404)
    #expect(try served.get("/sources/reference/none.json").status == 404)
    #expect(try served.get("/sources/none/x").status == 404)
    let seen = try served.statistics()["sources"]
    #expect(seen["espn"]["requests"].integer == 4)
    #expect(seen["espn"]["served"].integer == 3)
    #expect(seen["espn"]["over_limit"].integer == 1)
    #expect(seen["espn"]["most_in_minute"].integer == 3)
    #expect(seen["reference"]["requests"].integer == 2)
    #expect(seen["reference"]["over_limit"].integer == 0)
  }

  @Test func `faults are a function of the seed, the target and how often it was asked for`() throws
  {
    // What hangs is waited for this long; nothing else takes as long on a busy machine.
    let limit: Int64 = 8000
    func statuses(_ seed: UInt64, _ count: Int) throws -> [Int] {
      let served = try ServedWorld(seed: seed, "--per-minute", "100000", "--profile", "reference")
      return try (0..<count).map { number in
        do {
          return try served.get(served.path(number / 3), withinMilliseconds: limit).status
        } catch is HTTPFailure {
          return 0
        }
      }
    }
    let first = try statuses(11, 240)
    #expect(try statuses(11, 120) == Array(first.prefix(120)))
    #expect(try statuses(12, 60) != Array(first.prefix(60)))
    // 6 % of them; of so many it is never none, or thirty.
    #expect((1..<30).contains(first.count { $0 >= 500 }), "\(first)")
    #expect((1..<30).contains(first.count { $0 == 429 }), "\(first)")
  }

  @Test func `one object in a hundred the sources never have, unless nothing fails`() throws {
    for profile in ["none", "reference"] {
      let served = try ServedWorld(seed: 4, "--profile", profile)
      let absent = (0..<served.world.objectCount).filter { served.world.isAbsentForEver($0) }
      let index = try #require(absent.first)
      // Of a few in a row one is spared by the faults.
      let found = (0..<6).map { _ in
        (try? served.get(served.path(index), withinMilliseconds: 3000).status) ?? 0
      }
      #expect(found.contains(profile == "none" ? 200 : 404), "\(found)")
      #expect(found.contains(200) == (profile == "none"), "\(found)")
    }
  }

  @Test func `it says what it serves, and ends when it is told to`() throws {
    let served = try ServedWorld(seed: 5, "--missing", "7")
    #expect(served.output.hasPrefix("lake     s3://lake: 263 of 270 objects\n"), "\(served.output)")
    #expect(
      served.output.hasSuffix(
        "export AWS_ENDPOINT_URL_S3=\(served.endpoint) AWS_ACCESS_KEY_ID=adce-wire "
          + "AWS_SECRET_ACCESS_KEY=adce-wire-secret AWS_REGION=us-east-1\n"))
    let taken = try Program.simulator.run(["serve", "--small", "--port", String(served.port)])
    #expect(taken.code == 69, "\(taken)")
    #expect(taken.errors.hasPrefix("adce-sim: cannot serve: "), "\(taken)")
    let end = try served.end()
    #expect(end.code == 0, "\(end)")
    let short = try Program.simulator.run(["serve", "--small", "--lifetime", "1s"])
    #expect(short.code == 0, "\(short)")
  }

  @Test(arguments: [
    ["--port", "70000"], ["--profile", "bad"], ["--missing", "some"], ["--missing", "101%"],
    ["--per-minute", "0"], ["--lifetime", "soon"],
  ])
  func `what is written wrong is 64`(_ arguments: [String]) throws {
    #expect(try Program.simulator.run(["serve"] + arguments).code == 64)
  }
}
