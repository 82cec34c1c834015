public import ADCEKernel

extension TaskView {
  /// As `tasks list` and `/tasks` give it.
  public var json: SettingValue {
    .map([
      .init("id", .text(idText)), .init("state", .text(state.name)),
      .init("priority", .text(priority.name)), .init("kind", .text(kind.name)),
      .init("score", .number(TaskView.points(scoreMicro))), .init("source", .text(source)),
      .init("data_type", .text(dataType)), .init("season", season.map { .text($0) } ?? .null),
      .init("scraper", .text(scraper)), .init("items", .count(items)), .init("done", .count(done)),
      .init("attempts", .count(attempts)),
      .init("not_before", notBefore.map { .text(wall($0)) } ?? .null),
      .init("reason", .text(reason)), .init("message", .text(message)),
      .init("created_at", .text(wall(created))),
      .init("ended_at", ended.map { .text(wall($0)) } ?? .null),
    ])
  }

  /// A moment of the steady clock as people's clocks tell it.
  private func wall(_ moment: Instant) -> String { (moment + wallOffsetMilliseconds).iso }

  public var idText: String { String(id.number) }

  /// Millionths of a point with one digit after the point.
  static func points(_ micro: Int64) -> String {
    let tenths = micro / 100_000
    let sign = tenths < 0 ? "-" : ""
    return "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
  }

  /// A table of tasks; `now` by the kernel's steady clock.
  public static func table(
    _ tasks: [TaskView], now: Instant, _ columnsMax: Int? = nil
  ) -> String {
    var table = TextTable([
      .init("ID", .right), .init("STATE"), .init("PRIORITY"), .init("SCORE", .right),
      .init("SOURCE"), .init("DATA TYPE"), .init("SEASON"),
      .init("DONE", .right), .init("TRIES", .right), .init("WHY", flexible: true),
    ])
    for task in tasks {
      let next = task.notBefore.map { "again in \(HumanText.span(milliseconds: $0 - now))" }
      let why = [task.reason, next ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
      table.append([
        task.idText, task.state.name, task.priority.name, TaskView.points(task.scoreMicro),
        task.source, task.dataType, task.season ?? "", "\(task.done)/\(task.items)",
        String(task.attempts), why,
      ])
    }
    return table.text(columnsMax)
  }
}

/// Which tasks are wanted.
public struct TaskFilter: Sendable {
  public var priority: Priority?
  public var source: String?
  public var state: TaskRecord.State?
  public var limit: Int?

  public init() {}

  /// The tasks of a selection that back off or are parked.
  public static func waiting(
    of kernel: borrowing Kernel, in selection: Configuration.Selection, at now: Instant
  ) -> [TaskID] {
    kernel.taskIDs.filter { id in
      guard let task = kernel.task(id, at: now), task.scraper == selection.scraper,
        task.state == .backingOff || task.state == .parked,
        selection.dataType.map({ $0 == task.dataType }) ?? true,
        selection.season.map({ $0 == task.season }) ?? true
      else { return false }
      guard let keys = selection.keys else { return true }
      return kernel.keys(of: id).contains { $0.isOpen && keys.contains($0.key) }
    }
  }

  /// The tasks of a kernel that pass, newest last. Ended ones only if their state is asked for.
  public func tasks(of kernel: borrowing Kernel, at now: Instant) -> [TaskView] {
    var result: [TaskView] = []
    for id in kernel.taskIDs {
      guard let task = kernel.task(id, at: now), passes(task) else { continue }
      result.append(task)
      if let limit, result.count >= limit { break }
    }
    return result
  }

  /// Whether a task is wanted, whatever the limit.
  func passes(_ task: TaskView) -> Bool {
    if let state {
      if task.state != state { return false }
    } else if !task.state.isLive {
      return false
    }
    if let priority, task.priority != priority { return false }
    if let source, task.source != source { return false }
    return true
  }
}

extension TaskView {
  /// With its keys, as `tasks show` gives it.
  public func json(keys: [(key: [UInt8], isOpen: Bool)]) -> SettingValue {
    guard case .map(let members) = json else { return json }
    return .map(
      members + [
        .init(
          "keys",
          .list(
            keys.map {
              .map([
                .init("key", .text(String(decoding: $0.key, as: UTF8.self))),
                .init("done", .bool(!$0.isOpen)),
              ])
            }))
      ])
  }

  /// The same for people.
  public func text(keys: [(key: [UInt8], isOpen: Bool)]) -> String {
    var lines = [
      "task       \(idText), \(state.name)" + (reason.isEmpty ? "" : " (\(reason))"),
      "fills      \(kind.name) objects of \(source) \(dataType) \(season ?? "")",
      "priority   \(priority.name), score \(TaskView.points(scoreMicro))",
      "scraper    \(scraper), \(Wording.counted(attempts, "attempt"))",
      "created    \(wall(created))" + (ended.map { ", ended \(wall($0))" } ?? ""),
    ]
    if let notBefore { lines.append("next       \(wall(notBefore))") }
    if let lastFailure { lines.append("failure    \(lastFailure.name)") }
    if !message.isEmpty { lines.append("message    \(message)") }
    for key in keys {
      lines.append(
        "  \(key.isOpen ? "·" : "✓") \(String(decoding: key.key, as: UTF8.self))")
    }
    return lines.joined(separator: "\n")
  }
}
