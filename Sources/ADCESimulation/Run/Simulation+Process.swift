import ADCEKernel

// The process: its steps and commits, its deaths and returns.

extension FaultClass {
  /// Whether it takes a store to come back from it.
  var befallsProcess: Bool {
    switch self {
    case .crashBeforeCommit, .crashInCommit, .crashAfterCommit, .crashInRecovery, .reboot,
      .commitUnknown, .lastCommitLost, .backupRestored, .operatorRestart:
      true
    default: false
    }
  }
}

extension Simulation {
  /// Steps over a batch, commits what it decided, releases its effects.
  mutating func process(_ events: [Event]) {
    decision.removeAll()
    // As in the host: what left late is told first of all, then that the clock was set. The host
    // tells it of more than a moment alone; here every moment is told.
    if let held = process.held {
      process.held = nil
      step(.effectsHeld(decided: held.decided, milliseconds: held.milliseconds))
    }
    let offset = machine.wallError - machine.steadyError
    if !process.isRecovering, abs(offset - kernel.wallOffsetMilliseconds) > 1000 {
      step(.wallClockChanged(offsetMilliseconds: offset))
    }
    decided = now
    for event in events { step(event) }
    if !report.isCut { commit() }
  }

  private mutating func step(_ event: Event) {
    if report.isCut { return }
    report.steps += 1
    report.isCut = report.steps >= stopsAfter
    report.stepsAtOnce += 1
    let effects = decision.effects.count
    let mutations = decision.mutations.count
    kernel.step(event, at: steady, into: &decision)
    report.mutations += decision.mutations.count - mutations
    report.effects += decision.effects.count - effects
    if decision.mutations.count - mutations > Oracles.recordsPerStepMax {
      found(.boundedSteps, "a step changed \(decision.mutations.count - mutations) records")
    }
    note(event, effects: decision.effects[effects...])
    if case .attemptEnded(let end) = event {
      unheard.remove(end.attempt)
      if let asked = end.retryAfterMilliseconds,
        let source = endedAt.removeValue(forKey: end.attempt)
      {
        waits.append((source, asked, now, effects))
      }
    }
    say("\(event.name) → \(decision.effects[effects...].map { "\($0)" }.joined(separator: ", "))")
    if report.stepsAtOnce == 10_000 {
      fail(.liveness, .noSpinning, "ten thousand steps at one moment, the last: \(event.name)")
    }
    if report.steps % UInt64(scenario.stepsBetweenChecks) == 0 {
      checkInvariants()
    }
  }

  mutating func checkInvariants() {
    for violation in kernel.violations(at: steady) { found(.kernelInvariants, violation) }
  }

  /// The digest over all steps, and which transitions were seen.
  private mutating func note(_ event: Event, effects: ArraySlice<Effect>) {
    let state = kernel.digest
    report.trace = Hash128(
      high: (report.trace.high ^ state.high) &* 0x9e37_79b9_7f4a_7c15 &+ report.steps,
      low: (report.trace.low ^ state.low ^ UInt64(bitPattern: decision.wakeAt.milliseconds))
        &* 0xd134_2543_de82_ef95 &+ UInt64(effects.count))
    report.coverage.note(event, effects, kernel)
    if isRecording { recorded.append(report.trace.low) }
    guard let expected else { return }
    let index = Int(report.steps) - 1
    if index >= expected.count || expected[index] != report.trace.low {
      self.expected = nil
      fail(.differs, .sameAsRecorded, "\(event.name): it is not as it was recorded")
    }
  }

  // MARK: Durable before visible

  private mutating func commit() {
    guard keepsStore, !decision.mutations.isEmpty else {
      if !decision.mutations.isEmpty { noteCommit() }
      return release()
    }
    // Each try is an occasion of its own.
    report.commitsTried += 1
    let turn = report.commitsTried
    if let side = dies(atWrite: turn) {
      if side == .after { store.commit(decision, digest: kernel.digest) }
      return crash()
    }
    if process.isRecovering, let fault = strike(.crashInRecovery, turn) {
      if schedule.bits(fault, turn) % 2 == 0 { store.commit(decision, digest: kernel.digest) }
      return crash()
    }
    if strike(.crashBeforeCommit, turn) != nil { return crash() }
    if strike(.commitRefused, turn) != nil {
      // Full: nothing was changed, and it is tried again.
      process.isHeld = true
      process.triesAgainAt = now + 5 * Span.second
      timeline.post(.goesOn(process: process.number), at: process.triesAgainAt)
      return
    }
    if let fault = strike(.crashInCommit, turn) {
      if schedule.bits(fault, turn) % 2 == 0 { store.commit(decision, digest: kernel.digest) }
      return crash()
    }
    if let fault = strike(.commitUnknown, turn) {
      if schedule.bits(fault, turn) % 2 == 0 { store.commit(decision, digest: kernel.digest) }
      return openAgain()
    }
    store.commit(decision, digest: kernel.digest)
    noteCommit()
    if strike(.crashAfterCommit, turn) != nil { return crash() }
    release()
  }

  /// On which side of a write the process is to die, if it is.
  private mutating func dies(atWrite turn: UInt64) -> CrashPoint.Side? {
    guard let point = crashPoint, point.write <= turn else { return nil }
    if point.write == turn {
      if point.inRecovery == nil { crashPoint = nil }
      return point.side
    }
    guard process.isRecovering else { return nil }
    crashPoint = nil
    return point.inRecovery
  }

  private mutating func noteCommit() {
    report.commits += 1
    report.bytesCommitted += Int64(decision.arena.count)
  }

  private mutating func release() {
    process.isRecovering = false
    if now > decided {
      process.held = (decided + machine.steadyError, now - decided)
    }
    process.wakeAt = decision.wakeAt - machine.steadyError
    // Kept apart: one that ends the process empties what was decided.
    let effects = decision.effects
    let waits = waits
    self.waits = []
    var known = waits.startIndex
    for (index, effect) in effects.enumerated() {
      // What was decided before it had heard of a wish could not heed it.
      while known < waits.endIndex, waits[known].effects <= index {
        note(waits[known])
        known += 1
      }
      carryOut(effect)
    }
    for wait in waits[known...] { note(wait) }
  }

  private mutating func note(_ wait: Wait) {
    oracles.limits.asked(wait.source, toWait: wait.milliseconds, wait.since)
  }

  /// Whether something of a class holds now.
  func holds(_ kind: FaultClass) -> Bool { schedule.isActive(kind, at: elapsed) }

  mutating func strike(
    _ kind: FaultClass, _ subject: UInt64, _ turn: UInt64 = 0, source: Int? = nil
  ) -> Fault? {
    schedule.strikes(kind, at: elapsed, subject, turn, source: source)
  }

  /// It waited for its disk, or was stopped, and goes on.
  mutating func goOn() {
    // Whoever lets it go on again says so again.
    if process.isStopped { return }
    process.cycledAt = now
    if process.isHeld {
      guard process.triesAgainAt <= now else { return }
      process.isHeld = false
      commit()
    }
    takeWhatWaits()
  }

  /// What came while it could not take it, and what was asked for while nobody was there.
  private mutating func takeWhatWaits() {
    guard canStep else { return }
    let events = process.waiting + owner.owed
    process.waiting = []
    owner.owed = []
    if !events.isEmpty { process(events) }
  }

  // MARK: Death

  /// The process dies; what was on its way to the lake may still arrive there.
  mutating func crash(for downtime: Int64? = nil) {
    report.crashes += 1
    say("the process dies")
    end(restartAfter: downtime ?? (1000 << Int64(world.draw.bits(.crashes, report.crashes, 2) % 6)))
    if strike(.lastCommitLost, report.crashes) != nil, store.loseLastCommit() {
      forgetWhatWasLost()
    }
  }

  /// A process ends, in whatever way; another is started.
  mutating func end(restartAfter downtime: Int64) {
    process.isUp = false
    process.isHeld = false
    process.isDraining = false
    process.waiting = []
    dropFlights()
    lake.forgetConfirmations()
    lake.changedByOthers(now)
    timeline.post(.restart(process: process.number), at: now + downtime)
  }

  /// What was in flight has lost its process.
  private mutating func dropFlights() {
    dropQuestions()
    waits = []
    deaths[process.number] = now
    deaths = deaths.filter { now - $0.value < Span.day }
    for id in flights.keys.sorted() {
      guard let flight = flights[id] else { continue }
      for item in flight.items { oracles.outcomeIsUnknown(item.object, now) }
      // A command puts one object after the other into the lake, and dies with its process. What
      // a request brings goes there last of all, and may be on its way.
      guard !flight.isCommand else { continue }
      guard flight.endsAt - now < 2 * Span.second else { continue }
      for (offset, item) in flight.items.enumerated() where item.outcome == .answered {
        let lands = world.draw.bits(.crashes, id.number, UInt64(offset)) % 2 == 0
        if lands { timeline.post(.landing(object: item.object), at: flight.endsAt) }
      }
    }
    flights = [:]
    unheard = []
    endedAt = [:]
  }

  /// Nobody knows whether the last commit was made: the kernel is dropped and recovered, by the same
  /// process.
  private mutating func openAgain() {
    report.reopened += 1
    let wasDraining = process.isDraining
    process.isDraining = false
    dropFlights()
    lake.forgetConfirmations()
    lake.changedByOthers(now)
    process.number += 1
    process.waiting = []
    if wasDraining {
      process.isDraining = true
      request(.drain)
    }
    recover()
  }

  /// The store is an older one than what has happened: what cannot be known is not held against it.
  mutating func forgetWhatWasLost() {
    oracles.forgive()
    owner.catalogsOf = nil
    owner.paused = []
    owner.surelyWaived = [:]
    lake.forgetConfirmations()
  }

  // MARK: Return

  /// A process is started.
  mutating func start() {
    process.number += 1
    process.isUp = true
    process.isStopped = holds(.paused)
    if process.isStopped {
      process.isUp = false
      timeline.post(.restart(process: process.number), at: now + Span.minute)
      return
    }
    recover()
  }

  private mutating func recover() {
    if keepsStore {
      do {
        kernel = try Kernel(
          recovering: store.records, configuration: configuration, digest: store.digest)
      } catch {
        return found(.recovery, "recovery failed: \(error)")
      }
      checkInvariants()
    }
    process.isRecovering = true
    process.cycledAt = now
    process.held = nil
    process.wakeAt = .distantFuture
    var start = Event.Start(
      after: .crash, mode: .loop, bootID: Hash128(high: 1, low: machine.boots),
      wallAtBootMilliseconds: machine.steadyError,
      wallOffsetMilliseconds: machine.wallError - machine.steadyError)
    start.pressure = pressure
    process([.started(start)])
    takeWhatWaits()
  }

  /// The machine is switched on again: its steady clock begins at what its wall clock says.
  mutating func boot() {
    machine.boots += 1
    machine.steadyError = machine.wallError
  }
}
