// From task to attempt: who may start now, and in which order.

extension Kernel {
  /// Tasks whose keys are being looked up in the lake at the same time, at most.
  private static let verifyingMax = 16
  /// One admission in so many goes to the oldest task that could be admitted, so that LOW work
  /// proceeds however much CRITICAL work there is.
  private static let oldestEvery: UInt64 = 8

  /// Whether a task of a lane may start now.
  func laneVerdict(_ scraper: NameID, at now: Instant) -> Limits.Verdict {
    guard let lane = laneLimits[scraper], limits.sources[lane.source]?.isPaused != true,
      isSelected(scraper: scraper)
    else { return .afterEvent }
    return limits.verdict(lane, at: now)
  }

  /// Starts what may start, best first, until concurrency or limits end it.
  mutating func admit(at now: Instant, _ decision: inout Decision) {
    guard !run.isPaused else { return }
    var candidates = queue.busyLanes
    while limits.running < concurrencyMax, !candidates.isEmpty {
      candidates.removeAll { laneVerdict($0.scraper, at: now) != .now }
      guard let id = nextToAdmit(among: candidates, at: now) else { return }
      guard fits(8, decision) else {
        backlog.admits = true
        return
      }
      if needsLookUp(id, at: now) {
        let verifying = queue.countByState[Int(TaskRecord.State.admitted.rawValue)]
        guard verifying < Kernel.verifyingMax, var task = queue.tasks[id] else { return }
        task.state = .admitted
        queue.put(task, at: id, into: &decision)
        decision.effects.append(.lookUp(id))
      } else {
        start(id, at: now, &decision)
      }
    }
  }

  private mutating func nextToAdmit(
    among lanes: [TaskQueue.LaneName], at now: Instant
  ) -> TaskID? {
    if configuration.loop.only != nil {
      return lanes.isEmpty ? nil : selectedReady(at: now).first?.task
    }
    if counters.nextAttempt % Kernel.oldestEvery == 0 {
      var oldest: TaskID?
      for lane in lanes {
        guard let id = queue.oldest(of: lane) else { continue }
        oldest = oldest.map { min($0, id) } ?? id
      }
      return oldest
    }
    let scoring = Scoring(policy: configuration.queue.scoring)
    var best: TaskQueue.Ready?
    for lane in lanes {
      guard var ready = queue.best(of: lane) else { continue }
      ready.score += scoring.gain(of: names.text(lane.source) ?? "", at: now)
      best = best.map { min($0, ready) } ?? ready
    }
    return best?.task
  }

  /// Before the first attempt of a key, evidence that is too old is checked: no source is ever
  /// asked for what the lake already holds. After an attempt of unknown outcome it always is.
  private func needsLookUp(_ id: TaskID, at now: Instant) -> Bool {
    guard let task = queue.tasks[id], !task.isCount else { return false }
    if task.mustVerify { return true }
    let limit =
      dataType(source: task.source, type: task.type)?.verifyOlderThanMilliseconds ?? Span.hour
    if task.verified >= now - limit || !isEvidenceOld(limit, at: now) { return false }
    let ordinals = queue.ordinals[id] ?? []
    return itemsToTry(of: id, task, at: now).contains { index in
      (observed.keys[Int(ordinals[index])]?.attempts ?? 0) == 0
    }
  }

  /// Whether the snapshot is older than `limit` milliseconds. Of what has come to be expected
  /// since it was made, it says nothing.
  private func isEvidenceOld(_ limit: Int64, at now: Instant) -> Bool {
    guard let snapshot = observed.current?.record, snapshot.space == space.fingerprint else {
      return true
    }
    let age = wall(now) - snapshot.began
    // What lies well ahead of our clock cannot be called young.
    return age > limit || age < -5 * Span.minute
  }

  private mutating func start(_ id: TaskID, at now: Instant, _ decision: inout Decision) {
    guard var task = queue.tasks[id], let lane = laneLimits[task.scraper] else { return }
    let items = task.isCount ? [] : itemsToTry(of: id, task, at: now)
    guard task.isCount || !items.isEmpty else {
      settle(id, at: now, &decision)
      return
    }
    let attempt = AttemptID(counters.nextAttempt)
    counters.nextAttempt += 1
    queue.begin(
      AttemptRecord(
        // The source that is asked, whatever that of the data type: its limits count it.
        task: id, source: lane.source, scraper: task.scraper, started: now,
        requests: lane.requests, items: items),
      at: attempt, into: &decision)
    limits.start(lane, at: now, into: &decision)
    task.state = .running
    task.reason = .none
    task.attempts += 1
    queue.put(task, at: id, into: &decision)
    decision.effects.append(.start(attempt))
  }

  /// For `http` the first key that may be tried, for `command` all of them.
  private func itemsToTry(of id: TaskID, _ task: TaskRecord, at now: Instant) -> [Int] {
    itemsToTry(of: id, task, among: selectedOrdinals, at: now)
  }

  /// The same where it is known which ordinals a run by hand is restricted to.
  func itemsToTry(
    of id: TaskID, _ task: TaskRecord, among chosen: Set<UInt32>?, at now: Instant
  ) -> [Int] {
    guard let ordinals = queue.ordinals[id], let scraper = scraper(named: task.scraper) else {
      return []
    }
    var result: [Int] = []
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      if let chosen, !chosen.contains(ordinal) { continue }
      if let record = observed.keys[Int(ordinal)] {
        if Int(record.attempts) >= scraper.retry.maxAttempts { continue }
        if record.notBefore > now { continue }
      }
      result.append(index)
      if scraper.kind == .http { break }
    }
    return result
  }

  func scraper(named id: NameID) -> Configuration.Scraper? {
    guard let text = names.text(id) else { return nil }
    return configuration.scrapers.first { $0.id == text }
  }
}
