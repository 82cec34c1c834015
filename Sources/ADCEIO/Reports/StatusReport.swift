public import ADCEKernel

/// What `adce status` prints.
public struct StatusReport: Sendable {
  public enum Condition: String, Sendable { case ok, degraded, failed, unknown }

  public struct Component: Sendable {
    public var name: String
    public var condition: Condition
    public var message: String
  }

  public let isRunning: Bool
  public let pid: Int32?
  public let since: String?
  public let components: [Component]
  private let openByPriority: [Int]
  private let byState: [(name: String, count: Int)]
  private let open: Int
  private let inventory: (objects: Int, bytes: Int64, began: Instant)?
  private let cyclesCompleted: UInt64
  private let lastCycle: (number: UInt64, finished: Instant)?
  private let nextCycle: Instant?
  private let success: (finished: Int, succeeded: Int)

  /// - Parameters:
  ///   - writer: who holds the state, if anybody does.
  ///   - now: by the kernel's steady clock.
  public init(
    _ kernel: borrowing Kernel, at now: Instant, writer: (pid: Int32?, since: String?)?,
    dims: String?
  ) {
    isRunning = writer != nil
    pid = writer?.pid
    since = writer?.since
    let counts = kernel.taskCounts
    openByPriority = counts.openByPriority
    open = counts.open
    byState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    inventory = kernel.snapshot.map { ($0.record.objects, $0.record.bytes, $0.record.began) }
    cyclesCompleted = kernel.cycle.completed
    let offset = kernel.wallOffsetMilliseconds
    lastCycle =
      kernel.cycle.completed > 0
      ? (kernel.cycle.number, kernel.cycle.finished + offset) : nil
    nextCycle =
      kernel.cycle.nextAt < .distantFuture && writer != nil ? kernel.cycle.nextAt + offset : nil
    var total = (finished: 0, succeeded: 0)
    for scraper in kernel.configuration.scrapers {
      let history = kernel.history(ofScraper: scraper.id, at: now)
      total.finished += history.finished
      total.succeeded += history.succeeded
    }
    success = total
    components = StatusReport.components(kernel, isRunning: writer != nil, dims: dims)
  }

  private static func components(
    _ kernel: borrowing Kernel, isRunning: Bool, dims: String?
  ) -> [Component] {
    let cycle = kernel.cycle
    let counts = kernel.taskCounts
    let daemon: Component
    if !isRunning {
      daemon = Component(
        name: "reconciliation_daemon", condition: .failed, message: "not running")
    } else if cycle.failedInARow > 0 {
      daemon = Component(
        name: "reconciliation_daemon", condition: .degraded,
        message: "\(cycle.failedInARow) cycles in a row have failed")
    } else {
      daemon = Component(
        name: "reconciliation_daemon", condition: .ok, message: "\(cycle.completed) cycles done")
    }
    let parked = counts.byState[.parked] ?? 0
    return [
      daemon,
      Component(
        name: "orchestrator", condition: kernel.run.isPaused ? .degraded : .ok,
        message: kernel.run.isPaused ? "paused" : "\(kernel.attemptsRunning) attempts running"),
      Component(
        name: "task_queue", condition: parked > 0 ? .degraded : .ok,
        message: "\(counts.open) tasks open, \(parked) parked"),
      Component(
        name: "s3", condition: kernel.snapshot == nil ? .unknown : .ok,
        message: kernel.snapshot.map {
          "\($0.source.name) of \($0.record.began.iso)"
            + ($0.record.isDoubted ? ", doubted: much of it had vanished" : "")
        } ?? "the lake has not been looked at yet"),
      Component(
        name: "dims", condition: dims == nil ? .unknown : .ok, message: dims ?? "not configured"),
      diskComponent(),
    ]
  }

  private static func diskComponent() -> Component {
    Component(name: "disk", condition: .ok, message: "the state can be read")
  }

  /// The worst of the components that are known.
  public var health: Condition {
    if components.contains(where: { $0.condition == .failed }) { return .failed }
    if components.contains(where: { $0.condition == .degraded }) { return .degraded }
    return .ok
  }
}

extension StatusReport {
  public var json: SettingValue {
    let percent =
      success.finished == 0
      ? SettingValue.null
      : .percent(Int64(success.succeeded) * 1_000_000 / Int64(success.finished))
    return .map([
      .init("running", .bool(isRunning)), .init("pid", pid.map { .integer(Int64($0)) } ?? .null),
      .init("restarts", .integer(0)), .init("health", .text(health.rawValue)),
      .init(
        "components",
        .map(
          components.map {
            .init(
              $0.name,
              .map([
                .init("status", .text($0.condition.rawValue)), .init("message", .text($0.message)),
              ]))
          })),
      .init(
        "tasks",
        .map([
          .init("total", .count(open)),
          .init(
            "by_priority",
            .map(
              Priority.allCases.map {
                .init($0.name, .count(openByPriority[Int($0.rawValue)]))
              })),
          .init("by_state", .map(byState.map { .init($0.name, .count($0.count)) })),
        ])),
      .init(
        "inventory",
        inventory.map {
          .map([
            .init("objects", .count($0.objects)), .init("bytes", .integer($0.bytes)),
            .init("snapshot_began", .text($0.began.iso)),
          ])
        } ?? .null),
      .init(
        "cycles",
        .map([
          .init("completed", .integer(Int64(cyclesCompleted))),
          .init(
            "last",
            lastCycle.map {
              .map([
                .init("number", .integer(Int64($0.number))),
                .init("finished_at", .text($0.finished.iso)),
              ])
            } ?? .null),
          .init("next_at", nextCycle.map { .text($0.iso) } ?? .null),
        ])),
      .init(
        "success_rate",
        .map([
          .init("window_hours", .integer(168)), .init("finished", .count(success.finished)),
          .init("succeeded", .count(success.succeeded)), .init("pct", percent),
        ])),
    ])
  }

  public var text: String {
    var table = TextTable([.init("COMPONENT"), .init("STATE"), .init("", flexible: true)])
    for component in components {
      table.append([component.name, component.condition.rawValue, component.message])
    }
    let priorities = Priority.allCases.map {
      "\(openByPriority[Int($0.rawValue)]) \($0.name)"
    }
    var lines = [
      isRunning
        ? "adce is running" + (pid.map { ", pid \($0)" } ?? "")
          + (since.map { ", since \($0)" } ?? "")
        : "adce is not running",
      "", table.text, "",
      "tasks      \(open) open: " + priorities.joined(separator: ", "),
    ]
    if let inventory {
      lines.append(
        "inventory  \(HumanText.count(inventory.objects)) objects, "
          + "\(HumanText.bytes(inventory.bytes)), seen \(inventory.began.iso)")
    }
    if let lastCycle {
      lines.append(
        "cycles     \(cyclesCompleted) done, the last at \(lastCycle.finished.iso)"
          + (nextCycle.map { ", the next at \($0.iso)" } ?? ""))
    }
    if success.finished > 0 {
      let micro = Int64(success.succeeded) * 1_000_000 / Int64(success.finished)
      lines.append(
        "success    \(HumanText.percent(micro: micro)) of \(success.finished) attempts in 7 days")
    }
    return lines.joined(separator: "\n")
  }
}
