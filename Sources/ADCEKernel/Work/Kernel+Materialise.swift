// From gap to task: gaps stay bits; tasks are made of them in score order while there is room.

extension Kernel {
  /// Tasks made in one step at most; the rest follows at once. Each is two records.
  private static let tasksPerStepMax = 1024
  static let parkedMax = 10_000

  /// Whether so much room has come free that making tasks is worth a pass over the gaps.
  var hasRoom: Bool {
    Kernel.isWorthAPass(open: queue.open, of: configuration.queue.maxLive * roomFactor)
      && Priority.allCases.contains { hasRoom(for: $0) }
  }

  /// The same for one priority. Tasks of it are made only when this holds, so that a full queue is
  /// filled a tenth at a time and not with a pass for each task that ends.
  func hasRoom(for priority: Priority) -> Bool {
    let index = Int(priority.rawValue)
    return Kernel.isWorthAPass(
      open: queue.openByPriority[index],
      of: configuration.queue.maxLiveByPriority[index] * roomFactor)
  }

  private static func isWorthAPass(open: Int, of bound: Int) -> Bool {
    let free = bound - open
    return free > 0 && (free >= max(1, bound / 10) || open == 0)
  }

  mutating func materialise(at now: Instant, _ decision: inout Decision) {
    chooseKeys(at: now)
    guard configuration.loop.makesTasks, hasRoom, run.gapsMayBeFree || now >= run.materialisedUntil
    else { return }
    guard fits(8, decision) else {
      run.gapsMayBeFree = true
      return
    }
    let analysis = analyse(at: now)
    let most = min(Kernel.tasksPerStepMax, max(1, (decision.room - 4) / 3))
    var pass = Pass(
      now: now, left: min(configuration.queue.maxLive * roomFactor - queue.open, most),
      unwanted: unwanted(at: now), chosen: selectedOrdinals,
      rooms: Priority.allCases.map { priority in
        let index = Int(priority.rawValue)
        return hasRoom(for: priority)
          ? configuration.queue.maxLiveByPriority[index] * roomFactor
            - queue.openByPriority[index] : 0
      })
    for candidate in candidates(analysis, at: now) {
      if pass.left == 0 { break }
      switch candidate.gap {
      case .keys(let group): makeTasks(of: group, in: analysis, candidate, &pass, &decision)
      case .count(let gap): makeTask(of: gap, candidate, &pass, &decision)
      }
    }
    // A pass that made as many tasks as it may is followed by another; one that went through all
    // gaps is not, until something may have freed one.
    let isThroughAll = pass.left > 0
    run.gapsMayBeFree = !isThroughAll
    run.materialisedUntil = pass.nextFree
  }

  private var itemsPerTask: Int {
    max(1, min(configuration.queue.itemsPerTask, Kernel.itemsPerTaskMax))
  }

  private struct Pass {
    let now: Instant
    var left: Int
    let unwanted: [UInt64]
    /// The only ordinals that tasks may be made of; nil = all.
    let chosen: Set<UInt32>?
    /// By priority: tasks that may still be made.
    var rooms: [Int]
    /// When the first of the gaps that are held back now may become a task.
    var nextFree = Instant.distantFuture
  }

  struct Candidate {
    enum Gap {
      case keys(GapGroup)
      case count(CountedGap)

      var isCount: Bool { if case .count = self { true } else { false } }
    }
    var gap: Gap
    var type: Int
    var scraper: Int
    var priority: Priority
    var score: Int64
    var ownerOrder: UInt8
    var due: Instant
  }

  /// Everything that tasks could be made of, in the order of admission.
  func candidates(_ analysis: Analysis, at now: Instant) -> [Candidate] {
    var result: [Candidate] = []
    let scoring = Scoring(policy: configuration.queue.scoring)
    func append(
      _ gap: Candidate.Gap, type: Int, season: String?, priority: Priority, objects: Int,
      due: Instant
    ) {
      let dataType = dataType(type)
      let source = sourceName(type)
      guard let scraper = dataType.scraper, configuration.scrapers[scraper].canRun,
        isSelected(scraper: scraper, type: type, season: season, isCount: gap.isCount)
      else { return }
      result.append(
        Candidate(
          gap: gap, type: type, scraper: scraper, priority: priority,
          score: scoring.score(
            priority: priority, source: source, firstDetected: now, objects: objects,
            successMicro: successMicro(of: scraper, at: now))
            + scoring.gain(of: source, at: now),
          ownerOrder: dataType.ownerOrder, due: due))
    }
    for group in analysis.groups {
      append(
        .keys(group), type: group.type, season: space.segments[group.segment].season?.name,
        priority: group.priority, objects: min(group.count, itemsPerTask),
        due: space.due(group.ordinals.lowerBound))
    }
    for gap in analysis.countedGaps {
      let slot = space.slots[gap.slot]
      append(
        .count(gap), type: slot.type, season: slot.season?.name, priority: gap.priority,
        objects: gap.missing, due: slot.season?.start ?? .distantPast)
    }
    // Sorting is stable in effect: the position breaks the last tie.
    return result.enumerated().sorted { a, b in
      if a.element.score != b.element.score { return a.element.score > b.element.score }
      if a.element.ownerOrder != b.element.ownerOrder {
        return a.element.ownerOrder < b.element.ownerOrder
      }
      if a.element.due != b.element.due { return a.element.due < b.element.due }
      return a.offset < b.offset
    }.map(\.element)
  }

  /// Keys that no task may be made of: waived, or vanished in a doubted snapshot.
  func unwanted(at now: Instant) -> [UInt64] {
    var plane = space.waived(at: wall(now))
    if plane.isEmpty { plane = [UInt64](repeating: 0, count: space.bitCount / 64) }
    for (ordinal, row) in observed.keys.rows {
      if let until = row.record.waivedUntil, until > wall(now) {
        plane[Int(ordinal >> 6)] |= 1 << UInt64(ordinal & 63)
      }
    }
    for (index, word) in observed.vanished.enumerated() { plane[index] |= word }
    return plane
  }

  private mutating func makeTasks(
    of group: GapGroup, in analysis: Analysis, _ candidate: Candidate, _ pass: inout Pass,
    _ decision: inout Decision
  ) {
    let priority = Int(group.priority.rawValue)
    let room = min(pass.left, pass.rooms[priority])
    guard room > 0 else { return }
    let wanted = room * itemsPerTask
    let (free, nextFree) = freeGaps(of: group, in: analysis, limit: wanted, pass)
    pass.nextFree = min(pass.nextFree, nextFree)
    var start = 0
    while start < free.count {
      let end = min(start + itemsPerTask, free.count)
      // Its keys may have records to write, and the pass counted on two of the task.
      guard fits(end - start + 6, decision) else {
        pass.left = 0
        return
      }
      makeTask(of: Array(free[start..<end]), group, candidate, at: pass.now, &decision)
      start = end
      pass.rooms[priority] -= 1
      pass.left -= 1
    }
  }

  /// The first gaps of a group that are neither claimed nor held back, and when the first of
  /// those held back is free.
  private func freeGaps(
    of group: GapGroup, in analysis: Analysis, limit: Int, _ pass: Pass
  ) -> (ordinals: [UInt32], nextFree: Instant) {
    var result: [UInt32] = []
    var nextFree = Instant.distantFuture
    let claimed = queue.claimed
    let keys = observed.keys
    analysis.forEachGap(
      in: group, space: space, map: observed.map, now: wall(pass.now),
      desired: configuration.desired, policy: configuration.gaps
    ) { ordinal in
      let word = ordinal >> 6
      let bit = UInt64(ordinal & 63)
      if (claimed[word] | pass.unwanted[word]) >> bit & 1 == 1 { return true }
      if let chosen = pass.chosen, !chosen.contains(UInt32(ordinal)) { return true }
      if !keys.rows.isEmpty, let record = keys[ordinal], record.notBefore > pass.now {
        nextFree = min(nextFree, record.notBefore)
        return true
      }
      result.append(UInt32(ordinal))
      return result.count < limit
    }
    return (result, nextFree)
  }

  private mutating func makeTask(
    of ordinals: [UInt32], _ group: GapGroup, _ candidate: Candidate, at now: Instant,
    _ decision: inout Decision
  ) {
    var keys = TaskItemsRecord()
    var key: [UInt8] = []
    var firstDetected = now
    var isOutcomeUnknown = false
    for ordinal in ordinals {
      key.removeAll(keepingCapacity: true)
      space.appendKey(of: Int(ordinal), to: &key)
      keys.append(key)
      if let record = observed.keys[Int(ordinal)] {
        firstDetected = min(firstDetected, record.firstTask)
        isOutcomeUnknown = isOutcomeUnknown || record.isOutcomeUnknown
      }
      grantAttempt(Int(ordinal), scraper: candidate.scraper, &decision)
    }
    let season = space.segments[group.segment].season?.name
    var record = newTask(
      candidate, kind: group.kind, season: season, firstDetected: firstDetected,
      objects: ordinals.count, due: space.due(Int(ordinals[0])), items: ordinals.count, at: now,
      &decision)
    record.mustVerify = isOutcomeUnknown
    queue.add(
      record, keys: keys, ordinals: ordinals, at: nextTaskID(), into: &decision)
  }

  /// A key whose attempts are spent, and whose cool-down is over, has one more, as when its task
  /// wakes: that the task is another one makes no difference.
  private mutating func grantAttempt(
    _ ordinal: Int, scraper: Int, _ decision: inout Decision
  ) {
    let most = configuration.scrapers[scraper].retry.maxAttempts
    guard var record = observed.keys[ordinal], Int(record.attempts) >= most else { return }
    record.attempts = UInt16(clamping: max(0, most - 1))
    observed.setKey(record, at: ordinal, in: space, into: &decision)
  }

  private mutating func makeTask(
    of gap: CountedGap, _ candidate: Candidate, _ pass: inout Pass, _ decision: inout Decision
  ) {
    // What a doubted snapshot did not count may be there; so may what no scan has counted by this
    // definition. A count cannot be looked up.
    guard let snapshot = observed.current?.record, !snapshot.isDoubted,
      snapshot.space == space.fingerprint
    else { return }
    guard fits(6, decision) else {
      pass.left = 0
      return
    }
    let slot = space.slots[gap.slot]
    let key = LakeKey(countSlot: slot.identity)
    if let record = observed.keys[key], record.notBefore > pass.now {
      pass.nextFree = min(pass.nextFree, record.notBefore)
      return
    }
    let priority = Int(gap.priority.rawValue)
    guard pass.rooms[priority] > 0 else { return }
    let record = newTask(
      candidate, kind: .missing, season: slot.season?.name, firstDetected: pass.now,
      objects: gap.missing, due: slot.season?.start ?? .distantPast, items: 0, at: pass.now,
      &decision)
    let claim = TaskQueue.TaskSlot(
      source: record.source, type: record.type, season: record.season)
    guard queue.claimedCounts[claim] == nil else { return }
    queue.add(
      record, keys: TaskItemsRecord(), ordinals: [], at: nextTaskID(), into: &decision)
    pass.rooms[priority] -= 1
    pass.left -= 1
  }

  private mutating func newTask(
    _ candidate: Candidate, kind: GapKind, season: String?, firstDetected: Instant, objects: Int,
    due: Instant, items: Int, at now: Instant, _ decision: inout Decision
  ) -> TaskRecord {
    let source = sourceName(candidate.type)
    let scoring = Scoring(policy: configuration.queue.scoring)
    return TaskRecord(
      priority: candidate.priority, kind: kind, source: names.id(source, into: &decision),
      type: names.id(dataType(candidate.type).name, into: &decision),
      season: season.map { names.id($0, into: &decision) } ?? .none,
      scraper: names.id(configuration.scrapers[candidate.scraper].id, into: &decision),
      score: scoring.score(
        priority: candidate.priority, source: source, firstDetected: firstDetected,
        objects: objects, successMicro: successMicro(of: candidate.scraper, at: now)),
      ownerOrder: candidate.ownerOrder, due: due, created: now, itemCount: items)
  }

  private mutating func nextTaskID() -> TaskID {
    defer { counters.nextTask += 1 }
    return TaskID(counters.nextTask)
  }

  /// The success rate of a scraper over the last seven days, in millionths; no history = 0.
  func successMicro(of scraper: Int, at now: Instant) -> Int64 {
    guard let id = names.known(configuration.scrapers[scraper].id),
      let total = limits.scrapers[id]?.total(on: CivilDay(containing: wall(now))),
      total.finished > 0
    else { return 0 }
    return Int64(total.succeeded) * 1_000_000 / Int64(total.finished)
  }
}
