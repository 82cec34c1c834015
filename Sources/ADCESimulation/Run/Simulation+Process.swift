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
    // As in the host: what left late is told first of all, then that the clock was set.
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
    commit()
  }

  private mutating func step(_ event: Event) {
    report.steps += 1
    report.stepsAtOnce += 1
    let effects = decision.effects.count
    let mutations = decision.mutations.count
    kernel.step(event, at: steady, into: &decision)
    report.mutations += decision.mutations.count - mutations
    report.effects += decision.effects.count - effects
    if decision.mutations.count - mutations > Oracles.recordsPerStepMax {
      found("a step changed \(decision.mutations.count - mutations) records")
    }
    note(event, effects: decision.effects[effects...])
    if case .attemptEnded(let end) = event, let asked = end.retryAfterMilliseconds,
      let source = endedAt.removeValue(forKey: end.attempt)
    {
      waits.append((source, asked, now))
    }
    say("\(event.name) → \(decision.effects[effects...].map { "\($0)" }.joined(separator: ", "))")
    if report.stepsAtOnce == 10_000 {
      fail(.liveness, "\(now.iso): ten thousand steps at one moment, the last: \(event.name)")
    }
    if report.steps % UInt64(scenario.stepsBetweenChecks) == 0 {
      for violation in kernel.violations(at: steady) { found(violation) }
    }
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
      fail(
        .differs,
        "step \(report.steps) at \(now.iso), \(event.name): it is not as it was recorded")
    }
  }

  // MARK: Durable before visible

  private mutating func commit() {
    guard keepsStore, !decision.mutations.isEmpty else { return release() }
    // Each try is an occasion of its own.
    report.commitsTried += 1
    let turn = report.commitsTried
    if process.isRecovering, let fault = strike(.crashInRecovery, turn) {
      if schedule.bits(fault, turn) % 2 == 0 { store.commit(decision, digest: kernel.digest) }
      return crash()
    }
    if strike(.crashBeforeCommit, turn) != nil { return crash() }
    if strike(.commitRefused, turn) != nil {
      // Full: nothing was changed, and it is tried again.
      report.refusals += 1
      process.isHeld = true
      timeline.post(.goesOn(process: process.number), at: now + 5 * Span.second)
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
    report.commits += 1
    if strike(.crashAfterCommit, turn) != nil { return crash() }
    release()
  }

  private mutating func release() {
    process.isRecovering = false
    if now > decided {
      process.held = (decided + machine.steadyError, now - decided)
    }
    process.wakeAt = decision.wakeAt - machine.steadyError
    for (source, milliseconds, since) in waits {
      oracles.limits.asked(source, toWait: milliseconds, since)
    }
    waits = []
    // Kept apart: one that ends the process empties what was decided.
    let effects = decision.effects
    for effect in effects { carryOut(effect) }
  }

  func elapsedStrikes(_ kind: FaultClass) -> Bool { schedule.isActive(kind, at: elapsed) }

  mutating func strike(
    _ kind: FaultClass, _ subject: UInt64, _ turn: UInt64 = 0, source: Int? = nil
  ) -> Fault? {
    schedule.strikes(kind, at: elapsed, subject, turn, source: source)
  }

  /// It waited for its disk, or was stopped, and goes on.
  mutating func goOn() {
    process.cycledAt = now
    if process.isHeld {
      process.isHeld = false
      commit()
      guard canStep else { return }
    }
    if process.isStopped { return }
    let events = process.waiting
    process.waiting = []
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
    for id in flights.keys.sorted() {
      guard let flight = flights[id] else { continue }
      for item in flight.items { oracles.outcomeIsUnknown(item.object, now) }
      guard flight.endsAt - now < 2 * Span.second else { continue }
      for (offset, item) in flight.items.enumerated() where item.outcome == .answered {
        let lands = world.draw.bits(.crashes, id.number, UInt64(offset)) % 2 == 0
        if lands { timeline.post(.landing(object: item.object), at: flight.endsAt) }
      }
    }
    flights = [:]
  }

  /// Nobody knows whether the last commit was made: the kernel is dropped and recovered, by the same
  /// process.
  private mutating func openAgain() {
    report.reopened += 1
    dropFlights()
    lake.forgetConfirmations()
    lake.changedByOthers(now)
    process.number += 1
    process.waiting = []
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
    process.isStopped = elapsedStrikes(.paused)
    process.catalogsDay = nil
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
        return found("recovery failed: \(error)")
      }
      for violation in kernel.violations(at: steady) { found(violation) }
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
    guard canStep else { return }
    let owed = owner.owed
    owner.owed = []
    if !owed.isEmpty { process(owed) }
  }

  /// The machine is switched on again: its steady clock begins at what its wall clock says.
  mutating func boot() {
    machine.boots += 1
    machine.steadyError = machine.wallError
  }
}
