// A task's way between its states, where no attempt or look-up decides it.

extension Kernel {
  /// Puts a task where its open keys say: ready, backing off, parked, or at its end.
  mutating func settle(_ id: TaskID, at now: Instant, _ decision: inout Decision) {
    guard var task = queue.tasks[id], task.state.isLive, let ordinals = queue.ordinals[id],
      !task.isCount
    else { return }
    guard task.openCount > 0 else {
      endEmpty(id, task, at: now, &decision)
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
    boundParked(at: now, &decision)
  }

  /// Cancels the tasks that have been parked longest while there are too many.
  mutating func boundParked(at now: Instant, _ decision: inout Decision) {
    while queue.countByState[Int(TaskRecord.State.parked.rawValue)] > Kernel.parkedMax,
      let oldest = queue.oldestParked()
    {
      close(oldest, as: .cancelled, .overParkedBound, at: now, &decision)
    }
  }

  /// Ends a task none of whose keys is open any more.
  mutating func endEmpty(
    _ id: TaskID, _ task: TaskRecord, at now: Instant, _ decision: inout Decision
  ) {
    queue.put(task, at: id, into: &decision)
    close(id, as: task.end.state, task.end.reason, at: now, &decision)
  }

  /// Ends a task.
  mutating func close(
    _ id: TaskID, as state: TaskRecord.State, _ reason: TaskRecord.Reason, at now: Instant,
    _ decision: inout Decision
  ) {
    guard var task = queue.tasks[id], task.state.isLive else { return }
    // What one scraper failed at says nothing of another.
    if reason == .configurationChanged, hasAnotherScraper(task) {
      revive(id, attemptsLeft: nil, &decision)
    }
    task.state = state
    task.reason = reason
    task.ended = now
    queue.put(task, at: id, into: &decision)
    taskLeft(task)
    if state == .cancelled { run.gapsMayBeFree = true }
  }

  mutating func taskLeft(_ task: TaskRecord) {
    if hasRoom(for: task.priority) { run.gapsMayBeFree = true }
  }

  /// Wakes what has backed off or been parked for long enough, while this step has room.
  mutating func wakeTasks(at now: Instant, _ decision: inout Decision) {
    while let timer = queue.nextTimer(), timer.at <= now, var task = queue.tasks[timer.task],
      fits(Int(task.itemCount) + 1, decision)
    {
      if task.state == .parked {
        revive(timer.task, attemptsLeft: 1, &decision)
        let most = scraper(named: task.scraper)?.retry.maxAttempts ?? 1
        task.failures = UInt16(clamping: most - 1)
      }
      task.state = .pending
      task.reason = .none
      queue.put(task, at: timer.task, into: &decision)
    }
  }

  /// Gives the open keys of a task attempts again; nil = all of them.
  private mutating func revive(
    _ id: TaskID, attemptsLeft: Int?, _ decision: inout Decision
  ) {
    guard let task = queue.tasks[id] else { return }
    let most = scraper(named: task.scraper)?.retry.maxAttempts ?? 1
    updateRecords(ofOpenKeysOf: id, &decision) { record in
      record.attempts = attemptsLeft.map { UInt16(clamping: max(0, most - $0)) } ?? 0
      record.notBefore = .distantPast
    }
  }

  /// Changes what is known of those open keys of a task of which anything is.
  private mutating func updateRecords(
    ofOpenKeysOf id: TaskID, _ decision: inout Decision, _ change: (inout KeyRecord) -> Void
  ) {
    guard let task = queue.tasks[id], let ordinals = queue.ordinals[id] else { return }
    for (index, ordinal) in ordinals.enumerated()
    where task.isOpen(index) && ordinal != TaskQueue.unexpected {
      guard var record = observed.keys[Int(ordinal)] else { continue }
      change(&record)
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
  }

  /// `Request.Action.clearQueue`: cancels a task whose gaps may become tasks again at once; false if
  /// it runs.
  mutating func clear(_ id: TaskID, at now: Instant, _ decision: inout Decision) -> Bool {
    guard queue.tasks[id]?.state != .running else { return false }
    updateRecords(ofOpenKeysOf: id, &decision) { $0.notBefore = .distantPast }
    close(id, as: .cancelled, .byOperator, at: now, &decision)
    return true
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
    task.failures = 0
    task.retried = now
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
}
