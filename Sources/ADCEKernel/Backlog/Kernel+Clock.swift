// A clock that was wrong leaves times behind that lie in the future of the one that is right. After
// a start, and after a jump of the wall clock, nothing waits longer than its policy could have asked
// for from now, and nothing was known later than now.

extension Kernel {
  mutating func distrustFuture(at now: Instant, _ decision: inout Decision) {
    let loop = configuration.loop
    cycle.began = min(cycle.began, now)
    cycle.finished = min(cycle.finished, now)
    if cycle.nextAt < .distantFuture {
      let longest = max(loop.intervalMilliseconds, loop.cycleRetry.maxDelayMilliseconds)
      cycle.nextAt = min(cycle.nextAt, now + longest)
    }
    // What is due, or stale, is another question by another clock.
    cycle.nextChange = min(cycle.nextChange, wall(now))
    limits.capWaits(
      at: now, longest: configuration.globalLimits.retryAfterMaxMilliseconds, into: &decision)
    capSnapshots(at: now, to: wall(now), &decision)
    backlog.capsTimes = true
    requestReview()
  }

  /// A snapshot that began in the future is taken to have begun at `latest`, now or just before the
  /// scan that has come: else it would turn every other away until then.
  mutating func capSnapshots(
    at now: Instant, to latest: Instant, _ decision: inout Decision
  ) {
    let late = observed.capSnapshots(
      at: now, wall: wall(now), to: latest, in: space, into: &decision)
    guard let late else { return }
    backlog.capsTimes = true
    guard late > Span.minute else { return }
    decision.effects.append(
      .alert(
        Alert(
          .clockSetBack,
          "the last scan began \(late / 1000) s after now: a clock was set back; scans count from "
            + "now on")))
  }

  /// Ledger entries of the future were known now; true if none is left.
  mutating func capLedger(at now: Instant, _ decision: inout Decision) -> Bool {
    guard backlog.capsTimes else { return true }
    return observed.capLedger(wall: wall(now), in: space, into: &decision)
  }

  /// The same for the records of keys.
  mutating func capKeys(at now: Instant, _ decision: inout Decision) -> Bool {
    let retry = configuration.scrapers.map(\.retry.maxDelayMilliseconds).max() ?? 0
    let longest = max(Span.minute, retry, configuration.globalLimits.retryAfterMaxMilliseconds)
    let wall = wall(now).seconds
    func capped(_ record: KeyRecord) -> KeyRecord? {
      var result = record
      let times = Int(max(1, record.absent, record.parked))
      result.notBefore = min(record.notBefore, now + max(longest, cooldown(times)))
      if record.firstTask < .distantFuture { result.firstTask = min(record.firstTask, now) }
      result.confirmedSeconds = min(record.confirmedSeconds, wall)
      return result == record ? nil : result
    }
    for (ordinal, row) in observed.keys.sortedRows {
      guard let record = capped(row) else { continue }
      guard fits(1, decision) else { return false }
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
    for (key, row) in observed.keys.sortedOthers {
      guard let record = capped(row) else { continue }
      guard fits(1, decision) else { return false }
      observed.setCount(record, at: key, into: &decision)
    }
    return true
  }

  /// A task's own times.
  func capTimes(of task: inout TaskRecord, retryMax: Int64, at now: Instant) {
    task.created = min(task.created, now)
    task.retried = min(task.retried, now)
    if task.verified > now { task.verified = .distantPast }
    guard task.state == .backingOff || task.state == .parked else { return }
    let asked = max(retryMax, configuration.globalLimits.retryAfterMaxMilliseconds)
    let longest = max(Span.minute, asked, cooldown(max(1, Int(task.parked))))
    task.notBefore = min(task.notBefore, now + longest)
  }
}
