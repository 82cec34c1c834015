// What our own disk or lake has refused, when somebody starts us anew.

extension Kernel {
  /// Makes tasks that wait because of a fault of ours ready at once: who starts us has, as likely as
  /// not, just mended it. No key has spent an attempt on it.
  mutating func retryOwnFaults(at now: Instant, _ decision: inout Decision) {
    for id in queue.liveIDs {
      guard var task = queue.tasks[id], task.state == .backingOff, task.lastFailure == .ownFault
      else { continue }
      // Over the bound of a step the rest wait out their backoff.
      guard fits(1 + (queue.ordinals[id]?.count ?? 0), decision) else { return }
      for (index, ordinal) in (queue.ordinals[id] ?? []).enumerated()
      where task.isOpen(index) && ordinal != TaskQueue.unexpected {
        guard var record = observed.keys[Int(ordinal)], record.lastFailure == .ownFault else {
          continue
        }
        record.notBefore = .distantPast
        observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
      }
      task.state = .pending
      task.reason = .none
      task.notBefore = now
      queue.put(task, at: id, into: &decision)
    }
  }
}
