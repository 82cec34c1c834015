extension Kernel {
  /// What must always hold; each violation as a sentence. For tests and the simulator: it takes
  /// time proportional to the whole state.
  public func violations(at now: Instant) -> [String] {
    var result: [String] = []
    if digest != recomputedDigest {
      result.append("the incremental digest \(digest.hex) is not \(recomputedDigest.hex)")
    }
    checkClaims(&result)
    checkAttempts(&result)
    // Parked tasks that wake are not made to wait for room, so the bounds hold only together.
    let most = configuration.queue.maxLive * roomFactor + Kernel.parkedMax
    if queue.liveCount > most {
      result.append("\(queue.liveCount) tasks are live or parked, more than \(most)")
    }
    if queue.countByState[Int(TaskRecord.State.parked.rawValue)] > Kernel.parkedMax {
      result.append("more than \(Kernel.parkedMax) tasks are parked")
    }
    if limits.running > max(1, configuration.globalLimits.maxConcurrent) {
      result.append("\(limits.running) attempts run at the same time")
    }
    return result
  }

  /// The digest of all records, computed anew.
  public var recomputedDigest: Hash128 {
    control.digest &+ names.table.digest &+ catalogs.digest &+ observed.digest &+ queue.digest
      &+ limits.digest
  }

  /// A key is in at most one live task, and the bits that say so agree with the tasks.
  private func checkClaims(_ result: inout [String]) {
    var claimed = [UInt64](repeating: 0, count: space.bitCount / 64)
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], let ordinals = queue.ordinals[id] else { continue }
      if !task.isCount, task.openCount == 0, task.state != .running {
        result.append("task \(id.number) is \(task.state.name) without an open key")
      }
      for (index, ordinal) in ordinals.enumerated()
      where ordinal != TaskQueue.unexpected && task.isOpen(index) {
        let word = Int(ordinal >> 6)
        let mask: UInt64 = 1 << UInt64(ordinal & 63)
        if claimed[word] & mask != 0 {
          result.append("ordinal \(ordinal) is in two live tasks, one of them \(id.number)")
        }
        claimed[word] |= mask
      }
    }
    if claimed != queue.claimed { result.append("the claimed bits do not agree with the tasks") }
  }

  /// Every running task has one attempt, and every attempt a running task.
  private func checkAttempts(_ result: inout [String]) {
    var running = 0
    for id in queue.attempts.sortedKeys {
      guard let attempt = queue.attempts[id] else { continue }
      running += 1
      if queue.tasks[attempt.task]?.state != .running {
        result.append("attempt \(id.number) belongs to a task that does not run")
      }
    }
    if running != queue.countByState[Int(TaskRecord.State.running.rawValue)] {
      result.append("there are \(running) attempts, but another number of running tasks")
    }
    if running != limits.running {
      result.append("\(limits.running) attempts are counted, there are \(running)")
    }
  }
}
