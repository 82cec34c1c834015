import ADCEIO
import ADCESimulation
import ADCETestServers
import ADCEWire
import Foundation
import Testing

/// A small world that `adce-sim serve` serves in a process of its own, ended with the test.
final class ServedWorld: S3TestServer, @unchecked Sendable {
  // Sound: a test uses it from one thread.
  let endpoint: String
  let accessKeyID = WireKeys.accessKeyID
  let secretAccessKey = WireKeys.secretAccessKey
  let seed: UInt64
  /// The same world, in this process.
  let world: World
  private let program: RunningProgram
  private let folder: TemporaryFolder
  private let http: HTTPClient

  init(seed: UInt64 = 1, _ more: String...) throws {
    self.seed = seed
    folder = try TemporaryFolder()
    let program = try Program.simulator.start(
      ["serve", "--small", "--seed", String(seed), "--lifetime", "30m", "--project", folder.path]
        + more)
    self.program = program
    let serves = wait(20) { program.outputSoFar.contains("export ") || program.hasEnded }
    try #require(serves && !program.hasEnded, "it does not serve: \(program.errorsSoFar)")
    let last = try #require(program.outputSoFar.split(separator: "\n").last)
    endpoint = try #require(
      last.split(separator: " ").compactMap {
        $0.hasPrefix("AWS_ENDPOINT_URL_S3=") ? String($0.dropFirst(20)) : nil
      }.first)
    world = World(plan: WireOptions(isSmall: true).plan, seed: seed)
    http = try HTTPClient()
  }

  deinit { program.send(SIGKILL) }

  var output: String { program.outputSoFar }
  var port: Int { Int(endpoint.split(separator: ":").last ?? "") ?? 0 }
  var state: String { folder.path("state") }

  var options: [String] {
    ["--config-dir", folder.path("config"), "--state-dir", state]
  }

  func adce(_ arguments: String..., within seconds: Double = 60) throws -> Outcome {
    try Program.adce.run(options + arguments, environment: environment, within: seconds)
  }

  /// Asks it to end.
  func end() throws -> Outcome {
    program.send(SIGTERM)
    return try program.end()
  }

  func get(_ path: String, withinMilliseconds limit: Int64 = 30_000) throws -> HTTPResponse {
    var request = HTTPRequest(url: endpoint + path)
    request.limits.totalMilliseconds = limit
    return try http.wait(for: request)
  }

  /// `/_sim/stats`.
  func statistics() throws -> JSON {
    try JSON(String(decoding: get("/_sim/stats").body, as: UTF8.self))
  }

  /// Of the sources, all that were over a limit.
  func overLimit() throws -> Int? { try statistics()["over_limit"].integer }

  func path(_ index: Int) -> String {
    "/sources/\(world.source(of: index))/\(String(decoding: world.key(index), as: UTF8.self))"
  }

  func body(_ index: Int) -> [UInt8] { WireServer.body(of: index, in: world, seed: seed) }
}
