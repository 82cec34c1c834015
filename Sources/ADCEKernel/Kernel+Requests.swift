// What operators ask for, each answered once.

extension Kernel {
  mutating func answer(_ request: Request, at now: Instant, _ decision: inout Decision) {
    let answer: Effect.Answer
    switch request.action {
    case .reconcile:
      requestCycle(.requested, scan: .always, at: now, &decision)
      answer = .accepted(1)
    case .pause(let source):
      answer = setPaused(true, source, &decision)
    case .resume(let source):
      answer = setPaused(false, source, &decision)
    case .retry(let ids):
      var count = 0
      for id in ids where retry(id, at: now, &decision) { count += 1 }
      answer =
        count == 0 && !ids.isEmpty
        ? .refused("none of these tasks is parked or backing off") : .accepted(count)
    case .cancel(let ids):
      let live = ids.filter { queue.tasks[$0]?.state.isLive == true }
      for id in live { cancelByOperator(id, at: now, &decision) }
      answer =
        live.isEmpty && !ids.isEmpty
        ? .refused("none of these tasks is under way") : .accepted(live.count)
    case .waive(let keys, let reason, let until):
      answer = waive(keys, reason, until, at: now, &decision)
    case .clearQueue:
      let idle = queue.liveIDs.filter { queue.tasks[$0]?.state != .running }
      for id in idle { close(id, as: .cancelled, .byOperator, at: now, &decision) }
      answer = .accepted(idle.count)
    case .acceptVanished:
      let count = observed.acceptVanished(in: space, into: &decision)
      run.gapsMayBeFree = true
      answer = .accepted(count)
    case .drain:
      run.isDraining = true
      answer = .accepted(limits.running)
    }
    decision.effects.append(.answered(id: request.id, answer))
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

  private mutating func waive(
    _ keys: [[UInt8]], _ reason: String, _ until: CivilDay?, at now: Instant,
    _ decision: inout Decision
  ) -> Effect.Answer {
    let ordinals = keys.map { key in key.withUnsafeBytes { space.ordinal(of: $0) } }
    if let index = ordinals.firstIndex(of: nil) {
      return .refused(
        "\"\(String(decoding: keys[index], as: UTF8.self))\" is not expected by any data type")
    }
    for case let ordinal? in ordinals {
      var record = observed.keys[ordinal] ?? KeyRecord()
      record.waivedUntil = until?.end ?? .distantFuture
      record.waivedReason = String(reason.prefix(500))
      observed.setKey(record, at: ordinal, in: space, into: &decision)
    }
    let waived = Set(ordinals.compactMap { $0 })
    takeOut(because: .byOperator, at: now, &decision) { waived.contains($0) }
    return .accepted(ordinals.count)
  }
}
