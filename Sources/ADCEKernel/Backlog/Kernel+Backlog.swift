// A step is bounded; what it leaves is in `Backlog`, and the next step goes on with it at once.

extension Kernel {
  /// A step changes about so many records at most. One attempt's end or one look-up is never
  /// split: with `itemsPerTaskMax` keys it changes up to three quarters of them.
  static let recordsPerStepMax = 4096
  /// More keys than that no task holds, whatever `items_per_task` says.
  static let itemsPerTaskMax = 1000

  /// Whether tasks may be made and attempts started.
  var isCaughtUp: Bool { backlog.isEmpty && requests.list.isEmpty }

  /// Goes on with what is left, in a fixed order, as far as this step has room.
  mutating func advanceBacklog(at now: Instant, _ decision: inout Decision) {
    guard foldWindows(at: now, &decision), abandonAttempts(at: now, &decision),
      advanceRequests(at: now, &decision), capLedger(at: now, &decision),
      sweepKeys(at: now, &decision), advanceReview(at: now, &decision)
    else { return }
    if backlog.dropsSegments, observed.dropSegments(in: space, into: &decision) {
      backlog.dropsSegments = false
    }
  }

  /// Whether a chore may change so many records more. The first in a step always may: a bound that
  /// is too small for it must not end all progress.
  func fits(_ records: Int, _ decision: borrowing Decision) -> Bool {
    records <= decision.room || decision.isUntouched
  }

  // MARK: After a start

  private mutating func foldWindows(at now: Instant, _ decision: inout Decision) -> Bool {
    while let scope = backlog.folds {
      // Windows without answers are there or not as chance has it.
      let left = limits.windows.indices.filter {
        !(limits.windows[$0].scope < scope) && !limits.windows[$0].quanta.isEmpty
      }
      guard let index = left.first else {
        backlog.folds = nil
        break
      }
      guard fits(limits.windows[index].quanta.count + 1, decision) else {
        backlog.folds = limits.windows[index].scope
        return false
      }
      limits.assumeWorst(window: index, at: now, into: &decision)
      backlog.folds = left.count > 1 ? limits.windows[left[1]].scope : nil
    }
    return true
  }

  /// Attempts found running belong to a process that is no more: their outcome is unknown, and
  /// their keys are looked up in the lake before they are tried again.
  private mutating func abandonAttempts(at now: Instant, _ decision: inout Decision) -> Bool {
    guard backlog.abandonsBelow > 0 else { return true }
    for id in queue.attempts.sortedKeys where id.number < backlog.abandonsBelow {
      guard let attempt = queue.attempts[id] else { continue }
      guard fits(2 * attempt.items.count + 8, decision) else { return false }
      limits.end(attempt, lane: lane(of: attempt), made: nil, at: now, into: &decision)
      countAttempt(of: attempt, at: now, &decision)
      queue.end(id, into: &decision)
      guard var task = queue.tasks[attempt.task], task.state == .running else { continue }
      if task.reason == .byOperator {
        cancelByOperator(attempt.task, at: now, &decision)
        continue
      }
      if !task.isCount, task.openCount == 0 {
        // The last of its keys came to be no longer expected while an attempt asked for it.
        settle(attempt.task, at: now, &decision)
        continue
      }
      task.mustVerify = true
      task.reason = .unknownOutcome
      task.state = .pending
      queue.put(task, at: attempt.task, into: &decision)
    }
    backlog.abandonsBelow = 0
    return true
  }

  // MARK: Keys

  /// After each cycle: what nothing expects any more is forgotten, and what keys have been through
  /// that are filled; a count that has grown since its last run is free for another.
  ///
  /// Of a key that has left the space two things are kept: an operator's waiver while it holds, and
  /// that the source did not have it until it would be asked again. Should the key come back
  /// meanwhile (a catalog that was cut for a day), neither is lost.
  private mutating func sweepKeys(at now: Instant, _ decision: inout Decision) -> Bool {
    if backlog.sweepsKeys {
      let found = foundByCountKey
      for (key, record) in observed.keys.sortedOthers {
        let isOver: Bool
        if let found = found[key] {
          isOver = record.foundBefore >= 0 && found > record.foundBefore
        } else {
          let isWaived = record.waivedUntil.map { $0 > wall(now) } ?? false
          isOver = !isWaived && (record.absent == 0 || record.notBefore <= now)
        }
        guard isOver else { continue }
        guard fits(1, decision) else { return false }
        observed.setCount(KeyRecord(), at: key, into: &decision)
      }
      let filled = observed.keys.rows.compactMap { ordinal, row in
        rest(of: row.record, at: Int(ordinal), now).map { (ordinal: Int(ordinal), rest: $0) }
      }
      for (ordinal, rest) in filled.sorted(by: { $0.ordinal < $1.ordinal }) {
        guard fits(1, decision) else { return false }
        observed.setKey(rest, at: ordinal, in: space, into: &decision)
      }
      backlog.sweepsKeys = false
    }
    if backlog.capsTimes {
      guard capKeys(at: now, &decision), queue.capEnds(at: now, into: &decision) else {
        return false
      }
      backlog.capsTimes = false
    }
    return true
  }

  /// What is left of a key's record once somebody else has filled its gap: an operator's waiver, and
  /// what showed the copy to be current. nil = it stays as it is.
  private func rest(of record: KeyRecord, at ordinal: Int, _ now: Instant) -> KeyRecord? {
    let isWaived = record.waivedUntil.map { $0 > wall(now) } ?? false
    var result = isWaived ? record.waiverAlone : KeyRecord()
    result.confirmedSeconds = record.confirmedSeconds
    result.longKey = record.longKey
    // Most records are at rest: asked first, for the others cost more to tell.
    guard result != record, space.due(ordinal) <= wall(now), gap(at: ordinal, now) == nil,
      !queue.isClaimed(ordinal)
    else { return nil }
    return result
  }

  /// What was found of each count of the space, by the key of its record.
  private var foundByCountKey: [LakeKey: Int64] {
    var result: [LakeKey: Int64] = [:]
    for (index, slot) in space.slots.enumerated() {
      result[LakeKey(countSlot: slot.identity)] = Int64(observed.map.found[index])
    }
    return result
  }
}
