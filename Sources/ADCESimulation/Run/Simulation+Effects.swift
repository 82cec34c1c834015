import ADCEKernel

// What an effect leads to, and what is looked at when a cycle has ended.

extension Simulation {
  mutating func carryOut(_ effect: Effect) {
    guard process.isUp else { return }
    sampler?.note(effect, at: now)
    switch effect {
    case .loadCatalogs(let ticket): loadCatalogs(ticket)
    case .scan(let ticket): scan(ticket)
    case .lookUp(let task): lookUp(task)
    case .start(let attempt): start(attempt)
    case .cancel(let attempt): cancel(attempt)
    case .cycleFinished: cycleFinished()
    case .cycleFailed(_, let message):
      process.cycledAt = now
      report.cyclesFailed += 1
      if scenario.faults.isEmpty { found(.cyclesSucceed, "a cycle failed: \(message)") }
    case .runEnded: report.runs += 1
    case .alert(let alert):
      if alert.kind == .invariant { found(.kernelInvariants, alert.message) }
    case .drained: drained()
    case .answered(let id, let answer): answered(id, answer)
    case .finished: break
    }
  }

  private mutating func cycleFinished() {
    report.cycles += 1
    process.cycledAt = now
    if scenario.plan.objectsDue < 10_000 {
      for violation in oracles.checkTasks(kernel, steady) { found(.oneTaskAKey, violation) }
      for violation in oracles.checkLooks(kernel, isSettled: isSettled) {
        found(.looksGoForward, violation)
      }
      if gapsAreKnown { checkGaps() }
      checkBounds()
    }
    if report.verdict == nil, isCalm, isConverged {
      report.convergedAfter = elapsed - scenario.durationMilliseconds
      report.verdict = .pass
    }
  }

  // MARK: HAVE against SHOULD, in truth

  /// Whether the process can know exactly what the lake lacks: its last look is newer than whatever
  /// nobody told it, by clocks and catalogs that are right.
  private var gapsAreKnown: Bool {
    guard let snapshot = kernel.snapshot, let look = lake.look(of: snapshot),
      look.foreignChanges == lake.foreignChanges,
      look.begins - lake.lastForeign > look.margin + Span.minute,
      snapshot.record.space == kernel.space.fingerprint, !snapshot.record.isDoubted
    else { return false }
    return flights.isEmpty && unheard.isEmpty && isSettled && catalogsAreWhole
      && !holds(.operatorReload)
  }

  /// The clocks are right, and have been for long; nor has the definition been edited.
  private var isSettled: Bool {
    machine.wallError == 0 && machine.steadyError == 0 && now >= owner.unsettledUntil
  }

  /// Whether every game that is due is in the catalogs that the process goes by.
  private var catalogsAreWhole: Bool {
    guard let day = owner.catalogsOf else { return false }
    return Int(CivilDay(containing: now).day) <= Int(day) + scenario.policy.catalogDaysAhead
  }

  private mutating func checkGaps() {
    report.gapChecks += 1
    var told: [Int: GapKind] = [:]
    var strangers = 0
    let analysis = kernel.analyse(at: steady)
    kernel.forEachGap(analysis, at: steady) { gap in
      guard let key = gap.key, let object = world.index(of: key) else {
        strangers += 1
        return true
      }
      told[object] = gap.kind
      return true
    }
    if strangers > 0 { found(.gapsAreTrue, "\(strangers) gaps are not of this world") }
    var expected = 0
    for object in 0..<world.objectCount where world.isDue(object, at: wall) {
      expected += 1
      let truth = kind(of: object)
      let isUnsure = lake.unsure.contains(object) && truth == nil && told[object] == .stale
      if told[object] != truth, !isUnsure {
        found(
          .gapsAreTrue,
          "\(String(decoding: world.key(object), as: UTF8.self)) is "
            + "\(truth.map { "\($0)" } ?? "there") since \(world.since[object].iso), and told as "
            + "\(told[object].map { "\($0)" } ?? "there")")
        return
      }
      told[object] = nil
    }
    if let early = told.keys.min() {
      found(
        .gapsAreTrue,
        "\(String(decoding: world.key(early), as: UTF8.self)) is a gap before it is due")
    }
    if analysis.total.expected != expected {
      found(
        .gapsAreTrue, "\(analysis.total.expected) objects are expected, in truth \(expected)")
    }
  }

  private func kind(of object: Int) -> GapKind? {
    if world.facts(object) == nil { return .missing }
    if world.isUndersized(object) { return .undersized }
    return isStale(object) ? .stale : nil
  }

  func isStale(_ object: Int) -> Bool {
    guard world.isStale(object, at: wall) else { return false }
    return lake.confirmed[object].map { $0 < world.settled(object) } ?? true
  }

  private mutating func checkBounds() {
    let objects = world.objectCount
    let scrapers = configuration.scrapers.count
    for table in TableID.allCases {
      let bound =
        switch table {
        // One of a kind each.
        case .control: 16
        // What has been configured, ever; a reload of the owner's renames a few.
        case .names: 16 + 4 * scrapers + 2 * objects
        case .catalogs: 2 * configuration.desired.catalogs.count
        case .snapshots: ScanSource.allCases.count + 1
        // Of each data type a chunk a season, for each kind of scan.
        case .segments: 8 * scrapers * (scenario.plan.pastSeasons + 3) * 4
        case .ledger, .keys: 2 * objects
        case .tasks: configuration.queue.maxLive + 20_000
        case .taskItems: 2 * objects + 20_000
        case .attempts: scenario.policy.maxConcurrentGlobal
        case .sources, .scrapers: 2 * scrapers + 8
        // Sixty quanta of a window, and the one that is leaving it.
        case .quanta: 64 * 2 * (World.placement.count + 1)
        }
      let count = store.records.count(of: table)
      if count > bound { found(.boundedState, "\(count) \(table) records, more than \(bound)") }
    }
  }

  // MARK: Requests that need not have been

  /// No source is asked for what the lake held, where a look at the lake had shown it.
  mutating func checkNeed(_ work: AttemptWork, _ objects: [Int?]) {
    for (offset, item) in work.items.enumerated() {
      guard let object = objects[offset] else { continue }
      checkCount(object, item.key)
      guard item.stored == nil, !item.storedIsSufficient, world.facts(object) != nil,
        !world.isUndersized(object), !isStale(object)
      else { continue }
      report.needlessRequests += 1
      guard let look = lake.look(of: kernel.snapshot), look.foreignChanges >= 0,
        machine.wallError == 0, now >= owner.unsettledUntil,
        world.since[object] < look.begins - look.margin
      else { continue }
      found(
        .nothingNeedless,
        "\(String(decoding: item.key, as: UTF8.self)) is asked for, and the lake held it since "
          + "\(world.since[object].iso), before the last look at it")
    }
  }

  /// How often an object is asked for, and whether it may be at all.
  private mutating func checkCount(_ object: Int, _ key: [UInt8]) {
    let key = String(decoding: key, as: UTF8.self)
    let most = oracles.requestsADayMax(
      scenario.policy, crashes: report.crashes + report.reopened, operators: owner.requests)
    // What is lost again and again is fetched again and again.
    let losses = [FaultClass.lakeVanishes, .objectDeleted, .objectTruncated, .backupRestored]
      .reduce(0) { $0 + schedule.fired[Int($1.rawValue)] }
    let count = oracles.asked(object, now)
    if count > most + losses {
      found(.boundedRequests, "\(key) was asked for \(count) times within a day")
    }
    if oracles.isUnknown(object, afterScan: lake.lastScanBegins) {
      found(.lookBeforeRepeat, "\(key) was cut off, and is asked for again without a look")
    }
    if let until = owner.surelyWaived[object], until > wall, now >= owner.unsettledUntil {
      found(.waiversHold, "\(key) is waived until \(until.iso), and asked for")
    }
  }

  mutating func checkConcurrency(_ flight: Flight, _ scraper: Configuration.Scraper) {
    let all = flights.count + 1
    if all > scenario.policy.maxConcurrentGlobal {
      found(
        .concurrency,
        "\(all) attempts at a time, allowed \(scenario.policy.maxConcurrentGlobal)")
    }
    let same = flights.values.count { $0.scraper == flight.scraper } + 1
    if same > scenario.policy.maxConcurrent {
      found(
        .concurrency,
        "\(same) attempts of \(scraper.id) at a time, allowed \(scenario.policy.maxConcurrent)")
    }
  }

  // MARK: Calm

  /// The faults are over: from here on everything that can be had must come within a bound.
  mutating func beginCalm() {
    isCalm = true
    // A backup that was put back may have brought a pause back that was over.
    request(.resume(source: nil))
    for entry in World.placement { request(.resume(source: entry.source)) }
    let policy = scenario.policy
    let perHour =
      [
        policy.perMinute.map { $0 * 60 }, policy.perHour, policy.globalPerMinute.map { $0 * 60 },
        policy.scraperRateMicro > 0 ? Int(policy.scraperRateMicro * 3600 / 1_000_000) : nil, 10_000,
      ].compactMap(\.self).min() ?? 1
    let backlog = Int64(world.objectCount) * Span.hour / Int64(max(1, perHour))
    // A cool-down may have begun with the last fault, and one more follows where the source has the
    // object only later; a report is a day old, and one that is doubted waits for another.
    var bound = 2 * policy.cooldownMaxMilliseconds + policy.publicationLagMilliseconds
    bound += 6 * policy.intervalMinutes * Span.minute + 4 * Span.hour + 4 * backlog
    if policy.lake == .inventory { bound += 4 * Span.day }
    deadline = now + bound
  }

  /// Objects that were due when the faults ended, can be had, and are not as they should be.
  private var late: [Int] {
    let begin = WorldPlan.begin + scenario.durationMilliseconds
    return (0..<world.objectCount).filter { object in
      world.isDue(object, at: begin) && kind(of: object) != nil
        && !world.isAbsentForEver(object) && world.isPublished(object, at: begin)
        && (world.settled(object) <= begin || world.facts(object) == nil)
        && (owner.waived[object].map { $0 <= wall } ?? true)
    }
  }

  private var isConverged: Bool { late.isEmpty }

  func lateness() -> String {
    let late = late
    var text = "\(late.count) objects that can be had are not there, the first: "
    guard let first = late.first else { return "the loop is not quiet" }
    let key = world.key(first)
    text += String(decoding: key, as: UTF8.self) + ", " + (kind(of: first).map { "\($0)" } ?? "")
    for id in kernel.liveTaskIDs {
      guard let task = kernel.task(id, at: steady),
        kernel.keys(of: id).contains(where: { $0.isOpen && $0.key == key })
      else { continue }
      text += ", task \(id.number) \(task.state.name) \(task.reason)"
      if let until = task.notBefore { text += " until \(until.iso)" }
    }
    return text
  }

  // MARK: The end

  mutating func finish() {
    if !keepsStore || process.isUp {
      checkInvariants()
    }
    if report.verdict == nil, !report.isCut { report.verdict = .pass }
    report.digest = kernel.digest.hex
    report.simulatedSeconds = elapsed / 1000
    let truth = world.truth(at: wall)
    report.expected = truth.expected
    report.missing = truth.missing
    let counts = kernel.taskCounts
    report.tasksMade = Int(kernel.tasksMade)
    report.tasksByState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    report.attempts = Int(kernel.attemptsMade)
    report.success = tally.summary(world, attemptsMax: world.policy.attempts)
    report.faults = FaultClass.allCases.compactMap { kind in
      let count = schedule.fired[Int(kind.rawValue)]
      return count > 0 ? (kind, count) : nil
    }
  }
}
