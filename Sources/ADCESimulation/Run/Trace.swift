public import Foundation

/// A run as it was: what it was made of, and what it had come to after each step. It replays as
/// long as faults and worlds mean what they meant, whatever becomes of the drawing of scenarios.
public struct Trace: Codable, Sendable {
  /// Another one is refused.
  public static let formatNow = 2

  public var format = Trace.formatNow
  public var scenario: Scenario
  public var verdict: String
  public var violation: String?
  /// Of the state at the end.
  public var digest: String
  /// 64 bits after each step; empty where only the scenario is kept.
  public var steps: [UInt64]

  public struct Unreadable: Error, CustomStringConvertible {
    public var description: String
  }

  public init(scenario: Scenario, report: SimulationReport, steps: [UInt64]) {
    self.scenario = scenario
    verdict = (report.verdict ?? .unknown).rawValue
    violation = report.violations.first
    digest = report.digest
    self.steps = steps
  }

  public init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw Unreadable(description: "\(url.path): \(error.localizedDescription)")
    }
    do {
      self = try JSONDecoder().decode(Trace.self, from: Trace.completed(data, url))
    } catch let error as Unreadable {
      throw error
    } catch {
      throw Unreadable(description: "\(url.path) is no trace: \(error)")
    }
  }

  /// A trace of an older program says nothing of what an owner can set since: that is as it was
  /// then, which is what it is by default.
  private static func completed(_ data: Data, _ url: URL) throws -> Data {
    guard var trace = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw Unreadable(description: "\(url.path) is no trace: it is no object")
    }
    guard let format = trace["format"] as? Int, format == formatNow else {
      let format = trace["format"].map { "\($0)" } ?? "none"
      throw Unreadable(
        description: "\(url.path) is of format \(format); this program reads \(formatNow)")
    }
    guard var scenario = trace["scenario"] as? [String: Any] else { return data }
    for (name, plain) in [
      ("policy", try JSONEncoder().encode(WorldPolicy())),
      ("plan", try JSONEncoder().encode(WorldPlan.small)),
    ] {
      guard let given = scenario[name] as? [String: Any] else { continue }
      let plain = try JSONSerialization.jsonObject(with: plain) as? [String: Any] ?? [:]
      scenario[name] = plain.merging(given) { $1 }
    }
    trace["scenario"] = scenario
    return try JSONSerialization.data(withJSONObject: trace)
  }

  public var json: Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = steps.isEmpty ? [.prettyPrinted, .sortedKeys] : [.sortedKeys]
      return try encoder.encode(self)
    }
  }
}

extension Simulation {
  /// Runs a scenario and records it.
  public static func record(_ scenario: Scenario) -> (report: SimulationReport, trace: Trace) {
    var simulation = Simulation(scenario)
    simulation.isRecording = true
    let report = simulation.run()
    return (
      report, Trace(scenario: scenario, report: report, steps: simulation.recorded)
    )
  }

  /// Runs a trace again, and stops at the first step that is not as it was; `verdict` is `.differs`
  /// then.
  public init(replaying trace: Trace) {
    self.init(trace.scenario)
    if !trace.steps.isEmpty { expected = trace.steps }
  }
}
