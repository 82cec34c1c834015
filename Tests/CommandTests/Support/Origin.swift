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
    log: String, port: String? = nil, latencyMilliseconds: Int = 0, failEvery: Int? = nil,
    numbersRequests: Bool = false
  ) throws {
    self.log = log
    var arguments = [
      "origin", "--port", port ?? "0", "--lifetime", "15m", "--log", log, "--latency",
      String(latencyMilliseconds),
    ]
    if let failEvery { arguments += ["--fail-every", String(failEvery)] }
    if numbersRequests { arguments.append("--number-requests") }
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

  /// Repeats by the kill that explains them, an index into `kills` (milliseconds since 1970, in
  /// their order): the first one after what was asked for had been asked for before, and before it
  /// was asked for again. What no kill explains is under nil.
  func repeats(by kills: [Int64]) -> [Int?: Int] {
    var asked: [String: Int64] = [:]
    var result: [Int?: Int] = [:]
    for request in self {
      if let before = asked[request.target] {
        // What left just before a kill may come to the source a moment after it.
        let kill =
          kills.firstIndex { before <= $0 && $0 < request.time }
          ?? kills.lastIndex { $0 < before && before - $0 < 1000 }
        result[kill, default: 0] += 1
      }
      asked[request.target] = request.time
    }
    return result
  }

  /// Whether each kill may have cut off `most` requests and no more. What reaches a busy source late
  /// is counted for the next kill, never for an earlier one: so the bound is on sums.
  func areExplained(by kills: [Int64], atMost most: Int) -> Bool {
    let repeats = repeats(by: kills)
    guard repeats[nil] == nil else { return false }
    var sum = 0
    return kills.indices.allSatisfy { index in
      sum += repeats[index] ?? 0
      return sum <= most * (index + 1)
    }
  }

  /// The most that the source had under way at a time for one process, each for as long as its
  /// answer takes; a kill ends a process.
  func mostInFlight(latencyMilliseconds latency: Int64, kills: [Int64]) -> Int {
    indices.map { last in
      let time = self[last].time
      let begin = Swift.max(time - latency + 1, kills.last { $0 < time } ?? 0)
      return self[...last].reversed().prefix { $0.time > begin }.count
    }.max() ?? 0
  }
}
