import ADCEKernel

// The world's side of the ports: what an effect leads to, and when.

extension Simulation {
  mutating func carryOut(_ effect: Effect) {
    switch effect {
    case .loadCatalogs(let ticket):
      let loads: [Event.CatalogLoad] =
        catalogsRead ? [.unchanged, .unchanged] : world.catalogs.map { .content($0) }
      catalogsRead = true
      post(.catalogsLoaded(ticket, loads), after: 5)
    case .scan(let ticket):
      let (map, milliseconds) = scanned()
      let scan = Event.Scan(
        map: map, space: kernel.space.fingerprint, source: .directory, began: now)
      post(.scanFinished(ticket, scan), after: milliseconds)
    case .lookUp(let task):
      let items = kernel.keysToLookUp(task).map { index, key in
        Event.LookUp.Item(index: index, facts: world.index(of: key).flatMap { world.facts($0) })
      }
      post(.lookedUp(task, .answered(items)), after: 20)
    case .start(let attempt): start(attempt)
    case .cycleFinished(let number): cycleFinished(number)
    case .cycleFailed(_, let message): report.violations.append("a cycle failed: \(message)")
    case .runEnded: report.runs += 1
    case .alert(let alert):
      if alert.kind == .invariant { report.violations.append(alert.message) }
    case .cancel, .answered, .drained, .finished: break
    }
  }

  /// The lake as a scan sees it: most of the time as a map, now and then row by row through the
  /// real matcher, so that the path stays tested and a year stays cheap.
  private mutating func scanned() -> (CoverageMap, milliseconds: Int64) {
    scans += 1
    guard scans % 16 == 1 else {
      refreshOrdinals()
      return (mirror, 500)
    }
    var map = CoverageMap(for: kernel.space)
    var key: [UInt8] = []
    for index in 0..<world.objectCount {
      guard let facts = world.facts(index) else { continue }
      key.removeAll(keepingCapacity: true)
      world.appendKey(index, to: &key)
      key.withUnsafeBytes { map.observe(key: $0, facts: facts, in: kernel.space) }
    }
    return (map, 500)
  }

  private mutating func refreshOrdinals() {
    guard ordinalsFor != kernel.space.fingerprint else { return }
    ordinalsFor = kernel.space.fingerprint
    var key: [UInt8] = []
    ordinals = (0..<world.objectCount).map { index in
      key.removeAll(keepingCapacity: true)
      world.appendKey(index, to: &key)
      return key.withUnsafeBytes { kernel.space.ordinal(of: $0).map { Int32($0) } ?? -1 }
    }
    mirror = CoverageMap(for: kernel.space)
    for index in ordinals.indices { reflect(index) }
  }

  /// Shows one object of the lake in the mirror.
  private mutating func reflect(_ index: Int) {
    guard index < ordinals.count, ordinals[index] >= 0, let facts = world.facts(index) else {
      return
    }
    mirror.set(Int(ordinals[index]), facts: facts, in: kernel.space)
  }

  // MARK: Attempts

  private mutating func start(_ id: AttemptID) {
    guard let work = kernel.work(for: id), let item = work.items.first,
      let index = world.index(of: item.key)
    else {
      report.violations.append("attempt \(id.number) has no object of this world")
      return
    }
    if world.facts(index) != nil, item.stored == nil, !isStale(index) {
      report.needlessRequests += 1
    }
    source.sent(work.source, at: now, limit: options.plan.requestsPerMinute, &report.violations)
    let answer = options.faults.answer(world, index: index, attempt: id.number)
    if case .stored(let bytes) = answer.outcome {
      world.store(index, bytes: bytes, at: now + answer.milliseconds)
      if ordinalsFor == kernel.space.fingerprint { reflect(index) }
    }
    var end = AttemptEnd(
      attempt: id, failure: nil,
      items: [.init(index: item.index, result: result(of: answer, index: index))])
    end.requests = 1
    end.retryAfterMilliseconds = answer.retryAfterMilliseconds
    tally.attempted(index, isStored: answer.isStored)
    post(.attemptEnded(end), after: answer.milliseconds)
  }

  private func isStale(_ index: Int) -> Bool {
    guard let facts = world.facts(index) else { return false }
    return Instant(seconds: facts.modifiedSeconds) < world.settled(index)
  }

  private func result(of answer: FaultProfile.Answer, index: Int) -> ItemResult {
    switch answer.outcome {
    case .stored:
      guard let facts = world.facts(index) else { return .failed(.ownFault) }
      return .stored(facts, contentHash: Hash128(of: world.key(index)))
    case .failed(let failure): return .failed(failure)
    }
  }

  // MARK: Cycles

  private mutating func cycleFinished(_ number: UInt64) {
    report.cycles += 1
    guard options.checks else { return }
    report.violations += kernel.violations(at: now)
    let total = kernel.analyse(at: now).total
    let truth = world.truth(at: now)
    if kernel.attemptsRunning == 0, total.expected != truth.expected {
      report.violations.append(
        "cycle \(number): \(total.expected) objects are expected, in truth \(truth.expected)")
    }
    if kernel.attemptsRunning == 0, total.missing != truth.missing {
      report.violations.append(
        "cycle \(number): \(total.missing) objects are missing, in truth \(truth.missing)")
    }
  }

  mutating func finish() {
    report.violations += kernel.violations(at: now)
    report.digest = kernel.digest.hex
    report.simulatedSeconds = options.durationMilliseconds / 1000
    let truth = world.truth(at: now)
    report.expected = truth.expected
    report.missing = truth.missing
    let counts = kernel.taskCounts
    report.tasksMade = Int(kernel.tasksMade)
    report.tasksByState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    report.attempts = Int(kernel.attemptsMade)
    report.success = tally.summary(world, attemptsMax: World.attemptsMax)
  }
}
