internal import ADCEKernel

/// Makes entries of what a kernel is told and decides: what ADCE does by itself.
struct AuditTrail: Sendable {
  private struct Attempt {
    var what: [SettingValue.Member]
    var began: Instant
  }

  /// Attempts under way.
  private var attempts: [AttemptID: Attempt] = [:]
  private var cycle: UInt64 = 0
  private var tasksMade: UInt64?
  private var cancelled = 0

  init() {}

  /// Entries of one batch, in their order.
  ///
  /// - Parameters:
  ///   - kernel: after the batch.
  ///   - now: by its steady clock.
  mutating func entries(
    of events: [Event], _ effects: [Effect], _ kernel: borrowing Kernel, at now: Instant
  ) -> [AuditEntry] {
    let wall = now + kernel.wallOffsetMilliseconds
    if tasksMade == nil { count(kernel) }
    var result: [AuditEntry] = []
    for event in events {
      if let entry = entry(of: event, wall) { result.append(entry) }
    }
    for effect in effects {
      if let entry = entry(of: effect, kernel, wall) { result.append(entry) }
    }
    return result
  }

  private mutating func entry(of event: Event, _ wall: Instant) -> AuditEntry? {
    switch event {
    case .started(let start):
      return AuditEntry(
        at: wall, by: AuditEntry.Actor(.ours(.command)), "start",
        [.init("mode", .text("\(start.mode)"))])
    case .configurationChanged: return AuditEntry(at: wall, "configuration_changed")
    case .wallClockChanged(let offset):
      return AuditEntry(at: wall, "clock_set", [.init("offset_ms", .integer(offset))])
    case .attemptEnded(let end):
      let attempt = attempts.removeValue(forKey: end.attempt)
      var what = attempt?.what ?? [.init("attempt", .integer(Int64(end.attempt.number)))]
      what += AuditTrail.counts(end)
      if let began = attempt?.began { what.append(.init("ms", .integer(wall - began))) }
      return AuditEntry(
        at: wall, "attempt_end", what, why: end.message.isEmpty ? nil : end.message,
        outcome: end.failure?.name ?? "ok")
    case .catalogsLoaded, .scanFinished, .scanUnchanged, .scanFailed, .lookedUp, .woken, .requested,
      .pressureChanged, .effectsHeld:
      return nil
    }
  }

  private static func counts(_ end: AttemptEnd) -> [SettingValue.Member] {
    var (stored, current, failed, untouched) = (0, 0, 0, 0)
    for item in end.items {
      switch item.result {
      case .stored: stored += 1
      case .current: current += 1
      case .failed: failed += 1
      case .untouched: untouched += 1
      }
    }
    return [("stored", stored), ("current", current), ("failed", failed), ("untouched", untouched)]
      .filter { $0.1 > 0 }.map { SettingValue.Member($0.0, .count($0.1)) }
  }

  private mutating func entry(
    of effect: Effect, _ kernel: borrowing Kernel, _ wall: Instant
  ) -> AuditEntry? {
    switch effect {
    case .loadCatalogs:
      guard kernel.cycle.number != cycle else { return nil }
      cycle = kernel.cycle.number
      return AuditEntry(
        at: wall, "cycle_begin",
        [
          .init("cycle", .integer(Int64(cycle))), .init("reason", .text("\(kernel.cycle.reason)")),
        ])
    case .cycleFinished(let number): return cycleEnd(number, kernel, wall)
    case .cycleFailed(let number, let message):
      return AuditEntry(
        at: wall, "cycle_end", [.init("cycle", .integer(Int64(number)))], why: message,
        outcome: "failed")
    case .start(let id):
      guard let summary = kernel.summary(of: id) else { return nil }
      let what: [SettingValue.Member] = [
        .init("attempt", .integer(Int64(id.number))),
        .init("task", .integer(Int64(summary.task.number))),
        .init("scraper", .text(summary.scraper)), .init("source", .text(summary.source)),
        .init("items", .count(summary.items)),
      ]
      attempts[id] = Attempt(what: what, began: wall)
      return AuditEntry(at: wall, "attempt_begin", what)
    case .cancel(let id):
      return AuditEntry(at: wall, "attempt_cancel", [.init("attempt", .integer(Int64(id.number)))])
    case .alert(let alert):
      return AuditEntry(
        at: wall, "alert", [.init("kind", .text("\(alert.kind)"))], why: alert.message)
    case .runEnded(let number):
      return AuditEntry(at: wall, "run_end", [.init("run", .integer(Int64(number)))])
    case .drained: return AuditEntry(at: wall, "stop", outcome: "drained")
    case .finished: return AuditEntry(at: wall, "stop", outcome: "finished")
    case .scan, .lookUp, .answered: return nil
    }
  }

  private mutating func cycleEnd(
    _ number: UInt64, _ kernel: borrowing Kernel, _ wall: Instant
  ) -> AuditEntry {
    let (madeBefore, cancelledBefore) = (tasksMade ?? 0, cancelled)
    count(kernel)
    let counts = kernel.taskCounts
    return AuditEntry(
      at: wall, "cycle_end",
      [
        .init("cycle", .integer(Int64(number))),
        .init("tasks_made", .integer(Int64((tasksMade ?? 0) - madeBefore))),
        // Ended tasks are forgotten in time: never below zero.
        .init("tasks_cancelled", .count(max(0, cancelled - cancelledBefore))),
        .init("tasks_open", .count(counts.open)),
        .init("tasks_parked", .count(counts.byState[.parked] ?? 0)),
      ])
  }

  private mutating func count(_ kernel: borrowing Kernel) {
    tasksMade = kernel.tasksMade
    cancelled = kernel.taskCounts.byState[.cancelled] ?? 0
  }
}
