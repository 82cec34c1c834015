import ADCEOrigin
import Foundation
import Testing

/// A source of objects in a process of its own, ended with the test.
final class Origin {
  let url: String
  private let program: RunningProgram
  private let log: String

  /// One request that the source saw; its time is milliseconds since 1970.
  struct Request: Hashable {
    var time: Int64
    var target: String
    var status: Int
  }

  /// - Parameter port: where it listens; any free one if nil.
  init(
    log: String, port: String? = nil, latencyMilliseconds: Int = 0, failEvery: Int? = nil
  ) throws {
    self.log = log
    var arguments = [
      "origin", "--port", port ?? "0", "--lifetime", "5m", "--log", log, "--latency",
      String(latencyMilliseconds),
    ]
    if let failEvery { arguments += ["--fail-every", String(failEvery)] }
    let program = try Program.simulator.start(arguments)
    self.program = program
    let listens = wait(20) { program.outputSoFar.hasSuffix("\n") }
    try #require(listens, "the source does not listen: \(program.errorsSoFar)")
    url = program.outputSoFar.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit { program.send(SIGKILL) }

  /// Ends it; nobody listens at its port any more.
  func stop() {
    program.send(SIGKILL)
    _ = wait(5) { program.hasEnded }
  }

  var port: String { String(url.split(separator: ":").last ?? "") }

  /// All requests so far, in the order in which they came.
  func requests() throws -> [Request] {
    guard Files.exist(log) else { return [] }
    return String(decoding: try Files.bytes(log), as: UTF8.self).split(separator: "\n").compactMap {
      let fields = $0.split(separator: " ")
      guard fields.count == 4, let time = Int64(fields[0]), let status = Int(fields[3]) else {
        return nil
      }
      return Request(time: time, target: String(fields[2]), status: status)
    }
  }
}

extension [Origin.Request] {
  /// How many asked for something that had been asked for before.
  var repeats: Int { count - Set(map(\.target)).count }
}
