import ADCEKernel

// Attempts: what a source answers, what a scraper makes of it, what arrives in the lake.

extension Simulation {
  mutating func start(_ id: AttemptID) {
    guard let work = kernel.work(for: id) else {
      return found(.startedOnce, "attempt \(id.number) has no work")
    }
    if keepsStore, !store.holds(id) {
      found(.durableBeforeVisible, "attempt \(id.number) is started, and is not in the store")
    }
    let scraper = kernel.configuration.scrapers[work.scraper]
    let objects = work.items.map { world.index(of: $0.key) }
    guard let first = objects.first ?? nil, !objects.contains(nil) else {
      return found(.thisWorldOnly, "attempt \(id.number) asks for what is not of this world")
    }
    var flight = Flight(
      source: World.sourceOfType[world.type(of: first)], scraper: scraper.id,
      isCommand: scraper.kind == .command, items: [], endsAt: now)
    if let violation = oracles.started(id, work) { found(.startedOnce, violation) }
    checkNeed(work, objects)
    checkConcurrency(flight, scraper)
    let name = World.placement[flight.source].source
    if owner.paused.contains(nil) || owner.paused.contains(name) {
      found(.pausesHold, "\(name) is paused, and attempt \(id.number) started")
    }
    ask(work, objects, scraper, id, &flight)
    for violation in oracles.limits.started(
      source: flight.source, scraper: scraper.id, requests: scraper.requestsPerTask, at: now)
    { found(.restOfSources, violation) }
    flights[id] = flight
    timeline.post(.attemptEnds(id, process: process.number), at: flight.endsAt)
  }

  /// Asks for one object after the other, as `http` does for its one.
  private mutating func ask(
    _ work: AttemptWork, _ objects: [Int?], _ scraper: Configuration.Scraper, _ id: AttemptID,
    _ flight: inout Flight
  ) {
    let isCommand = flight.isCommand
    var time = now + 1
    let limit = now + scraper.timeoutMilliseconds
    for (offset, item) in work.items.enumerated() {
      guard let object = objects[offset] else { continue }
      let turn = UInt64(offset)
      var outcome = Flight.Outcome.untouched
      if flight.failure == nil, time > limit {
        // It was stopped while it waited between two requests.
        time = limit
        flight.failure = .transient
      }
      if flight.failure == nil {
        if isCommand, strike(.scraperCrash, id.number, turn) != nil {
          flight.failure = .scraperFault
        } else {
          let answer = answer(object, id, turn, at: time, &flight)
          time = time + answer.milliseconds
          if isCommand, offset + 1 < work.items.count {
            time = time + scenario.policy.commandPace
          }
          outcome = answer.outcome
          if time > limit {
            // Nobody knows what it was about when it was stopped.
            time = limit
            outcome = .failed(.transient)
            if isCommand { flight.failure = .transient }
          }
          if isCommand, outcome == .answered, strike(.scraperLie, id.number, turn) != nil {
            outcome = .failed(.scraperFault)
          }
          if isCommand, outcome == .answered {
            timeline.post(
              .written(id, offset: offset, process: process.number), at: time)
          }
        }
      }
      flight.items.append(
        .init(
          index: item.index, object: object, outcome: outcome, isRefresh: item.storedIsSufficient))
    }
    flight.endsAt = time
  }

  private mutating func answer(
    _ object: Int, _ id: AttemptID, _ turn: UInt64, at time: Instant, _ flight: inout Flight
  ) -> (outcome: Flight.Outcome, milliseconds: Int64) {
    let source = flight.source
    var latency = 40 + Int64(world.draw.bits(.latency, id.number, turn) % 400)
    if let fault = strike(.slowAnswer, id.number, turn, source: source) {
      latency *= 10 + Int64(schedule.bits(fault, id.number, turn) % 60)
    }
    flight.sent.append(time)
    if strike(.resetBefore, id.number, turn, source: source) != nil {
      return (.failed(.transient), latency)
    }
    let request = RequestUnderWay(
      source: source, attempt: id, process: process.number, sent: time)
    timeline.post(.request(request), at: time + min(latency, 400) * 4 / 10)
    if strike(.sourceDown, id.number, turn, source: source) != nil
      || strike(.serverError, id.number, turn, source: source) != nil
    {
      return (.failed(.transient), latency)
    }
    if let fault = strike(.throttled, id.number, turn, source: source) {
      let asked = schedule.bits(fault, id.number, turn)
      flight.retryAfterMilliseconds =
        asked % 8 == 0 ? nil : (asked % 32 == 1 ? 2 * Span.hour : Int64(asked % 120_000))
      return (.failed(.throttled), latency)
    }
    if strike(.hang, id.number, turn, source: source) != nil {
      return (.failed(.transient), Span.hour)
    }
    if strike(.refused, id.number, turn, source: source) != nil {
      return (.failed(.refused), latency)
    }
    if world.isAbsentForEver(object) || !world.isPublished(object, at: now) {
      return (.failed(.absent), latency)
    }
    if strike(.blockPage, id.number, turn, source: source) != nil
      || strike(.truncatedBody, id.number, turn, source: source) != nil
    {
      return (.failed(.invalid), latency)
    }
    return (.answered, latency)
  }

  mutating func arrive(_ request: RequestUnderWay) {
    // Who is dead sends nothing; what had been sent arrives.
    if let death = deaths[request.process], request.sent > death { return }
    let cut = cuts[Cut(process: request.process, attempt: request.attempt)]
    if let cut, request.sent > cut { return }
    report.requests += 1
    sampler?.arrived(at: request.source)
    let name = World.placement[request.source].source
    say("a request of attempt \(request.attempt.number) reaches \(name)")
    for violation in oracles.limits.arrived(at: request.source, now) {
      found(.sourceLimits, violation)
    }
  }

  mutating func cancel(_ id: AttemptID) {
    guard flights[id] != nil else { return }
    flights[id]?.isCancelled = true
    let soon = now + 1 + Int64(world.draw.bits(.latency, id.number, 99) % 200)
    timeline.post(.attemptEnds(id, process: process.number), at: soon)
  }

  // MARK: The end of an attempt

  mutating func finish(_ id: AttemptID) {
    // One that was cancelled has two ends; the first is it.
    guard let flight = flights.removeValue(forKey: id) else { return }
    if flight.retryAfterMilliseconds != nil { endedAt[id] = flight.source }
    if flight.isCancelled {
      cuts = cuts.filter { now - $0.value < Span.day }
      cuts[Cut(process: process.number, attempt: id)] = now
    }
    var end = AttemptEnd(attempt: id, failure: flight.failure, items: [])
    let isBrokenOff = flight.isCancelled && now < flight.endsAt
    for (offset, item) in flight.items.enumerated() {
      let result: ItemResult
      if isBrokenOff {
        // What a command has stored before it is in the lake, and nobody is told of it.
        if item.result != nil { lake.changedByOthers(now) }
        result = .untouched
      } else {
        result = item.result ?? self.result(of: item, id, UInt64(offset))
      }
      if !isBrokenOff, item.outcome != .untouched {
        tally.attempted(item.object, isStored: result.isSuccess)
        sampler?.attempted(isStored: result.isSuccess)
      }
      if isBrokenOff || result == .failed(.ownFault) { oracles.failedByOwnFault(item.object) }
      end.items.append(.init(index: item.index, result: result))
    }
    if isBrokenOff { end.failure = .ownFault }
    end.requests =
      flight.items.count > 1 && world.draw.bits(.latency, id.number, 98) % 2 == 0
      ? nil : flight.sent.count { $0 <= now }
    end.retryAfterMilliseconds = flight.retryAfterMilliseconds
    unheard.insert(id)
    deliver(.attemptEnded(end))
  }

  private mutating func result(
    of item: Flight.Item, _ id: AttemptID, _ turn: UInt64
  ) -> ItemResult {
    switch item.outcome {
    case .untouched: return .untouched
    case .failed(let failure): return .failed(failure)
    case .answered: break
    }
    // A copy that is long enough, and has not changed since it was captured, is current.
    if item.isRefresh, let facts = world.facts(item.object), !world.isUndersized(item.object),
      world.draw.bits(.world, UInt64(item.object), 4) % 2 == 0
    {
      lake.confirmed[item.object] = wall
      lake.unsure.remove(item.object)
      return .current(facts)
    }
    if strike(.storeRefused, id.number, turn) != nil { return .failed(.ownFault) }
    write(item.object)
    if strike(.answerLost, id.number, turn) != nil {
      lake.changedByOthers(now)
      return .failed(.ownFault)
    }
    guard let facts = world.facts(item.object) else { return .failed(.ownFault) }
    return .stored(facts, contentHash: Hash128(high: 0, low: UInt64(item.object)))
  }

  /// Puts an object into the lake, whole unless said otherwise, by the clock of who keeps it.
  mutating func write(_ object: Int, bytes: Int? = nil) {
    let time = scenario.policy.lake == .directory ? wall : now
    world.store(object, bytes: bytes ?? world.size(of: object), at: now, modified: time)
    lake.confirmed[object] = nil
    lake.unsure.remove(object)
  }

  /// A command is through with one object.
  mutating func write(_ offset: Int, of id: AttemptID) {
    guard let item = flights[id]?.items[offset] else { return }
    let result = result(of: item, id, UInt64(offset))
    flights[id]?.items[offset].result = result
  }

  mutating func land(_ object: Int) {
    write(object)
    lake.changedByOthers(now)
  }

  /// The process hears of something at once, or when it goes on.
  mutating func deliver(_ event: Event) {
    timeline.post(.event(event, process: process.number), at: now)
  }
}

extension ItemResult {
  /// The lake has the object as it should be.
  fileprivate var isSuccess: Bool {
    switch self {
    case .stored, .current: true
    case .failed, .untouched: false
    }
  }
}
