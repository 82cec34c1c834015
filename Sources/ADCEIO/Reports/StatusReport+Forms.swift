internal import ADCEKernel

extension StatusReport {
  /// As `adce status` and `/status` give it.
  public var json: SettingValue {
    .map([
      .init("running", .bool(isRunning)), .init("pid", pid.map { .integer(Int64($0)) } ?? .null),
      .init("since", since.map { .text($0) } ?? .null),
      .init("restarts", .count(restarts)), .init("health", .text(health.rawValue)),
      .init("checked_at", .text(checked.iso)), .init("paused", .bool(isPaused)),
      .init("draining", .bool(isDraining)), .init("components", componentsJSON),
      .init("tasks", tasksJSON),
      .init(
        "inventory",
        inventory.map {
          .map([
            .init("objects", .count($0.objects)), .init("bytes", .integer($0.bytes)),
            .init("snapshot_began", .text($0.began.iso)),
          ])
        } ?? .null),
      .init("cycles", cyclesJSON), .init("success_rate", successJSON),
    ])
  }

  /// As `adce health` and `/health` give it.
  public var healthJSON: SettingValue {
    .map([
      .init("status", .text(health.rawValue)),
      .init("unhealthy", .list(unwell.map { .text($0.name) })),
      .init("checked_at", .text(checked.iso)),
      .init("pid", pid.map { .integer(Int64($0)) } ?? .null),
      .init("since", since.map { .text($0) } ?? .null),
      .init("version", .text(Build.version)), .init("components", componentsJSON),
    ])
  }

  private var componentsJSON: SettingValue {
    .map(
      components.map {
        .init(
          $0.name,
          .map([
            .init("status", .text($0.condition.rawValue)), .init("message", .text($0.message)),
          ]))
      })
  }

  private var tasksJSON: SettingValue {
    .map([
      .init("total", .count(open)),
      .init(
        "by_priority",
        .map(
          Priority.allCases.map { .init($0.name, .count(openByPriority[Int($0.rawValue)])) })),
      .init("by_state", .map(byState.map { .init($0.name, .count($0.count)) })),
    ])
  }

  private var cyclesJSON: SettingValue {
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
    ])
  }

  private var successJSON: SettingValue {
    let percent =
      success.finished == 0
      ? SettingValue.null
      : .percent(Int64(success.succeeded) * 1_000_000 / Int64(success.finished))
    return .map([
      .init("window_hours", .integer(168)), .init("finished", .count(success.finished)),
      .init("succeeded", .count(success.succeeded)), .init("pct", percent),
    ])
  }
}

// MARK: - For people

extension StatusReport {
  /// The components as a table.
  public var componentTable: String {
    var table = TextTable([.init("COMPONENT"), .init("STATE"), .init("")])
    for component in components {
      table.append([component.name, component.condition.rawValue, component.message])
    }
    return table.text()
  }

  /// As `adce health` prints it.
  public var healthText: String {
    let names = unwell.map(\.name).joined(separator: ", ")
    let verdict = health == .ok ? "healthy" : "not healthy (\(health.rawValue)): \(names)"
    return "\(verdict)\n\n\(componentTable)"
  }

  /// As `adce status` prints it.
  public var text: String {
    var first = "adce is not running"
    if isRunning {
      first = "adce is running"
      if let pid { first += ", pid \(pid)" }
      if let since { first += ", since \(since)" }
      if restarts > 0 { first += ", restarted \(Wording.counted(restarts, "time"))" }
      if isDraining { first += ", stopping" }
    }
    let priorities = Priority.allCases.map { "\(openByPriority[Int($0.rawValue)]) \($0.name)" }
    var lines = [
      first, "health     \(health.rawValue), checked \(checked.iso)", "", componentTable, "",
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
        "success    \(HumanText.percent(micro: micro)) of \(Wording.counted(success.finished, "attempt")) in 7 days"
      )
    }
    return lines.joined(separator: "\n")
  }
}
