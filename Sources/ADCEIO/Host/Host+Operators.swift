public import ADCEKernel
internal import Glibc

// What operators ask of a running host. They come from other threads through `desk`, are turned
// into events on the host's, and are answered once what they asked for is durable.

extension Host {
  /// Where requests of operators are handed in, from any thread.
  public var desk: OperatorDesk {
    OperatorDesk(
      inbox: inbox, loadConfiguration: options.loadConfiguration,
      lake: lakeSettings, audit: audit, onRequest: options.onOperatorRequest)
  }

  /// Hands in what the operator who runs this process asks for by it; told in the audit log as
  /// what comes by any other way.
  public func ask(_ action: Request.Action, why: String) {
    desk.submit(OperatorRequest(.act(action), by: .ours(.command), why: why)) { _ in }
  }

  /// Opens the control socket, unless this host only pretends.
  func serveControl() -> ControlServer? {
    guard !options.isDryRun else { return nil }
    let desk = desk
    let server = ControlServer(stateDirectory: stateDirectory) { request, reply in
      desk.submit(request, reply: reply)
    }
    components.keep("control_socket") { try server.serve() }
    return server
  }

  /// The events that arrivals lead to, in their order.
  func events(of arrivals: [Inbox.Arrival]) -> [Event] {
    arrivals.compactMap { arrival in
      switch arrival {
      case .event(let event): return event
      case .operation(let operation): return event(of: operation)
      case .trouble(let message):
        observer.onTrouble(message)
        return nil
      }
    }
  }

  private func event(of operation: Operation) -> Event? {
    switch operation.request.command {
    case .ping:
      operation.reply(ControlReply(result: condition))
      return nil
    case .act(let action):
      let id = waiting.id(for: .action(operation.reply))
      return .requested(Request(id: id, action: action))
    case .reconcile(let wish):
      if wish.acceptsVanished {
        inbox.post(.requested(Request(id: 0, action: .acceptVanished)))
      }
      let id = waiting.id(for: .comparison(operation.report, operation.reply))
      return .requested(Request(id: id, action: .reconcile))
    case .reload:
      return reload(operation)
    }
  }

  /// How the process is, for `ping`.
  private var condition: SettingValue {
    .map([
      .init("pid", .integer(Int64(getpid()))),
      .init("cycles_completed", .integer(Int64(kernel.cycle.completed))),
      .init("attempts_running", .count(kernel.attemptsRunning)),
      .init("paused", .bool(kernel.run.isPaused)),
      .init("stopping", .bool(kernel.run.isDraining)),
      .init("lake", loaded.lake.url.map { .text($0) } ?? .null),
      .init("scan_failure", scanFailure.map { .text($0) } ?? .null),
      .init("parts", .list(components.conditions.map(\.json))),
    ])
  }

  /// The kernel has answered a request, and what it did is durable.
  func answer(_ id: UInt64, _ answer: Effect.Answer) {
    switch (waiting.takeQuestion(id), answer) {
    // A signal's, or one whose asker was told that the outcome is unknown.
    case (nil, _): break
    case (.action(let reply), .accepted(let count)): reply(.accepted(count))
    case (.action(let reply), .refused(let reason)),
      (.comparison(_, let reply), .refused(let reason)):
      reply(.refused(1, reason))
    case (.comparison(let report, let reply), .accepted):
      // One that was under way when it was asked for does not count: the next one does.
      let cycle = kernel.cycle.number + (kernel.cycle.isQueued ? 1 : 0)
      let baseline = WaitingOperators.Baseline(
        tasksMade: kernel.tasksMade, cancelled: kernel.taskCounts.byState[.cancelled] ?? 0)
      waiting.wait(for: .init(cycle: cycle, baseline: baseline, report: report, reply: reply))
    }
  }

  func answerComparison(_ cycle: UInt64) {
    for comparison in waiting.takeComparisons(upTo: cycle) {
      let report = ReconcileReport(
        kernel, at: clock.now, by: .daemon, timings: timings,
        tasksMadeBefore: comparison.baseline.tasksMade,
        cancelledBefore: comparison.baseline.cancelled, peakResidentBytes: peakResidentBytes())
      comparison.reply(ControlReply(result: report.json, text: report.text))
    }
  }

  func failComparison(_ cycle: UInt64, _ message: String) {
    for comparison in waiting.takeComparisons(upTo: cycle) {
      comparison.reply(.refused(scanExitCode, message))
    }
  }

  /// Tells all who wait, or would, that nothing comes any more.
  func dismissOperators() {
    let reply = ControlReply.refused(75, "adce is stopping")
    waiting.dismissAll(reply)
    for case .operation(let operation) in inbox.take(waitingMilliseconds: 0) {
      operation.reply(operation.request.command == .act(.drain) ? .accepted(0) : reply)
    }
  }
}

/// Peak resident memory of this process, in bytes.
public func peakResidentBytes() -> Int64 {
  var usage = rusage()
  // RUSAGE_SELF is imported with a type that getrusage does not take; its value is 0 everywhere.
  getrusage(__rusage_who_t(0), &usage)
  return Int64(usage.ru_maxrss) * 1024
}
