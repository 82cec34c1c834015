// A task's way between its states, where no attempt or look-up decides it.

extension Kernel {
  /// Puts a task where its open keys say: ready, backing off, parked, or at its end.
  mutating func settle(
    _ id: TaskID, whenEmpty end: TaskRecord.State = .done, at now: Instant,
    _ decision: inout Decision
  ) {
    guard var task = queue.tasks[id], task.state.isLive, let ordinals = queue.ordinals[id],
      !task.isCount
    else { return }
    guard task.openCount > 0 else {
      if ordinals.allSatisfy({ $0 == TaskQueue.unexpected }) {
        close(id, as: .cancelled, .noLongerExpected, at: now, &decision)
        return
      }
      close(
        id, as: task.reason == .absentAtSource ? .cancelled : end, task.reason, at: now,
        &decision)
      return
    }
    guard hasItsScraper(task) else {
      close(id, as: .cancelled, .configurationChanged, at: now, &decision)
      return
    }
    let most = scraper(named: task.scraper)?.retry.maxAttempts ?? 1
    var next: Instant?
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      let record = observed.keys[Int(ordinal)]
      if Int(record?.attempts ?? 0) >= most { continue }
      let time = record?.notBefore ?? .distantPast
      next = next.map { min($0, time) } ?? time
    }
    guard let next else {
      park(id, at: now, &decision)
      return
    }
    task.state = next <= now ? .pending : .backingOff
    task.notBefore = next
    if task.reason == .none, next > now { task.reason = .failed }
    queue.put(task, at: id, into: &decision)
  }

  /// Attempts spent or refused: the task sleeps for a growing cool-down. Its keys remember, for
  /// they outlive it.
  private mutating func park(_ id: TaskID, at now: Instant, _ decision: inout Decision) {
    guard var task = queue.tasks[id], let ordinals = queue.ordinals[id] else { return }
    var times = Int(task.parked)
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      times = max(times, Int(observed.keys[Int(ordinal)]?.parked ?? 0))
    }
    let until = now + cooldown(times + 1)
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      var record = observed.keys[Int(ordinal)] ?? KeyRecord()
      record.parked = UInt16(clamping: times + 1)
      record.notBefore = max(record.notBefore, until)
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
    task.state = .parked
    task.reason = task.lastFailure == .refused ? .refused : .attemptsSpent
    task.parked = UInt16(clamping: times + 1)
    task.notBefore = until
    queue.put(task, at: id, into: &decision)
    taskLeft(task)
    while queue.countByState[Int(TaskRecord.State.parked.rawValue)] > Kernel.parkedMax,
      let oldest = queue.oldestParked()
    {
      close(oldest, as: .cancelled, .overParkedBound, at: now, &decision)
    }
  }

  /// Ends a task.
  mutating func close(
    _ id: TaskID, as state: TaskRecord.State, _ reason: TaskRecord.Reason, at now: Instant,
    _ decision: inout Decision
  ) {
    guard var task = queue.tasks[id], task.state.isLive else { return }
    task.state = state
    task.reason = state == .done && reason != .filledElsewhere ? .none : reason
    task.ended = now
    queue.put(task, at: id, into: &decision)
    taskLeft(task)
    if state == .cancelled { run.gapsMayBeFree = true }
  }

  mutating func taskLeft(_ task: TaskRecord) {
    if hasRoom(for: task.priority) { run.gapsMayBeFree = true }
  }

  /// Wakes what has backed off or been parked for long enough.
  mutating func wakeTasks(at now: Instant, _ decision: inout Decision) {
    var left = 512
    while left > 0, let timer = queue.nextTimer(), timer.at <= now,
      var task = queue.tasks[timer.task]
    {
      left -= 1
      if task.state == .parked { revive(timer.task, attemptsLeft: 1, &decision) }
      task.state = .pending
      task.reason = .none
      queue.put(task, at: timer.task, into: &decision)
    }
  }

  /// Gives the open keys of a task attempts again; nil = all of them.
  private mutating func revive(
    _ id: TaskID, attemptsLeft: Int?, _ decision: inout Decision
  ) {
    guard let task = queue.tasks[id], let ordinals = queue.ordinals[id] else { return }
    let most = scraper(named: task.scraper)?.retry.maxAttempts ?? 1
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      guard var record = observed.keys[Int(ordinal)] else { continue }
      record.attempts = attemptsLeft.map { UInt16(clamping: max(0, most - $0)) } ?? 0
      record.notBefore = .distantPast
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
  }

  /// `tasks retry`: pending again with attempts at zero, within the limits.
  mutating func retry(_ id: TaskID, at now: Instant, _ decision: inout Decision) -> Bool {
    guard var task = queue.tasks[id], task.state == .parked || task.state == .backingOff else {
      return false
    }
    revive(id, attemptsLeft: nil, &decision)
    task.state = .pending
    task.reason = .none
    task.attempts = 0
    queue.put(task, at: id, into: &decision)
    return true
  }

  /// Cancels by an operator's wish; its keys stay out of new tasks for a cool-down. A running one
  /// is told to stop, and cancelled when its attempt has ended.
  mutating func cancelByOperator(_ id: TaskID, at now: Instant, _ decision: inout Decision) {
    guard var task = queue.tasks[id], task.state.isLive else { return }
    if let attempt = queue.attemptOf[id] {
      task.reason = .byOperator
      queue.put(task, at: id, into: &decision)
      decision.effects.append(.cancel(attempt))
      return
    }
    for (index, ordinal) in (queue.ordinals[id] ?? []).enumerated()
    where ordinal != TaskQueue.unexpected && task.isOpen(index) {
      var record = observed.keys[Int(ordinal)] ?? KeyRecord()
      record.firstTask = min(record.firstTask, task.created)
      record.notBefore = now + cooldown(1)
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
    if task.isCount, let slot = countSlot(of: task) {
      let key = LakeKey(countSlot: space.slots[slot].identity)
      var record = observed.keys[key] ?? KeyRecord()
      record.notBefore = now + cooldown(1)
      observed.setCount(record, at: key, into: &decision)
    }
    close(id, as: .cancelled, .byOperator, at: now, &decision)
  }

  /// Drops pending tasks that were never tried within their time to live. Their gaps are found
  /// again if they are still there, and keep the time at which they were first detected.
  mutating func expireTasks(at now: Instant, _ decision: inout Decision) {
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], task.state == .pending, task.attempts == 0,
        task.created + configuration.queue.ttlMilliseconds < now
      else { continue }
      for (index, ordinal) in (queue.ordinals[id] ?? []).enumerated()
      where ordinal != TaskQueue.unexpected && task.isOpen(index) {
        var record = observed.keys[Int(ordinal)] ?? KeyRecord()
        record.firstTask = min(record.firstTask, task.created)
        observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
      }
      close(id, as: .cancelled, .expired, at: now, &decision)
    }
  }

  /// After a snapshot: keys that are no gap any more leave their tasks, and a count that has grown
  /// since its last run is free for another.
  mutating func closeFilled(at now: Instant, _ decision: inout Decision) {
    let (space, map, time) = (space, observed.map, wall(now))
    takeOut(because: .filledElsewhere, at: now, &decision) { ordinal in
      Analysis.gap(at: ordinal, space: space, map: map, now: time) == nil
    }
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], task.isCount, task.state != .running,
        let slot = countSlot(of: task), observed.map.found[slot] >= space.slots[slot].expected
      else { continue }
      close(id, as: .cancelled, .filledElsewhere, at: now, &decision)
    }
    for slot in space.slots.indices {
      let key = LakeKey(countSlot: space.slots[slot].identity)
      guard let record = observed.keys[key], record.foundBefore >= 0,
        Int64(observed.map.found[slot]) > record.foundBefore
      else { continue }
      observed.setCount(KeyRecord(), at: key, into: &decision)
    }
  }

  /// Takes keys out of the tasks, but for those that an attempt is asking for; a task without keys
  /// is cancelled.
  mutating func takeOut(
    because reason: TaskRecord.Reason, at now: Instant, _ decision: inout Decision,
    where leaves: (Int) -> Bool
  ) {
    for id in queue.liveIDs {
      guard var task = queue.tasks[id], !task.isCount, let ordinals = queue.ordinals[id] else {
        continue
      }
      let asked = queue.attemptOf[id].flatMap { queue.attempts[$0]?.items } ?? []
      let before = task.open
      for (index, ordinal) in ordinals.enumerated()
      where task.isOpen(index) && ordinal != TaskQueue.unexpected
        && !asked.contains(UInt32(index)) && leaves(Int(ordinal))
      {
        task.close(index)
      }
      guard task.open != before else { continue }
      let isEmpty = task.openCount == 0
      queue.put(task, at: id, into: &decision)
      if isEmpty, task.state != .running {
        close(id, as: .cancelled, reason, at: now, &decision)
      }
    }
  }

  /// After the key space has changed: keys that are no longer expected leave their tasks.
  mutating func dropUnexpectedKeys(at now: Instant, _ decision: inout Decision) {
    for id in queue.liveIDs {
      guard var task = queue.tasks[id] else { continue }
      if task.isCount {
        if countSlot(of: task) == nil, task.state != .running {
          close(id, as: .cancelled, .noLongerExpected, at: now, &decision)
        }
        continue
      }
      guard let ordinals = queue.ordinals[id] else { continue }
      var changed = false
      for (index, ordinal) in ordinals.enumerated()
      where ordinal == TaskQueue.unexpected && task.isOpen(index) {
        task.close(index)
        changed = true
      }
      guard changed else { continue }
      let isEmpty = task.openCount == 0
      queue.put(task, at: id, into: &decision)
      if isEmpty, task.state != .running {
        close(id, as: .cancelled, .noLongerExpected, at: now, &decision)
      }
    }
  }
}
