/// Something that a benchmark has measured.
public struct Figure: Hashable, Sendable {
  public var name: Name
  public var value: Value

  public enum Value: Hashable, Sendable {
    /// The same in every run: it is compared exactly.
    case count(Int64)
    /// One count by another. It is the same in every run, too, but what is asked of it is a bound.
    case rate(Double)
    /// A time, or a time by another: no two are the same.
    case timed(Double)
  }

  /// What there is to measure, as the budget names it: `SCENARIO.FIGURE`.
  ///
  /// Of every scenario: `steps` of the kernel; `effects` and `mutations` that it decided on;
  /// `commits`; `bytes` of keys and records that were committed; `differing_runs`, whose counts were
  /// not those of the first; `cpu_ratio`, the processor's time by that of a pass of the calibration
  /// loop, the least of several each.
  public enum Name: String, CaseIterable, Sendable {
    // 172,754 objects in an inventory report, from the files of the definition to committed tasks.
    case reconcileExpected = "reconcile.expected"
    case reconcileMissing = "reconcile.missing"
    case reconcileUndersized = "reconcile.undersized"
    case reconcileStale = "reconcile.stale"
    /// Keys that are told as a gap of a kind and are none, or the reverse.
    case reconcileWrongKeys = "reconcile.wrong_keys"
    case reconcileTasks = "reconcile.tasks"
    case reconcileMutations = "reconcile.mutations"
    case reconcileCommits = "reconcile.commits"
    case reconcileBytes = "reconcile.bytes"
    case reconcileDiffering = "reconcile.differing_runs"
    case reconcileRatio = "reconcile.cpu_ratio"
    /// By the clock on the wall.
    case reconcileSeconds = "reconcile.seconds"

    // A day of that world under the reference faults.
    case daySteps = "day.steps"
    case dayEffects = "day.effects"
    case dayMutations = "day.mutations"
    case dayCommits = "day.commits"
    case dayBytes = "day.bytes"
    case dayAttempts = "day.attempts"
    case dayRequests = "day.requests"
    /// Objects that were stored.
    case dayStored = "day.stored"
    /// Of what must never happen.
    case dayViolations = "day.violations"
    case dayDiffering = "day.differing_runs"
    case dayRequestsPerStored = "day.requests_per_stored"
    case dayFirst = "day.first_attempt_pct"
    case dayWithin = "day.within_attempts_pct"
    case dayFinal = "day.final_pct"
    case dayRatio = "day.cpu_ratio"

    // Ten thousand objects become tasks, are chosen, started and stored.
    case queueItems = "queue.items"
    case queueTasks = "queue.tasks"
    case queueSteps = "queue.steps"
    case queueEffects = "queue.effects"
    case queueMutations = "queue.mutations"
    case queueBytes = "queue.bytes"
    case queueDiffering = "queue.differing_runs"
    case queueRatio = "queue.cpu_ratio"

    // Twenty thousand events of a lake whose sources fail in every way.
    case kernelSteps = "kernel.steps"
    case kernelEffects = "kernel.effects"
    case kernelMutations = "kernel.mutations"
    case kernelBytes = "kernel.bytes"
    case kernelDiffering = "kernel.differing_runs"
    /// Events in the time of a pass of the calibration loop.
    case kernelEventsPerPass = "kernel.events_per_pass"

    // A thousand objects, committed to a store on disk in the groups that a host makes.
    case storeCommits = "store.commits"
    case storeMutations = "store.mutations"
    case storeBytes = "store.bytes"
    /// At the end.
    case storeRecords = "store.records"
    /// The state that was read back is not the one that was committed.
    case storeLost = "store.lost"
    case storeDiffering = "store.differing_runs"
    /// What the system was given to write, by `bytes`.
    case storeWrittenPerByte = "store.written_per_byte"
    case storeRatio = "store.cpu_ratio"

    var scenario: String { String(rawValue.prefix { $0 != "." }) }
    var figure: String { String(rawValue.drop { $0 != "." }.dropFirst()) }

    init?(scenario: String, figure: String) { self.init(rawValue: "\(scenario).\(figure)") }

    /// The words that a budget may have for it.
    var bounds: [Bound.Word] {
      switch self {
      case .reconcileRatio, .reconcileSeconds, .dayRatio, .queueRatio, .storeRatio,
        .dayRequestsPerStored, .storeWrittenPerByte:
        [.atMost]
      case .dayFirst, .dayWithin, .dayFinal, .kernelEventsPerPass: [.atLeast]
      default: [.exact]
      }
    }
  }
}

extension Figure.Name {
  /// Something is wrong if it is not 0: no budget may say otherwise.
  var mustBeZero: Bool {
    switch self {
    case .reconcileWrongKeys, .reconcileDiffering, .dayViolations, .dayDiffering, .queueDiffering,
      .kernelDiffering, .storeLost, .storeDiffering:
      true
    default: false
    }
  }
}

extension Figure {
  /// Something is wrong if it is not 0.
  public var mustBeZero: Bool { name.mustBeZero }

  /// Digits that mean something: four after the point of a rate, two of a time.
  var text: String {
    switch value {
    case .count(let count): String(count)
    case .rate(let rate): Figure.decimal(rate, digits: 4)
    case .timed(let time): Figure.decimal(time, digits: 2)
    }
  }

  /// In decimal, without zeros at its end.
  static func decimal(_ value: Double, digits: Int) -> String {
    var scale: Double = 1
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return Int64(exactly: rounded).map { String($0) } ?? String(rounded)
  }
}

/// What a figure has to be.
public enum Bound: Hashable, Sendable {
  case exact(Int64)
  case atMost(Double)
  case atLeast(Double)

  enum Word: String, CaseIterable {
    case exact
    case atMost = "at_most"
    case atLeast = "at_least"
  }

  var text: String {
    switch self {
    case .exact(let count): String(count)
    case .atMost(let most): "at most \(Figure.decimal(most, digits: 4))"
    case .atLeast(let least): "at least \(Figure.decimal(least, digits: 4))"
    }
  }
}

/// What a budget says of a figure.
public struct Judgement: Hashable, Sendable {
  public enum Verdict: String, Hashable, Sendable {
    case kept
    /// A count is another one than it was.
    case moved = "MOVED"
    /// A bound is not kept.
    case missed = "MISSED"
    /// A time, in a build that is not optimised.
    case unjudged = "not judged"
  }

  public var figure: Figure
  public var bound: Bound
  public var verdict: Verdict

  /// - Parameter isOptimised: of the build: what another takes says nothing.
  public init(_ figure: Figure, _ bound: Bound, isOptimised: Bool) {
    self.figure = figure
    self.bound = bound
    verdict = Judgement.verdict(figure.value, bound, isOptimised)
  }

  private static func verdict(
    _ value: Figure.Value, _ bound: Bound, _ isOptimised: Bool
  ) -> Verdict {
    let seen: Double
    switch value {
    case .timed where !isOptimised: return .unjudged
    case .count(let count):
      if case .exact(let expected) = bound { return count == expected ? .kept : .moved }
      seen = Double(count)
    case .rate(let number), .timed(let number): seen = number
    }
    // What cannot be told from a number is no reason to pass: NaN keeps no bound.
    switch bound {
    case .exact(let expected): return seen == Double(expected) ? .kept : .moved
    case .atMost(let most): return seen <= most ? .kept : .missed
    case .atLeast(let least): return seen >= least ? .kept : .missed
    }
  }

  /// By how much it is off; empty if it is not.
  var difference: String {
    switch (verdict, figure.value, bound) {
    case (.moved, .count(let seen), .exact(let expected)):
      let change = seen - expected
      let share = Double(change) * 100 / Double(max(1, abs(expected)))
      return "\(change > 0 ? "+" : "")\(change) (\(change > 0 ? "+" : "")"
        + "\(Figure.decimal(share, digits: 2)) %)"
    default: return ""
    }
  }
}
