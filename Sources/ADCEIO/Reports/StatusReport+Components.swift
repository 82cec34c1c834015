internal import ADCEKernel

extension StatusReport {
  /// In the order in which users know them.
  static func components(
    _ kernel: borrowing Kernel, at now: Instant, _ facts: HealthFacts, _ rules: HealthRules
  ) -> [Component] {
    [
      daemon(kernel, at: now, facts, rules), orchestrator(kernel, at: now, rules),
      taskQueue(kernel, at: now, rules), lake(kernel, at: now, facts, rules),
      dims(kernel, at: now, facts, rules), disk(facts, rules),
    ]
  }

  // MARK: reconciliation_daemon

  private static func daemon(
    _ kernel: borrowing Kernel, at now: Instant, _ facts: HealthFacts, _ rules: HealthRules
  ) -> Component {
    let name = "reconciliation_daemon"
    let cycle = kernel.cycle
    guard facts.writer != nil else { return Component(name, .failed, "not running") }
    let unknown = unknownCatalogs(kernel)
    if !unknown.isEmpty, cycle.completed > 0 {
      return Component(
        name, .failed,
        "\(Wording.counted(unknown.count, "catalog")) could never be read: "
          + "\(Wording.listed(unknown)); what depends on it is unknown")
    }
    if let failed = failedCycle(cycle, at: now, facts) { return Component(name, .degraded, failed) }
    guard rules.reconciles else {
      return Component(name, .ok, "running; cycles are switched off (test_mode)")
    }
    guard cycle.completed > 0 else {
      return Component(name, .unknown, "the first cycle is under way: \(cycle.phase.words)")
    }
    let age = now - cycle.finished
    let done = "\(Wording.counted(Int(cycle.completed), "cycle")) done, the last \(ago(age))"
    if age > rules.cycleLateAfter {
      return Component(
        name, .failed,
        "\(done), longer ago than \(HumanText.span(milliseconds: rules.cycleLateAfter))")
    }
    if kernel.run.isDraining { return Component(name, .degraded, "stopping: \(done)") }
    if cycle.phase != .idle { return Component(name, .ok, "\(done); \(cycle.phase.words)") }
    let next = cycle.nextAt < .distantFuture ? ", the next in \(span(cycle.nextAt - now))" : ""
    return Component(name, .ok, done + next)
  }

  /// A cycle that failed and has not been made good: `failedInARow` counts while it is retried.
  private static func failedCycle(
    _ cycle: Cycle, at now: Instant, _ facts: HealthFacts
  ) -> String? {
    let hasEnded = cycle.phase == .idle || cycle.phase == .retrying
    guard cycle.failedInARow > 0 || hasEnded && cycle.number > 0 && cycle.began > cycle.finished
    else { return nil }
    var text = "cycle \(cycle.number) failed"
    if cycle.failedInARow > 1 { text = "\(cycle.failedInARow) cycles in a row have failed" }
    if cycle.nextAt > now, cycle.nextAt < .distantFuture {
      text += ", the next try in \(span(cycle.nextAt - now))"
    }
    return facts.scanFailure.map { "\(text): \($0)" } ?? text
  }

  private static func unknownCatalogs(_ kernel: borrowing Kernel) -> [String] {
    let catalogs = kernel.configuration.desired.catalogs
    return catalogs.indices.filter { kernel.fingerprint(ofCatalog: $0) == nil }.map {
      catalogs[$0].name
    }
  }

  // MARK: orchestrator

  private static func orchestrator(
    _ kernel: borrowing Kernel, at now: Instant, _ rules: HealthRules
  ) -> Component {
    let name = "orchestrator"
    let run = kernel.run
    let running = Wording.counted(kernel.attemptsRunning, "attempt") + " running"
    if run.isPaused { return Component(name, .degraded, "paused by an operator, \(running)") }
    let paused = kernel.pausedSources
    if !paused.isEmpty {
      return Component(
        name, .degraded,
        "\(Wording.counted(paused.count, "source")) paused by an operator: "
          + "\(Wording.listed(paused)); \(running)")
    }
    let short = kernel.pressure.shortages.map(\.resource.name)
    if !short.isEmpty {
      return Component(
        name, .degraded, "admits less, \(Wording.listed(short)) being short; \(running)")
    }
    let age = now - run.began
    if run.phase != .idle, run.mode == .loop, age > rules.runLateAfter {
      return Component(
        name, .degraded,
        "run \(run.number) has gone on for \(span(age)), longer than \(span(rules.runLateAfter)); "
          + running)
    }
    let ended = kernel.attemptsEnded(withinDays: 2, at: now)
    if let limit = rules.errorRateMicro, ended.finished >= HealthRules.attemptsMin {
      let failed = Int64(ended.finished - ended.succeeded) * 1_000_000 / Int64(ended.finished)
      if failed > limit {
        return Component(
          name, .degraded,
          "\(HumanText.percent(micro: failed)) of \(ended.finished) attempts failed since "
            + "yesterday, more than \(HumanText.percent(micro: limit)); \(running)")
      }
    }
    guard kernel.configuration.loop.executes else {
      return Component(name, .ok, "executes nothing (dry run or test mode)")
    }
    return Component(name, .ok, run.phase == .idle ? "idle, \(running)" : running)
  }

  // MARK: task_queue

  private static func taskQueue(
    _ kernel: borrowing Kernel, at now: Instant, _ rules: HealthRules
  ) -> Component {
    let name = "task_queue"
    let counts = kernel.taskCounts
    let parked = counts.byState[.parked] ?? 0
    let text = "\(Wording.counted(counts.open, "task")) open, \(parked) parked"
    if let limit = rules.queueStaleAfter {
      let stale = kernel.tasksWaiting(.critical, since: now - limit)
      if let oldest = stale.oldest {
        return Component(
          name, .degraded,
          "\(Wording.counted(stale.count, "critical task")) older than \(span(limit)), the oldest "
            + "\(span(now - oldest)); \(text)")
      }
    }
    if parked > counts.open {
      return Component(name, .degraded, "more than half of the live tasks are parked: \(text)")
    }
    return Component(name, .ok, text)
  }

  // MARK: s3

  private static func lake(
    _ kernel: borrowing Kernel, at now: Instant, _ facts: HealthFacts, _ rules: HealthRules
  ) -> Component {
    let name = "s3"
    let lake = rules.lake.map { "\($0): " } ?? ""
    if let failure = facts.scanFailure {
      return Component(name, .failed, "\(lake)the last look at it failed: \(failure)")
    }
    guard let snapshot = kernel.snapshot else {
      return Component(name, .unknown, "\(lake)has not been looked at yet")
    }
    let age = now + kernel.wallOffsetMilliseconds - snapshot.record.began
    let seen = "\(lake)\(snapshot.source.name) of \(snapshot.record.began.iso)"
    if snapshot.record.isDoubted {
      return Component(
        name, .degraded,
        "\(seen), doubted: more than a tenth of what was there had vanished")
    }
    if facts.writer != nil, rules.reconciles, age > rules.snapshotOldAfter {
      return Component(
        name, .degraded, "\(seen), older than \(span(rules.snapshotOldAfter)) (s3.cache_ttl_hours)")
    }
    if let short = belowTarget(kernel, at: now, rules) {
      return Component(name, .degraded, "\(seen); \(short)")
    }
    return Component(
      name, .ok, "\(seen), \(HumanText.count(snapshot.record.objects)) objects")
  }

  /// The data types that are less complete than they should be.
  private static func belowTarget(
    _ kernel: borrowing Kernel, at now: Instant, _ rules: HealthRules
  ) -> String? {
    guard !rules.targets.isEmpty, kernel.cycle.completed > 0 else { return nil }
    let analysis = kernel.analyse(at: now)
    let (space, desired) = (kernel.space, kernel.configuration.desired)
    var short: [String] = []
    for index in space.types.indices {
      let type = space.types[index]
      let source = desired.sources[type.source].name
      let dataType = desired.sources[type.source].dataTypes[type.dataType].name
      let micro = analysis.byType[index].completenessMicro
      guard
        let target = rules.targets.first(where: { $0.source == source && $0.dataType == dataType }),
        micro < target.micro
      else { continue }
      short.append(
        "\(source) \(dataType) is \(HumanText.percent(micro: micro)) complete, its target is "
          + HumanText.percent(micro: target.micro))
    }
    return short.isEmpty ? nil : Wording.listed(short)
  }

  // MARK: dims, disk

  private static func dims(
    _ kernel: borrowing Kernel, at now: Instant, _ facts: HealthFacts, _ rules: HealthRules
  ) -> Component {
    let name = "dims"
    guard let file = rules.metricsFile else {
      return Component(name, .unknown, "not configured (integration.dims)")
    }
    // The views follow their cycle on a thread of their own; a file's time has whole seconds only.
    let finished = kernel.cycle.finished + kernel.wallOffsetMilliseconds
    let isDue =
      rules.metricsFollow && kernel.cycle.completed > 0
      && now + kernel.wallOffsetMilliseconds - finished > Span.minute
    guard let written = facts.metricsWritten else {
      return isDue
        ? Component(name, .degraded, "\(file) has not been written")
        : Component(name, .unknown, "\(file) comes after a cycle")
    }
    if isDue, finished - written > Span.minute {
      return Component(
        name, .degraded, "\(file) is of \(written.iso), before the last cycle (\(finished.iso))")
    }
    return Component(name, .ok, "\(file) of \(written.iso)")
  }

  private static func disk(_ facts: HealthFacts, _ rules: HealthRules) -> Component {
    let name = "disk"
    if let trouble = facts.storeTrouble {
      return Component(name, .failed, "the last commit was refused: \(trouble)")
    }
    guard let room = facts.room else {
      return Component(name, .unknown, facts.roomFailure ?? "not measured")
    }
    let text = "\(HumanText.bytes(room.freeBytes)) free of \(HumanText.bytes(room.totalBytes))"
    if room.freeBytes < rules.diskFreeBytesMin {
      return Component(
        name, .degraded, "\(text), less than \(HumanText.bytes(rules.diskFreeBytesMin))")
    }
    return Component(name, .ok, text)
  }

  private static func span(_ milliseconds: Int64) -> String {
    HumanText.span(milliseconds: milliseconds)
  }

  private static func ago(_ milliseconds: Int64) -> String { "\(span(milliseconds)) ago" }
}

extension Cycle.Phase {
  /// What a cycle is doing.
  var words: String {
    switch self {
    case .idle: "waiting"
    case .loadingCatalogs: "reading the catalogs"
    case .scanning: "looking at the lake"
    case .retrying: "waiting to be tried again"
    }
  }
}
