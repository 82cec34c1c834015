// The review: one pass over all live tasks, in the order of their ids, that brings each up to date
// with what has changed around it: the snapshot, the key space, the configuration, waivers, the
// clock. It follows each cycle and whatever else may have changed one of these.

extension Kernel {
  mutating func requestReview() { backlog.reviewsFrom = 0 }

  mutating func advanceReview(at now: Instant, _ decision: inout Decision) -> Bool {
    guard let from = backlog.reviewsFrom else { return true }
    var pass = ReviewPass(now: now, wall: wall(now))
    for id in queue.liveIDs where id.number >= from {
      // Only what expires or is parked too long writes its keys' records, too.
      guard fits(Int(queue.tasks[id]?.itemCount ?? 0) + 4, decision) else {
        backlog.reviewsFrom = id.number
        return false
      }
      review(id, &pass, &decision)
    }
    backlog.reviewsFrom = nil
    return true
  }

  /// What a pass has found out about the types of the tasks that it has seen.
  struct ReviewPass {
    struct Facts {
      var isKnown: Bool
      /// Of the type's scraper, if that can run.
      var scraper: NameID?
      var source: String
      var successMicro: Int64
      var retryMaxMilliseconds: Int64
    }
    struct TypeKey: Hashable {
      var source: NameID
      var type: NameID
    }
    let now: Instant
    let wall: Instant
    var facts: [TypeKey: Facts] = [:]
    var slots: [TaskQueue.TaskSlot: Int]?
  }

  private func facts(of task: TaskRecord, _ pass: inout ReviewPass) -> ReviewPass.Facts {
    let key = ReviewPass.TypeKey(source: task.source, type: task.type)
    if let known = pass.facts[key] { return known }
    let type = dataType(source: task.source, type: task.type)
    let scraper = type?.scraper.flatMap { configuration.scrapers[$0].canRun ? $0 : nil }
    let result = ReviewPass.Facts(
      isKnown: type != nil,
      scraper: scraper.flatMap { names.known(configuration.scrapers[$0].id) },
      source: names.text(task.source) ?? "",
      successMicro: scraper.map { successMicro(of: $0, at: pass.now) } ?? 0,
      retryMaxMilliseconds: scraper.map {
        configuration.scrapers[$0].retry.maxDelayMilliseconds
      } ?? 0)
    pass.facts[key] = result
    return result
  }

  private mutating func review(
    _ id: TaskID, _ pass: inout ReviewPass, _ decision: inout Decision
  ) {
    guard var task = queue.tasks[id] else { return }
    let (now, facts) = (pass.now, facts(of: task, &pass))
    let isRunning = task.state == .running
    let isItsScraper = facts.scraper == task.scraper
    if !isItsScraper, !isRunning {
      // Its gaps are found again.
      close(
        id, as: .cancelled, facts.isKnown ? .configurationChanged : .noLongerExpected, at: now,
        &decision)
      return
    }
    if task.isCount {
      if !isRunning, let reason = endOfCount(task, &pass) {
        close(id, as: .cancelled, reason, at: now, &decision)
        return
      }
    } else {
      takeOutKeys(of: id, &task, pass.wall)
      if task.openCount == 0, !isRunning {
        endEmpty(id, task, at: now, &decision)
        return
      }
    }
    if task.state == .pending, task.attempts == 0,
      max(task.created, task.retried) + configuration.queue.ttlMilliseconds < now
    {
      expire(id, task, at: now, &decision)
      return
    }
    capTimes(of: &task, retryMax: facts.retryMaxMilliseconds, at: now)
    if isItsScraper { rescore(id, &task, facts, objects: objects(of: task, &pass)) }
    if task != queue.tasks[id] { queue.put(task, at: id, into: &decision) }
  }

  /// Why a count's task is over: it is filled, or nothing expects it; nil if it is not.
  private func endOfCount(_ task: TaskRecord, _ pass: inout ReviewPass) -> TaskRecord.Reason? {
    guard let slot = slot(of: task, &pass) else { return .noLongerExpected }
    return observed.map.found[slot] >= space.slots[slot].expected ? .filledElsewhere : nil
  }

  private func slot(of task: TaskRecord, _ pass: inout ReviewPass) -> Int? {
    if pass.slots == nil { pass.slots = slotsByName }
    return pass.slots?[
      TaskQueue.TaskSlot(source: task.source, type: task.type, season: task.season)]
  }

  /// How many objects a task could bring.
  private func objects(of task: TaskRecord, _ pass: inout ReviewPass) -> Int {
    guard task.isCount else { return task.openCount }
    return slot(of: task, &pass).map {
      max(1, space.slots[$0].expected - observed.map.found[$0])
    } ?? 1
  }

  private var slotsByName: [TaskQueue.TaskSlot: Int] {
    var result: [TaskQueue.TaskSlot: Int] = [:]
    for (index, slot) in space.slots.enumerated() {
      guard let source = names.known(sourceName(slot.type)),
        let type = names.known(dataType(slot.type).name)
      else { continue }
      let season = slot.season.map { names.known($0.name) ?? .none } ?? NameID.none
      let name = TaskQueue.TaskSlot(source: source, type: type, season: season)
      if result[name] == nil { result[name] = index }
    }
    return result
  }

  /// Keys that are no gap any more, or that nobody wants, leave their task, but for those that an
  /// attempt is asking for; what is not expected leaves it all the same.
  private func takeOutKeys(of id: TaskID, _ task: inout TaskRecord, _ wall: Instant) {
    guard let ordinals = queue.ordinals[id] else { return }
    let asked = Set(queue.attemptOf[id].flatMap { queue.attempts[$0]?.items } ?? [])
    for (index, ordinal) in ordinals.enumerated() where task.isOpen(index) {
      if ordinal == TaskQueue.unexpected {
        task.close(index, .unexpected)
      } else if !asked.contains(UInt32(index)),
        let departure = departure(of: Int(ordinal), wall)
      {
        task.close(index, departure)
      }
    }
  }

  /// Why a key needs no task; nil if it does.
  func departure(of ordinal: Int, _ wall: Instant) -> TaskRecord.Departure? {
    if Analysis.gap(at: ordinal, space: space, map: observed.map, now: wall) == nil {
      return space.due(ordinal) > wall ? .unexpected : .elsewhere
    }
    if let until = observed.keys[ordinal]?.waivedUntil, until > wall { return .waived }
    return space.isWaived(ordinal, at: wall) ? .waived : nil
  }

  /// Drops a pending task that was never tried within its time to live. Its gaps are found again if
  /// they are still there, and keep the time at which they were first detected.
  private mutating func expire(
    _ id: TaskID, _ task: TaskRecord, at now: Instant, _ decision: inout Decision
  ) {
    for (index, ordinal) in (queue.ordinals[id] ?? []).enumerated()
    where ordinal != TaskQueue.unexpected && task.isOpen(index) {
      var record = observed.keys[Int(ordinal)] ?? KeyRecord()
      record.firstTask = min(record.firstTask, task.created)
      observed.setKey(record, at: Int(ordinal), in: space, into: &decision)
    }
    close(id, as: .cancelled, .expired, at: now, &decision)
  }

  /// Success rates enter the scores once a cycle; what is parked does not compete until it wakes.
  private func rescore(
    _ id: TaskID, _ task: inout TaskRecord, _ facts: ReviewPass.Facts, objects: Int
  ) {
    guard task.state != .parked else { return }
    let firstDetected = (queue.ordinals[id] ?? []).reduce(task.created) { first, ordinal in
      ordinal == TaskQueue.unexpected
        ? first : min(first, observed.keys[Int(ordinal)]?.firstTask ?? first)
    }
    task.score = Scoring(policy: configuration.queue.scoring).score(
      priority: task.priority, source: facts.source, firstDetected: firstDetected,
      objects: objects, successMicro: facts.successMicro)
  }
}
