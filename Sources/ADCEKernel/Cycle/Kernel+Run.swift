// Execution: when a run begins and ends, and what follows. States and transitions: see `Run`.

extension Kernel {
  mutating func advanceRun(at now: Instant, _ decision: inout Decision) {
    if run.isDraining {
      if limits.running == 0, !run.hasSaidDrained {
        run.hasSaidDrained = true
        run.phase = .idle
        decision.effects.append(.drained)
      }
      backlog.admits = false
      return
    }
    guard isCaughtUp else { return }
    // Whoever does not come to admit anything does not go on with it either.
    backlog.admits = false
    if makesTasksNow {
      noticeTime(at: now, &decision)
      materialise(at: now, &decision)
    }
    finishIfAllIsMade(&decision)
    guard executesNow else { return }
    noticeFew(at: now)
    switch run.phase {
    case .idle:
      if shouldBeginRun(at: now) {
        run.phase = .running
        run.began = now
        run.number += 1
        run.fewSince = nil
        admit(at: now, &decision)
        endRunIfQuiet(at: now, &decision)
      }
    case .running:
      if run.mode == .loop, now >= run.began + configuration.loop.maxRunMilliseconds {
        run.phase = .ending
        endRunIfQuiet(at: now, &decision)
      } else {
        admit(at: now, &decision)
        endRunIfQuiet(at: now, &decision)
      }
    case .ending:
      endRunIfQuiet(at: now, &decision)
    }
  }

  /// What becomes due, or stale, by the clock alone is a gap from that moment on.
  private mutating func noticeTime(at now: Instant, _ decision: inout Decision) {
    guard wall(now) >= cycle.nextChange else { return }
    if space.nextSeasonStart <= wall(now) { noticeSeasonStart(at: now, &decision) }
    let analysis = analyse(at: now)
    cycle.analysed = wall(now)
    cycle.nextChange = analysis.nextChange
    run.gapsMayBeFree = true
  }

  /// What a season that begins brings is expected as soon as a cycle has built the space anew.
  private mutating func noticeSeasonStart(at now: Instant, _ decision: inout Decision) {
    guard run.mode == .loop, configuration.loop.reconciles else { return }
    switch cycle.phase {
    case .idle: beginCycle(.interval, scan: .ifOld, at: now, &decision)
    case .scanning: queueCycle(.interval, scan: .ifOld)
    case .loadingCatalogs, .retrying: break
    }
  }

  /// Whether gaps become tasks: never before the first comparison.
  private var makesTasksNow: Bool {
    guard configuration.loop.makesTasks else { return false }
    switch run.mode {
    case .loop: return cycle.completed > 0 && !run.awaitsCycle
    case .once, .reconcile: return run.onceStep == .executing || run.onceStep == .makingTasks
    case .observer: return false
    }
  }

  /// What was not to execute is over when all tasks are made for which there is room.
  private mutating func finishIfAllIsMade(_ decision: inout Decision) {
    guard run.mode == .once || run.mode == .reconcile, run.onceStep == .makingTasks,
      !(makesTasksNow && hasRoom && run.gapsMayBeFree)
    else { return }
    run.onceStep = .finished
    decision.effects.append(.finished)
  }

  private var executesNow: Bool {
    guard configuration.loop.executes else { return false }
    switch run.mode {
    case .loop: return cycle.completed > 0
    case .once: return run.onceStep == .executing
    case .reconcile, .observer: return false
    }
  }

  /// Tasks that could start but for limits and concurrency.
  private var readyCount: Int {
    guard !run.isPaused else { return 0 }
    return queue.lanes.values.reduce(0) { count, lane in
      guard let source = laneLimits[lane.name.scraper]?.source,
        limits.sources[source]?.isPaused != true
      else { return count }
      return count + lane.pending
    }
  }

  private mutating func noticeFew(at now: Instant) {
    guard run.phase == .idle else { return }
    let ready = readyCount
    if ready > 0, ready < configuration.loop.minTasksToTrigger {
      if run.fewSince == nil { run.fewSince = now }
    } else {
      run.fewSince = nil
    }
  }

  private func shouldBeginRun(at now: Instant) -> Bool {
    if run.mode == .once { return true }
    let ready = readyCount
    if ready > 0, ready >= configuration.loop.minTasksToTrigger { return true }
    guard let since = run.fewSince else { return false }
    return now >= since + configuration.loop.intervalMilliseconds
  }

  private mutating func endRunIfQuiet(at now: Instant, _ decision: inout Decision) {
    guard limits.running == 0, queue.countByState[Int(TaskRecord.State.admitted.rawValue)] == 0
    else { return }
    switch run.mode {
    case .loop:
      if run.phase == .running, readyCount > 0 { return }
    case .once:
      if configuration.loop.makesTasks, hasRoom, run.gapsMayBeFree { return }
      if earliestStart(at: now) <= now + run.waitMilliseconds { return }
    case .reconcile, .observer: break
    }
    run.phase = .idle
    decision.effects.append(.runEnded(number: run.number))
    if run.mode == .once {
      run.onceStep = .reconcilingAgain
      beginCycle(.afterRun, scan: .always, at: now, &decision)
      return
    }
    // At most one reconciliation each time the queue is looked at: a task that backs off for a
    // second must not read the catalogs each second.
    guard configuration.loop.reconciles else { return }
    // One that failed is retried as configured, or left to the next interval.
    guard cycle.phase != .retrying, !(cycle.phase == .idle && cycle.finished < cycle.began) else {
      return
    }
    let earliest = cycle.finished + configuration.loop.taskCheckMilliseconds
    if earliest <= now || run.needsScan {
      requestCycle(.afterRun, scan: run.needsScan ? .always : .ifOld, at: now, &decision)
    } else if cycle.phase == .idle {
      cycle.nextAt = min(cycle.nextAt, earliest)
    }
  }

  /// When anything at all could start, if nothing else happens.
  private mutating func earliestStart(at now: Instant) -> Instant {
    guard !run.isPaused else { return .distantFuture }
    // Nobody knows when it ends: `once` gives it as long as it gives anything.
    if concurrencyMax == 0 { return now < pressureWaitEnd ? now : .distantFuture }
    var result = Instant.distantFuture
    let chosen = selectedOrdinals
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], task.state == .backingOff || task.state == .parked,
        holdsSelected(id, task, among: chosen)
      else { continue }
      // What our own disk or lake refuses is tried again for ever: `once` does not wait for it.
      if task.lastFailure != .ownFault { result = min(result, task.notBefore) }
    }
    if configuration.loop.only != nil, selectedReady(at: now).isEmpty { return result }
    for lane in queue.busyLanes {
      switch laneVerdict(lane.scraper, at: now) {
      case .now: return now
      case .at(let time): result = min(result, time)
      case .afterEvent: break
      }
    }
    return result
  }

  /// What `once` and `reconcile` do when a cycle has ended.
  mutating func onceCycleEnded() {
    switch (run.mode, run.onceStep) {
    case (.once, .reconciling):
      run.onceStep = configuration.loop.executes ? .executing : .makingTasks
    case (.reconcile, .reconciling), (.once, .reconcilingAgain):
      run.onceStep = .makingTasks
    case (.once, .executing), (.once, .makingTasks), (.once, .finished),
      (.reconcile, .executing), (.reconcile, .reconcilingAgain), (.reconcile, .makingTasks),
      (.reconcile, .finished), (.loop, _), (.observer, _):
      break
    }
  }

  mutating func runWakeAt(_ now: Instant) -> Instant {
    guard !run.isDraining else { return .distantFuture }
    var result = Instant.distantFuture
    if makesTasksNow {
      if cycle.nextChange < .distantFuture {
        result = min(result, cycle.nextChange - clock.wallOffsetMilliseconds)
      }
      if hasRoom { result = min(result, run.gapsMayBeFree ? now : run.materialisedUntil) }
    }
    guard executesNow else { return result }
    switch run.phase {
    case .idle:
      if let since = run.fewSince {
        result = min(result, since + configuration.loop.intervalMilliseconds)
      }
    case .running:
      if run.mode == .once, concurrencyMax == 0, now < pressureWaitEnd {
        result = min(result, pressureWaitEnd)
      }
      if run.mode == .loop {
        result = min(result, run.began + configuration.loop.maxRunMilliseconds)
      }
      if limits.running < concurrencyMax, !run.isPaused {
        for lane in queue.busyLanes {
          switch laneVerdict(lane.scraper, at: now) {
          case .now: break
          case .at(let time): result = min(result, time)
          case .afterEvent: break
          }
        }
      }
    case .ending: break
    }
    return result
  }
}
