internal import ADCEIO
import ADCEKernel

/// A swarm as a page.
public struct SwarmPage: Sendable {
  private let outcome: Swarm.Outcome
  private let command: String
  private let reproduction: @Sendable (UInt64) -> String

  /// - Parameters:
  ///   - command: the one that runs the swarm again.
  ///   - reproduction: the one that runs a seed of it again.
  public init(
    _ outcome: Swarm.Outcome, command: String,
    reproduction: @escaping @Sendable (UInt64) -> String
  ) {
    self.outcome = outcome
    self.command = command
    self.reproduction = reproduction
  }

  /// The same bytes for the same swarm, in whatever order its seeds ended.
  public var html: String {
    var page = Page("Swarm: \(outcome.passed) of \(outcome.runs) seeds passed")
    page.command(command)
    page.facts([
      ("Seeds", HumanText.count(outcome.runs)), ("Passed", HumanText.count(outcome.passed)),
      ("Failed", HumanText.count(outcome.failures.count)),
      ("Simulated", HumanText.span(milliseconds: outcome.simulatedSeconds * 1000)),
      ("Steps", HumanText.count(Int(outcome.steps))),
      ("Requests", HumanText.count(outcome.requests)),
      ("Crashes", HumanText.count(Int(outcome.crashes))),
      ("Gaps compared with the truth", HumanText.count(outcome.gapChecks)),
    ])
    page.heading("Worst seeds")
    if outcome.failures.isEmpty {
      page.paragraph("None failed.")
    } else {
      page.table(
        "Those that failed", ["Seed", "Verdict", "First violation", "Again"], numeric: [0],
        outcome.failures.map {
          ["\($0.seed)", $0.verdict.rawValue, $0.violation, reproduction($0.seed)]
        })
    }
    if !outcome.latest.isEmpty {
      page.table(
        "Slowest to be complete after the last fault", ["Seed", "Took", "Again"], numeric: [0],
        outcome.latest.map {
          ["\($0.seed)", HumanText.span(milliseconds: $0.milliseconds), reproduction($0.seed)]
        })
    }
    page.heading("Classes of faults")
    page.table(
      "How often each did something, and in how many runs", ["Class", "Times", "Runs"],
      numeric: [1, 2],
      FaultClass.allCases.map { kind in
        let (times, runs) = outcome.fired[kind] ?? (0, 0)
        return [kind.name, times == 0 ? "never" : HumanText.count(times), HumanText.count(runs)]
      })
    page.heading("Transitions")
    page.paragraph(
      "A transition is a state of cycle and run, an event, and an effect that followed, or none. "
        + "\(HumanText.count(outcome.coverage.count)) were seen.")
    page.table(
      "By event", ["Event", "Transitions", "Times"], numeric: [1, 2],
      outcome.coverage.byEvent.map {
        [$0.name, HumanText.count($0.transitions), HumanText.count($0.times)]
      })
    return page.html
  }
}

extension TransitionCoverage {
  /// How many transitions of each event were seen, and how often; in the order of their numbers.
  var byEvent: [(name: String, transitions: Int, times: Int)] {
    var sums: [UInt32: (transitions: Int, times: Int)] = [:]
    for (transition, times) in seen {
      let event = transition >> 8 & 0xFF
      let old = sums[event] ?? (0, 0)
      sums[event] = (old.transitions + 1, old.times + times)
    }
    return sums.keys.sorted().map { event in
      let sum = sums[event] ?? (0, 0)
      return (TransitionCoverage.names[event] ?? "event \(event)", sum.transitions, sum.times)
    }
  }

  /// By the numbers that `seen` knows events by.
  private static let names: [UInt32: String] = [
    1: "started", 2: "wall clock changed", 3: "configuration changed", 4: "catalogs loaded",
    5: "scan finished", 6: "scan unchanged", 7: "scan failed", 8: "looked up",
    9: "attempt ended", 10: "woken", 11: "pressure changed", 12: "effects held",
    20: "reconcile requested", 21: "pause requested", 22: "resume requested",
    23: "retry requested", 24: "cancel requested", 25: "waiver requested",
    26: "clear requested", 27: "vanished accepted", 28: "drain requested",
  ]
}
