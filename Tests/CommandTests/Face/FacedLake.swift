import ADCEIO
import Foundation
import Testing

/// The demo's lake with its HTTP face switched on, and a daemon that runs it.
final class FacedLake {
  let lake: DemoLake
  let daemon: RunningProgram
  let port: Int
  private let client: HTTPClient

  /// - Parameters:
  ///   - port: 0 = any that is free.
  ///   - health: further fields of `health_check`.
  ///   - filled: the lake holds everything, so that the source is not asked.
  init(
    port: Int = 0, health: String = "check_interval_seconds: 0.5", filled: Bool = false,
    edit: @escaping (_ file: String, _ text: String) -> String = { $1 }
  ) throws {
    lake = try DemoLake { file, text in
      edit(file, FacedLake.switchedOn(file, text, port: port, health))
    }
    if filled { try #require(try lake.adce("run", "--once", "--wait", "5").code == 0) }
    daemon = try lake.start("run")
    client = try HTTPClient()
    self.port = try FacedLake.port(of: daemon)
  }

  static func switchedOn(_ file: String, _ text: String, port: Int, _ health: String) -> String {
    guard file == "config/autonomous_config.yaml" else { return text }
    return text.replacing(
      "health_check: {enabled: false}",
      with: """
        health_check: {enabled: true, port: \(port), \(health)}
        retry_delay_seconds: 0.2
        """
    ).replacing(
      "reconciliation_interval_minutes: 1", with: "reconciliation_interval_minutes: 0.02")
  }

  /// The port that a daemon says it listens on.
  static func port(of daemon: RunningProgram) throws -> Int {
    var port: Int?
    let pattern = /listens on http:\/\/127\.0\.0\.1:(\d+)/
    let listens = wait(20) {
      port = daemon.errorsSoFar.firstMatch(of: pattern).flatMap { Int($0.1) }
      return port != nil
    }
    try #require(listens, "\(daemon.errorsSoFar)")
    return try #require(port)
  }

  func get(
    _ path: String, _ method: HTTPRequest.Method = .get, headers: [HTTPHeader] = []
  ) async throws -> HTTPResponse {
    var request = HTTPRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    request.headers = headers
    request.limits.totalMilliseconds = 10_000
    return try await client.send(request)
  }

  func json(_ path: String) async throws -> JSON {
    try JSON(String(decoding: try await get(path).body, as: UTF8.self))
  }

  /// Asks until the answer has this status; the last answer.
  func health(_ status: Int, within seconds: Double = 20) async throws -> JSON {
    let end = Date(timeIntervalSinceNow: seconds)
    // Counted as well as timed: on a busy machine the first answer alone can take that long.
    for asked in 1... {
      let answer = try await get("/health")
      if answer.status == status || asked > 20 && Date() > end {
        #expect(
          answer.status == status,
          "\(String(decoding: answer.body, as: UTF8.self)) \(daemon.errorsSoFar)")
        return try JSON(String(decoding: answer.body, as: UTF8.self))
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    preconditionFailure("the numbers have run out")
  }

  func stop() throws {
    daemon.send(SIGTERM)
    let end = try daemon.end(within: 15)
    #expect(end.code == 0, "\(end)")
  }
}
