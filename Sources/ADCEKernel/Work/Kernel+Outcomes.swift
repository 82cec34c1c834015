// What an attempt or a look-up has shown, and what follows for the task and its keys.

extension Kernel {
  mutating func attemptEnded(
    _ end: AttemptEnd, at now: Instant, _ decision: inout Decision
  ) {
    // An end that comes twice, or for an attempt given up at a restart, is late: ignored.
    guard let attempt = queue.attempts[end.attempt] else { return }
    let wasCancelled = queue.tasks[attempt.task]?.reason == .byOperator
    limits.end(attempt, lane: lane(of: attempt), made: end.requests, at: now, into: &decision)
    queue.end(end.attempt, into: &decision)
    let policy = scraper(named: attempt.scraper)
    let floor = retryAfterFloor(end, policy, source: attempt.source, at: now, &decision)
    guard var task = queue.tasks[attempt.task] else { return }
    let told = Set(end.items.map(\.index))
    let untold = attempt.items.lazy.map(Int.init).filter { !told.contains($0) }
      .map { AttemptEnd.Item(index: $0, result: .untouched) }
    for item in end.items + untold {
      take(item, of: attempt, &task, end, policy, floor: floor, at: now, &decision)
    }
    sayStrays(end, attempt.task, &decision)
    dropUnwanted(of: attempt, &task, at: now)
    countSuccess(of: attempt, end, at: now, &decision)
    task.message = String(end.message.prefix(200))
    task.lastFailure = end.failure ?? end.items.lazy.compactMap(\.failure).first
    if task.isCount { endCount(&task, end, policy, floor: floor, at: now, &decision) }
    queue.put(task, at: attempt.task, into: &decision)
    if task.isCount { taskLeft(task) }
    let hasOpen = task.isCount || task.openCount > 0
    if wasCancelled, hasOpen {
      cancelByOperator(attempt.task, at: now, &decision)
    } else if task.state.isLive, !hasItsScraper(task), hasOpen {
      close(attempt.task, as: .cancelled, .configurationChanged, at: now, &decision)
    } else if task.state == .running {
      settle(attempt.task, at: now, &decision)
    }
    if task.isCount { boundParked(at: now, &decision) }
  }

  /// What was stored for a key that has left the key space meanwhile stays in the lake; its owner
  /// should know.
  private func sayStrays(_ end: AttemptEnd, _ id: TaskID, _ decision: inout Decision) {
    guard let ordinals = queue.ordinals[id], let keys = queue.items[id] else { return }
    let strays = end.items.filter { item in
      guard case .stored = item.result else { return false }
      return ordinals.indices.contains(item.index) && item.index < keys.count
        && ordinals[item.index] == TaskQueue.unexpected
    }
    guard let first = strays.first else { return }
    let key = String(decoding: keys.key(first.index), as: UTF8.self)
    let message =
      strays.count == 1
      ? "\"\(key)\", which is no longer expected: it is kept, and counts for nothing"
      : "\(strays.count) objects that are no longer expected, \"\(key)\" among them: they are kept, "
        + "and count for nothing"
    decision.effects.append(.alert(Alert(.stray, "task \(id.number) stored \(message)")))
  }

  /// What was waived, or appeared in the lake, while an attempt asked for it is not asked for
  /// again.
  private func dropUnwanted(
    of attempt: AttemptRecord, _ task: inout TaskRecord, at now: Instant
  ) {
    guard let ordinals = queue.ordinals[attempt.task] else { return }
    for index in attempt.items {
      let index = Int(index)
      guard index < ordinals.count, task.isOpen(index), ordinals[index] != TaskQueue.unexpected,
        let departure = departure(of: Int(ordinals[index]), wall(now))
      else { continue }
      task.close(index, departure)
    }
  }

  /// What the source asked us to wait, capped; everything that goes to it waits as long.
  private mutating func retryAfterFloor(
    _ end: AttemptEnd, _ policy: Configuration.Scraper?, source: NameID, at now: Instant,
    _ decision: inout Decision
  ) -> Instant {
    guard let asked = end.retryAfterMilliseconds, asked > 0, policy?.honoursRetryAfter ?? true
    else { return now }
    let until = now + min(asked, configuration.globalLimits.retryAfterMaxMilliseconds)
    var record = limits.sources[source] ?? SourceRecord()
    record.notBefore = max(record.notBefore, until)
    limits.sources.put(record, at: source, into: &decision)
    return until
  }

  private mutating func take(
    _ item: AttemptEnd.Item, of attempt: AttemptRecord, _ task: inout TaskRecord,
    _ end: AttemptEnd, _ policy: Configuration.Scraper?, floor: Instant, at now: Instant,
    _ decision: inout Decision
  ) {
    guard (0..<Int(task.itemCount)).contains(item.index),
      let ordinal = queue.ordinals[attempt.task]?[item.index]
    else { return }
    let isExpected = ordinal != TaskQueue.unexpected
    switch item.result {
    case .stored(let facts, let hash):
      if isExpected {
        var entry = LedgerRecord(
          knowledge: .written, facts: facts, known: known(facts, at: now))
        entry.contentHash = hash
        observed.learn(entry, at: Int(ordinal), in: space, into: &decision)
        let parked = observed.keys[Int(ordinal)]?.parked ?? 0
        succeed(Int(ordinal), confirmed: nil, &decision)
        holdBack(Int(ordinal), after: parked, at: now, &decision)
      }
      task.close(item.index, isExpected ? .filled : .unexpected)
    case .current(let facts):
      if isExpected {
        let entry = LedgerRecord(knowledge: .found, facts: facts, known: known(facts, at: now))
        observed.learn(entry, at: Int(ordinal), in: space, into: &decision)
        succeed(Int(ordinal), confirmed: wall(now).seconds, &decision)
      }
      task.close(item.index, isExpected ? .filled : .unexpected)
    case .failed, .untouched:
      guard isExpected, task.isOpen(item.index) else { break }
      // What an attempt did not come to has failed with it: each run counts for every open key.
      let failure = item.failure ?? end.failure ?? .scraperFault
      let closes = failKey(
        Int(ordinal), failure, end, policy, attempt.task, task, floor: floor, at: now, &decision)
      if closes { task.close(item.index, .absent) }
    }
  }

  /// When we came to know of an object: never before its own time by the server's clock, nor
  /// before the snapshot that we had by then, whatever our clock says.
  private func known(_ facts: ObjectFacts?, at now: Instant) -> Instant {
    let modified = facts.map { Instant(seconds: $0.modifiedSeconds) } ?? .distantPast
    return max(wall(now), modified, observed.current?.record.began ?? .distantPast)
  }

  /// What is a gap still, though it has just been stored, is not asked for again at once: by the
  /// server's clock it was captured before it had settled by ours, or it is small at its source.
  private mutating func holdBack(
    _ ordinal: Int, after parked: UInt16, at now: Instant, _ decision: inout Decision
  ) {
    guard gap(at: ordinal, now) != nil else { return }
    var record = observed.keys[ordinal] ?? KeyRecord()
    record.parked = parked &+ 1
    record.notBefore = now + cooldown(Int(record.parked))
    observed.setKey(record, at: ordinal, in: space, into: &decision)
  }

  private mutating func succeed(
    _ ordinal: Int, confirmed: Int64?, _ decision: inout Decision
  ) {
    guard observed.keys[ordinal] != nil || confirmed != nil else { return }
    var record = observed.keys[ordinal]?.waiverAlone ?? KeyRecord()
    record.confirmedSeconds = confirmed ?? 0
    observed.setKey(record, at: ordinal, in: space, into: &decision)
  }

  /// Counts a failure against a key, by the policy of its class; true if the key leaves its task.
  private mutating func failKey(
    _ ordinal: Int, _ failure: FailureClass, _ end: AttemptEnd,
    _ policy: Configuration.Scraper?, _ id: TaskID, _ task: TaskRecord, floor: Instant,
    at now: Instant, _ decision: inout Decision
  ) -> Bool {
    let retry = policy?.retry ?? .init()
    var record = observed.keys[ordinal] ?? KeyRecord()
    record.firstTask = min(record.firstTask, task.created)
    record.lastFailure = failure
    record.isOutcomeUnknown = false
    var leaves = false
    switch failure {
    case .absent:
      if record.absent < .max { record.absent += 1 }
      record.attempts = 0
      record.notBefore = max(floor, now + cooldown(Int(record.absent)))
      leaves = true
    case .refused:
      record.attempts = UInt16(clamping: retry.maxAttempts)
    case .ownFault:
      // No fault of the key's: tried again at the slowest pace, for as long as it takes.
      record.notBefore = max(floor, now + max(Span.second, retry.maxDelayMilliseconds))
    case .transient, .throttled, .invalid, .scraperFault:
      record.attempts =
        end.permanent
        ? UInt16(clamping: retry.maxAttempts) : record.attempts &+ 1
      let delay = retry.delayMilliseconds(
        failures: Int(record.attempts), isThrottled: failure == .throttled,
        seed: configuration.seed, task: id.number, attempt: end.attempt.number)
      record.notBefore = max(floor, now + delay)
    }
    observed.setKey(record, at: ordinal, in: space, into: &decision)
    return leaves
  }

  /// A growing cool-down: doubles each time, capped.
  func cooldown(_ times: Int) -> Int64 {
    var delay = configuration.queue.parkedCooldownMilliseconds
    let cap = configuration.queue.parkedCooldownMillisecondsMax
    for _ in 1..<max(1, min(times, 63)) where delay < cap { delay = min(delay * 2, cap) }
    return min(delay, cap)
  }

  private mutating func countSuccess(
    of attempt: AttemptRecord, _ end: AttemptEnd, at now: Instant, _ decision: inout Decision
  ) {
    let failures = end.items.compactMap(\.failure)
    // That a source does not have an object is no failure of the scraper, nor is our own disk.
    if end.failure == .ownFault || failures.contains(.ownFault) { return }
    if end.failure == nil, !failures.isEmpty, failures.allSatisfy({ $0 == .absent }) { return }
    var record = limits.scrapers[attempt.scraper] ?? ScraperRecord()
    record.count(
      succeeded: end.failure == nil && failures.isEmpty,
      on: CivilDay(containing: wall(now)), at: now)
    limits.scrapers.put(record, at: attempt.scraper, into: &decision)
  }

  /// A run for a count tells only by the next scan what it did. One that met a fault of our own is
  /// tried again for as long as that lasts: the scan that is due anyway is enough then.
  private mutating func endCount(
    _ task: inout TaskRecord, _ end: AttemptEnd, _ policy: Configuration.Scraper?,
    floor: Instant, at now: Instant, _ decision: inout Decision
  ) {
    if end.failure != .ownFault { run.needsScan = true }
    let slotIndex = countSlot(of: task)
    if end.failure == nil {
      if let slotIndex {
        let key = LakeKey(countSlot: space.slots[slotIndex].identity)
        var record = observed.keys[key] ?? KeyRecord()
        record.foundBefore = Int64(observed.map.found[slotIndex])
        if record.parked < .max { record.parked += 1 }
        record.notBefore = now + cooldown(Int(record.parked))
        observed.setCount(record, at: key, into: &decision)
      }
      task.state = .done
      task.ended = now
      return
    }
    let retry = policy?.retry ?? .init()
    if end.failure == .ownFault {
      // No fault of the scraper's: it costs no attempt, as for keys.
      task.state = .backingOff
      task.reason = .failed
      task.notBefore = max(floor, now + max(Span.second, retry.maxDelayMilliseconds))
      return
    }
    task.failures = task.failures &+ 1
    if end.permanent || end.failure == .refused || Int(task.failures) >= retry.maxAttempts {
      task.parked = task.parked &+ 1
      task.state = .parked
      task.reason = end.failure == .refused ? .refused : .attemptsSpent
      task.notBefore = max(floor, now + cooldown(Int(task.parked)))
    } else {
      task.state = .backingOff
      task.reason = .failed
      let delay = retry.delayMilliseconds(
        failures: Int(task.failures), isThrottled: end.failure == .throttled,
        seed: configuration.seed, task: end.attempt.number, attempt: end.attempt.number)
      task.notBefore = max(floor, now + delay)
    }
  }

  func countSlot(of task: TaskRecord) -> Int? {
    space.slots.indices.first { index in
      let slot = space.slots[index]
      return names.known(sourceName(slot.type)) == task.source
        && names.known(dataType(slot.type).name) == task.type
        && (slot.season.map { names.known($0.name) } ?? NameID.none) == task.season
    }
  }

  /// An attempt whose outcome nobody knows counts as one for each of its keys.
  mutating func countAttempt(
    of attempt: AttemptRecord, at now: Instant, _ decision: inout Decision
  ) {
    guard let ordinals = queue.ordinals[attempt.task] else { return }
    // It is never the last one: the keys at the head of the queue are in flight at every kill, and a
    // few kills must not park what no source has refused.
    let most = UInt16(
      clamping: max(0, (scraper(named: attempt.scraper)?.retry.maxAttempts ?? 1) - 1))
    if var task = queue.tasks[attempt.task], task.isCount {
      task.failures = max(task.failures, min(task.failures &+ 1, most))
      queue.put(task, at: attempt.task, into: &decision)
    }
    for index in attempt.items {
      guard Int(index) < ordinals.count, ordinals[Int(index)] != TaskQueue.unexpected else {
        continue
      }
      let ordinal = Int(ordinals[Int(index)])
      var record = observed.keys[ordinal] ?? KeyRecord()
      record.firstTask = min(record.firstTask, queue.tasks[attempt.task]?.created ?? now)
      record.attempts = max(record.attempts, min(record.attempts &+ 1, most))
      record.isOutcomeUnknown = true
      observed.setKey(record, at: ordinal, in: space, into: &decision)
    }
  }
}

extension AttemptEnd.Item {
  var failure: FailureClass? {
    if case .failed(let failure) = result { failure } else { nil }
  }
}

// MARK: - Look-ups

extension Kernel {
  mutating func lookedUp(
    _ id: TaskID, _ answer: Event.LookUp, at now: Instant, _ decision: inout Decision
  ) {
    guard var task = queue.tasks[id], task.state == .admitted else { return }
    switch answer {
    case .failed(let message):
      lookAgain(id, task, message, at: now, &decision)
    case .answered(let items):
      // Before they close any: what is not answered has not been looked up.
      let answered = Set(items.map(\.index))
      let missing = openItems(of: id, task).count { !answered.contains($0) }
      for item in items { learn(item, of: id, &task, at: now, &decision) }
      if missing > 0, task.openCount > 0 {
        lookAgain(
          id, task, "\(missing) of \(missing + answered.count) objects were not looked up",
          at: now, &decision)
        return
      }
      task.verified = now
      task.mustVerify = false
      queue.put(task, at: id, into: &decision)
      settle(id, at: now, &decision)
    }
  }

  private mutating func lookAgain(
    _ id: TaskID, _ task: TaskRecord, _ message: String, at now: Instant,
    _ decision: inout Decision
  ) {
    var task = task
    task.state = .backingOff
    task.reason = .failed
    task.lastFailure = .ownFault
    task.message = String(message.prefix(200))
    task.notBefore = now + Span.minute
    queue.put(task, at: id, into: &decision)
  }

  /// Indexes of the keys that are open and expected.
  private func openItems(of id: TaskID, _ task: TaskRecord) -> [Int] {
    (queue.ordinals[id] ?? []).enumerated().compactMap { index, ordinal in
      task.isOpen(index) && ordinal != TaskQueue.unexpected ? index : nil
    }
  }

  private mutating func learn(
    _ item: Event.LookUp.Item, of id: TaskID, _ task: inout TaskRecord, at now: Instant,
    _ decision: inout Decision
  ) {
    guard (0..<Int(task.itemCount)).contains(item.index), task.isOpen(item.index),
      let ordinal = queue.ordinals[id]?[item.index], ordinal != TaskQueue.unexpected
    else { return }
    let entry =
      item.facts.map {
        LedgerRecord(knowledge: .found, facts: $0, known: known($0, at: now))
      }
      ?? LedgerRecord(
        knowledge: .notThere, facts: ObjectFacts(bytes: 0, modifiedSeconds: 0),
        known: known(nil, at: now))
    observed.learn(entry, at: Int(ordinal), in: space, into: &decision)
    if var record = observed.keys[Int(ordinal)], record.isOutcomeUnknown {
      record.isOutcomeUnknown = false
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
    guard gap(at: Int(ordinal), now) == nil else { return }
    // It is the copy that was there, with what has been learnt of it.
    let confirmed = observed.keys[Int(ordinal)]?.confirmedSeconds ?? 0
    succeed(Int(ordinal), confirmed: confirmed > 0 ? confirmed : nil, &decision)
    // Found after an attempt of unknown outcome: that attempt's work, as far as anybody can tell.
    task.close(item.index, task.mustVerify ? .filled : .elsewhere)
  }

  /// The gap that an ordinal is, if it is one.
  func gap(at ordinal: Int, _ now: Instant) -> GapKind? {
    Analysis.gap(at: ordinal, space: space, map: observed.map, now: wall(now))
  }
}
