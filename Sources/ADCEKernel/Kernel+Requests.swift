// What operators ask for, each answered once: what one step can do at once, the rest as it goes.

extension Kernel {
  mutating func answer(_ request: Request, at now: Instant, _ decision: inout Decision) {
    switch request.action {
    case .reconcile:
      requestCycle(.requested, scan: .always, at: now, &decision)
      say(.accepted(1), to: request.id, &decision)
    case .pause(let source):
      say(setPaused(true, source, &decision), to: request.id, &decision)
    case .resume(let source):
      say(setPaused(false, source, &decision), to: request.id, &decision)
    case .retry(let ids):
      take(request, .retry(ids.map(\.number)), names: ids.count, &decision)
    case .cancel(let ids):
      take(request, .cancel(ids.map(\.number)), names: ids.count, &decision)
    case .waive(let keys, let reason, let until):
      if let stranger = keys.first(where: { ordinal(of: $0) == nil }) {
        let key = String(decoding: stranger, as: UTF8.self)
        say(.refused("\"\(key)\" is not expected by any data type"), to: request.id, &decision)
        return
      }
      take(
        request,
        .waive(
          keys: keys, reason: String(reason.prefix(500)), until: until?.end ?? .distantFuture),
        names: keys.count, &decision)
    case .clearQueue:
      take(request, .clearQueue(from: 0, below: counters.nextTask), names: 0, &decision)
    case .acceptVanished:
      take(request, .acceptVanished, names: 0, &decision)
    case .drain:
      run.isDraining = true
      say(.accepted(limits.running), to: request.id, &decision)
    }
  }

  private mutating func say(
    _ answer: Effect.Answer, to id: UInt64, _ decision: inout Decision
  ) {
    decision.effects.append(.answered(id: id, answer))
  }

  /// Takes a request up whose work may be too much for this step.
  private mutating func take(
    _ request: Request, _ work: RequestsUnderWay.Work, names: Int, _ decision: inout Decision
  ) {
    if names > RequestsUnderWay.namesMax {
      say(
        .refused("more than \(RequestsUnderWay.namesMax) at once"), to: request.id, &decision)
    } else if requests.list.count >= RequestsUnderWay.most {
      say(.refused("too many requests are under way"), to: request.id, &decision)
    } else {
      requests.list.append(.init(id: request.id, work: work, isNamed: names > 0))
    }
  }

  private mutating func setPaused(
    _ isPaused: Bool, _ source: String?, _ decision: inout Decision
  ) -> Effect.Answer {
    guard let source else {
      run.isPaused = isPaused
      return .accepted(1)
    }
    guard configuration.scrapers.contains(where: { $0.source == source }) else {
      return .refused("no scraper has a source \"\(source)\"")
    }
    let id = names.id(source, into: &decision)
    var record = limits.sources[id] ?? SourceRecord()
    record.isPaused = isPaused
    limits.sources.put(record, at: id, into: &decision)
    return .accepted(1)
  }

  func ordinal(of key: [UInt8]) -> Int? { key.withUnsafeBytes { space.ordinal(of: $0) } }
}

// MARK: - Under way

extension Kernel {
  /// Goes on with the requests in the order in which they came; false if this step is full.
  mutating func advanceRequests(at now: Instant, _ decision: inout Decision) -> Bool {
    while var entry = requests.list.first {
      let isDone = advance(&entry, at: now, &decision)
      guard isDone else {
        requests.list[0] = entry
        return false
      }
      requests.list.removeFirst()
      if let id = entry.id { say(answer(to: entry), to: id, &decision) }
    }
    return true
  }

  private func answer(to entry: RequestsUnderWay.Entry) -> Effect.Answer {
    switch entry.work {
    case .retry where entry.count == 0 && entry.isNamed:
      .refused("none of these tasks is parked or backing off")
    case .cancel where entry.count == 0 && entry.isNamed:
      .refused("none of these tasks is under way")
    case .retry, .cancel, .waive, .clearQueue, .acceptVanished: .accepted(Int(entry.count))
    }
  }

  /// As much of one request as this step has room for; true if that was the rest of it.
  private mutating func advance(
    _ entry: inout RequestsUnderWay.Entry, at now: Instant, _ decision: inout Decision
  ) -> Bool {
    switch entry.work {
    case .retry(let ids):
      let done = forEach(ids, at: now, &entry, &decision) { kernel, id, decision in
        kernel.retry(id, at: now, &decision)
      }
      entry.work = .retry(Array(ids[done...]))
      return done == ids.count
    case .cancel(let ids):
      let done = forEach(ids, at: now, &entry, &decision) { kernel, id, decision in
        guard kernel.queue.tasks[id]?.state.isLive == true else { return false }
        kernel.cancelByOperator(id, at: now, &decision)
        return true
      }
      entry.work = .cancel(Array(ids[done...]))
      return done == ids.count
    case .clearQueue(let from, let below):
      let ids = queue.liveIDs.map(\.number).filter { from <= $0 && $0 < below }
      let done = forEach(ids, at: now, &entry, &decision) { kernel, id, decision in
        kernel.clear(id, at: now, &decision)
      }
      guard done < ids.count else { return true }
      entry.work = .clearQueue(from: ids[done], below: below)
      return false
    case .waive(let keys, let reason, let until):
      let done = waive(keys, reason, until, &entry, &decision)
      requestReview()
      entry.work = .waive(keys: Array(keys[done...]), reason: reason, until: until)
      return done == keys.count
    case .acceptVanished:
      let (count, isDone) = observed.acceptVanished(in: space, into: &decision)
      entry.count += UInt32(clamping: count)
      if isDone { run.gapsMayBeFree = true }
      return isDone
    }
  }

  /// Does something to tasks while there is room; gives how many of them it came to.
  private mutating func forEach(
    _ ids: [UInt64], at now: Instant, _ entry: inout RequestsUnderWay.Entry,
    _ decision: inout Decision, _ body: (inout Kernel, TaskID, inout Decision) -> Bool
  ) -> Int {
    for (index, number) in ids.enumerated() {
      let id = TaskID(number)
      guard fits(Int(queue.tasks[id]?.itemCount ?? 0) + 4, decision) else { return index }
      if body(&self, id, &decision) { entry.count += 1 }
    }
    return ids.count
  }

  private mutating func waive(
    _ keys: [[UInt8]], _ reason: String, _ until: Instant,
    _ entry: inout RequestsUnderWay.Entry, _ decision: inout Decision
  ) -> Int {
    for (index, key) in keys.enumerated() {
      guard fits(1, decision) else { return index }
      // The key space may have changed since the request came.
      guard let ordinal = ordinal(of: key) else { continue }
      var record = observed.keys[ordinal] ?? KeyRecord()
      record.waivedUntil = until
      record.waivedReason = reason
      observed.setKey(record, at: ordinal, in: space, into: &decision)
      entry.count += 1
    }
    return keys.count
  }
}
