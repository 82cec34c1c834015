public import ADCEKernel

/// What `adce status`, `adce health`, `/status` and `/health` tell: measured when it is made.
public struct StatusReport: Sendable {
  public enum Condition: String, Hashable, Sendable, CaseIterable {
    case ok, degraded, failed, unknown
  }

  public struct Component: Hashable, Sendable {
    public var name: String
    public var condition: Condition
    public var message: String

    public init(_ name: String, _ condition: Condition, _ message: String) {
      self.name = name
      self.condition = condition
      self.message = message
    }
  }

  public struct CycleLine: Hashable, Sendable {
    public var number: UInt64
    /// By the wall clock.
    public var finished: Instant
  }

  public let isRunning: Bool
  public let pid: Int32?
  public let since: String?
  public let restarts: Int
  public internal(set) var components: [Component]
  /// By the wall clock.
  public let checked: Instant
  public let isPaused: Bool
  public let isDraining: Bool
  /// The catalogs have been loaded, and the lake has been looked at.
  public let hasKeySpace: Bool
  public let hasSnapshot: Bool
  let openByPriority: [Int]
  let byState: [(name: String, count: Int)]
  let open: Int
  let inventory: (objects: Int, bytes: Int64, began: Instant)?
  let cyclesCompleted: UInt64
  let lastCycle: CycleLine?
  let nextCycle: Instant?
  let success: (finished: Int, succeeded: Int)

  /// - Parameter now: by the kernel's steady clock.
  public init(
    _ kernel: borrowing Kernel, at now: Instant, facts: HealthFacts, rules: HealthRules
  ) {
    isRunning = facts.writer != nil
    pid = facts.writer?.pid
    since = facts.writer?.since
    restarts = facts.restarts
    let offset = kernel.wallOffsetMilliseconds
    checked = now + offset
    isPaused = kernel.run.isPaused
    isDraining = facts.writer != nil && kernel.run.isDraining
    hasKeySpace = kernel.hasKeySpace
    hasSnapshot = kernel.snapshot != nil
    let counts = kernel.taskCounts
    openByPriority = counts.openByPriority
    open = counts.open
    byState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    inventory = kernel.snapshot.map { ($0.record.objects, $0.record.bytes, $0.record.began) }
    let cycle = kernel.cycle
    cyclesCompleted = cycle.completed
    lastCycle =
      cycle.completed > 0
      ? CycleLine(
        number: cycle.began > cycle.finished ? cycle.number - 1 : cycle.number,
        finished: cycle.finished + offset) : nil
    nextCycle =
      cycle.nextAt < .distantFuture && facts.writer != nil ? cycle.nextAt + offset : nil
    success = kernel.attemptsEnded(withinDays: 7, at: now)
    components = StatusReport.components(kernel, at: now, facts, rules)
  }

  /// The worst of the components. What is unknown of the loop or the lake is not health; what is
  /// unknown of others (nothing is configured) is none of its business.
  public var health: Condition {
    if components.contains(where: { $0.condition == .failed }) { return .failed }
    if components.contains(where: { $0.condition == .degraded }) { return .degraded }
    let isUnknown = components.contains {
      $0.condition == .unknown && ["reconciliation_daemon", "s3"].contains($0.name)
    }
    return isUnknown ? .unknown : .ok
  }

  /// The components that keep it from being healthy, the worst first.
  public var unwell: [Component] {
    let worst: [Condition] = health == .unknown ? [.unknown] : [.failed, .degraded]
    return worst.flatMap { condition in
      components.filter {
        $0.condition == condition
          && (condition != .unknown || ["reconciliation_daemon", "s3"].contains($0.name))
      }
    }
  }

  /// The same, after the loop has not answered for so long.
  public func hanging(milliseconds: Int64) -> StatusReport {
    var copy = self
    for index in copy.components.indices
    where copy.components[index].name == "reconciliation_daemon" {
      copy.components[index] = Component(
        "reconciliation_daemon", .failed,
        "the loop has not answered for \(HumanText.span(milliseconds: milliseconds))")
    }
    return copy
  }
}
