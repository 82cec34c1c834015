/// Every decision of ADCE: one value, one entry, no clock, no thread, no file.
///
/// What it knows is records and what is derived from them. The host (or the simulator) feeds it
/// events, commits the mutations that it answers with, and then carries out its effects.
public struct Kernel: ~Copyable, Sendable {
  public private(set) var configuration: Configuration
  public internal(set) var space: KeySpace
  /// The sum of the hashes of all records, adjusted with each mutation.
  public internal(set) var digest: Hash128

  var names: Names
  var counters: ControlRecord.Counters
  var clock: ControlRecord.Clock
  public internal(set) var cycle: Cycle
  public internal(set) var run: Run
  var catalogs: Table<CatalogRecord>
  var observed: Observed
  var queue: TaskQueue
  var limits: Limits
  public internal(set) var backlog: Backlog
  var requests: RequestsUnderWay
  var notices: Notices

  // Derived, and not part of what recovery must reproduce.
  var control: Table<ControlRecord>
  var laneLimits: [NameID: LaneLimits]

  // Of this process and moment: see `Pressure`.
  var lastPressure = Pressure.none
  var pressedSince = Instant.distantPast

  init(
    configuration: Configuration, space: KeySpace, digest: Hash128, names: Names,
    catalogs: Table<CatalogRecord>, observed: Observed, queue: TaskQueue, limits: Limits,
    control: Table<ControlRecord>
  ) {
    self.configuration = configuration
    self.space = space
    self.digest = digest
    self.names = names
    self.catalogs = catalogs
    self.observed = observed
    self.queue = queue
    self.limits = limits
    self.control = control
    counters = .init()
    clock = .init()
    cycle = Cycle()
    run = Run()
    backlog = Backlog()
    requests = RequestsUnderWay()
    notices = Notices()
    laneLimits = [:]
  }

  /// A deliberate copy: for another process's questions, a dry run, a twin in a test.
  public func fork() -> Kernel {
    var copy = Kernel(
      configuration: configuration, space: space, digest: digest, names: names,
      catalogs: catalogs, observed: observed, queue: queue, limits: limits, control: control)
    copy.counters = counters
    copy.clock = clock
    copy.cycle = cycle
    copy.run = run
    copy.backlog = backlog
    copy.requests = requests
    copy.notices = notices
    copy.laneLimits = laneLimits
    copy.lastPressure = lastPressure
    copy.pressedSince = pressedSince
    return copy
  }

  /// The one entry: takes an event, appends to `decision` what is to be written and done, and
  /// sets its `wakeAt`.
  ///
  /// `now` must not be earlier than in the step before.
  public mutating func step(_ event: Event, at now: Instant, into decision: inout Decision) {
    decision.beginStep()
    handle(event, at: now, &decision)
    progress(at: now, &decision)
    writeControl(&decision)
    decision.wakeAt = wakeAt(now)
    digest = digest &+ decision.takeDigestChange()
  }

  private mutating func handle(_ event: Event, at now: Instant, _ decision: inout Decision) {
    switch event {
    case .started(let start): started(start, at: now, &decision)
    case .wallClockChanged(let offset):
      clock.wallOffsetMilliseconds = offset
      distrustFuture(at: now, &decision)
    case .configurationChanged(let new): change(to: new, at: now, &decision)
    case .catalogsLoaded(let ticket, let loads):
      catalogsLoaded(loads, ticket: ticket, at: now, &decision)
    case .scanFinished(let ticket, let scan): finish(scan, ticket: ticket, at: now, &decision)
    case .scanUnchanged(let ticket, let source, let identity):
      scanUnchanged(source, identity, ticket: ticket, at: now, &decision)
    case .scanFailed(let ticket, let failure):
      fail(failure.message, ticket: ticket, at: now, &decision)
    case .lookedUp(let task, let answer): lookedUp(task, answer, at: now, &decision)
    case .attemptEnded(let end): attemptEnded(end, at: now, &decision)
    case .woken: break
    case .effectsHeld(let decided, let milliseconds):
      limits.postpone(
        departures(from: decided), longest: milliseconds, at: now, into: &decision)
    case .pressureChanged(let pressure): take(pressure, at: now, &decision)
    case .requested(let request): answer(request, at: now, &decision)
    }
  }

  /// Whatever time or the event has made possible, in a fixed order.
  private mutating func progress(at now: Instant, _ decision: inout Decision) {
    guard run.mode != .observer else {
      _ = advanceRequests(at: now, &decision)
      return
    }
    // After a reboot the clock says nothing of how old an answer is, until all are taken as new.
    if backlog.folds == nil {
      limits.expire(at: now, limit: min(512, decision.room), into: &decision)
    }
    advanceBacklog(at: now, &decision)
    wakeTasks(at: now, &decision)
    advanceCycle(at: now, &decision)
    advanceRun(at: now, &decision)
    observed.retireLedger(limit: min(1024, decision.room), in: space, into: &decision)
    queue.removeEnded(at: now, limit: min(512, decision.room), into: &decision)
  }

  /// The wall clock at a moment.
  func wall(_ now: Instant) -> Instant { now + clock.wallOffsetMilliseconds }

  private mutating func writeControl(_ decision: inout Decision) {
    control.put(.counters(counters), at: .counters, into: &decision)
    control.put(.clock(clock), at: .clock, into: &decision)
    control.put(.cycle(cycle), at: .cycle, into: &decision)
    control.put(.run(run), at: .run, into: &decision)
    put(.backlog(backlog), at: .backlog, isDefault: backlog == Backlog(), &decision)
    put(.requests(requests), at: .requests, isDefault: requests.list.isEmpty, &decision)
    put(.notices(notices), at: .notices, isDefault: notices == Notices(), &decision)
  }

  /// What is as in a kernel without a past has no record.
  private mutating func put(
    _ record: ControlRecord, at key: ControlRecord.Key, isDefault: Bool,
    _ decision: inout Decision
  ) {
    if isDefault {
      control.remove(key, into: &decision)
    } else {
      control.put(record, at: key, into: &decision)
    }
  }

  mutating func restrict(toKeys keys: Set<[UInt8]>) { configuration.loop.only?.keys = keys }

  mutating func nextTicket() -> Event.Ticket {
    defer { counters.nextTicket += 1 }
    return Event.Ticket(counters.nextTicket)
  }

}

// MARK: - Start, clock, configuration

extension Kernel {
  private mutating func started(
    _ start: Event.Start, at now: Instant, _ decision: inout Decision
  ) {
    run.mode = start.mode
    guard start.after != .observer else { return }
    let isAnotherBoot = clock.bootID != .zero && clock.bootID != start.bootID
    clock.bootID = start.bootID
    clock.wallAtBootMilliseconds = start.wallAtBootMilliseconds
    clock.wallOffsetMilliseconds = start.wallOffsetMilliseconds
    take(start.pressure, at: now, &decision)
    rebuildLanes(&decision)
    if isAnotherBoot {
      limits.assumeWorst(
        lanes: Array(laneLimits.values), underWay: departures(from: .distantPast), at: now,
        into: &decision)
      backlog.folds = .init(source: .none, window: .minute)
    }
    distrustFuture(at: now, &decision)
    run.phase = .idle
    run.onceStep = .reconciling
    run.waitMilliseconds = start.waitMilliseconds
    run.fewSince = nil
    run.isDraining = false
    run.hasSaidDrained = false
    for index in requests.list.indices { requests.list[index].id = nil }
    backlog.abandonsBelow = counters.nextAttempt
    // They may have left as late as when the process died, which nobody knows.
    if !isAnotherBoot {
      limits.postpone(
        departures(from: .distantPast), longest: .max, at: now, into: &decision)
    }
    forgetLookUps(&decision)
    run.gapsMayBeFree = true
    retryOwnFaults(at: now, &decision)
    let wasUnderWay = cycle.phase != .idle || cycle.isQueued
    let wasToScan = cycle.phase == .scanning || cycle.phase != .idle && cycle.scan == .always
    if wasToScan || cycle.isQueued && cycle.queuedScan == .always { run.needsScan = true }
    cycle.phase = .idle
    cycle.isQueued = false
    // Whatever the last process left off is taken up by a cycle of this one; a daemon that was
    // away for a moment keeps its rhythm.
    let due = cycle.began + configuration.loop.intervalMilliseconds
    switch start.mode {
    case .loop:
      let isAnother = observed.current?.record.space != space.fingerprint
      let isDue = cycle.completed == 0 || wasUnderWay || due <= now || isAnother
      cycle.nextAt = isDue ? now : max(now, min(cycle.nextAt, due))
      run.awaitsCycle = isAnother && configuration.loop.reconciles
      if !configuration.loop.reconciles { cycle.nextAt = .distantFuture }
    case .once, .reconcile:
      beginCycle(.started, scan: .always, at: now, &decision)
    case .observer: break
    }
  }

  /// Attempts under way that were decided on from a moment on.
  private func departures(from decided: Instant) -> Limits.Departures {
    var departures = Limits.Departures()
    for id in queue.attempts.sortedKeys {
      guard let attempt = queue.attempts[id], attempt.started >= decided else { continue }
      departures.add(attempt, lane(of: attempt))
    }
    return departures
  }

  /// Look-ups under way belong to a process that is no more; there are few at a time.
  private mutating func forgetLookUps(_ decision: inout Decision) {
    for id in queue.liveIDs {
      guard var task = queue.tasks[id], task.state == .admitted else { continue }
      task.state = .pending
      queue.put(task, at: id, into: &decision)
    }
  }

  private mutating func change(
    to new: Configuration, at now: Instant, _ decision: inout Decision
  ) {
    configuration = new
    rebuildLanes(&decision)
    limits.recount(
      queue.attempts.sortedKeys.compactMap { id in
        queue.attempts[id].map { ($0, lane(of: $0)) }
      })
    let before = space.fingerprint
    rebuildSpace(at: now, &decision)
    run.awaitsCycle =
      configuration.loop.reconciles && (run.awaitsCycle || space.fingerprint != before)
    requestReview()
    run.gapsMayBeFree = true
    if cycle.phase == .loadingCatalogs {
      // What is being read is the old configuration's, and is told by index: asked for again.
      let ticket = nextTicket()
      cycle.ticket = ticket.number
      decision.effects.append(.loadCatalogs(ticket))
    }
    if configuration.loop.reconciles {
      requestCycle(.configuration, scan: .ifOld, at: now, &decision)
    }
  }

  /// The limits of each scraper, by its stable name.
  mutating func rebuildLanes(_ decision: inout Decision) {
    laneLimits = [:]
    for scraper in configuration.scrapers {
      let id = names.id(scraper.id, into: &decision)
      let source = names.id(scraper.source, into: &decision)
      laneLimits[id] = LaneLimits(
        source: source, scraper: id, settings: scraper, configuration: configuration)
    }
  }

  /// The limits that an attempt under way counts against: those of its source, also when its
  /// scraper has gone from the configuration or has another source by now.
  func lane(of attempt: AttemptRecord) -> LaneLimits? {
    if let lane = laneLimits[attempt.scraper], lane.source == attempt.source { return lane }
    guard let source = names.text(attempt.source) else { return nil }
    return LaneLimits(
      source: attempt.source, scraper: attempt.scraper,
      settings: .init(id: "", source: source, kind: .http), configuration: configuration)
  }

  /// Whether a task's scraper is still that of its data type, and can run.
  func hasItsScraper(_ task: TaskRecord) -> Bool {
    guard let index = dataType(source: task.source, type: task.type)?.scraper else { return false }
    let scraper = configuration.scrapers[index]
    return scraper.canRun && names.known(scraper.id) == task.scraper
  }

  /// Whether its data type is fetched by another scraper now, and that can run.
  func hasAnotherScraper(_ task: TaskRecord) -> Bool {
    guard let index = dataType(source: task.source, type: task.type)?.scraper else { return false }
    let scraper = configuration.scrapers[index]
    return scraper.canRun && names.known(scraper.id) != task.scraper
  }

  func dataType(source: NameID, type: NameID) -> Desired.DataType? {
    guard let sourceName = names.text(source), let typeName = names.text(type) else { return nil }
    return configuration.desired.sources.first { $0.name == sourceName }?
      .dataTypes.first { $0.name == typeName }
  }

  func dataType(_ index: Int) -> Desired.DataType {
    let type = space.types[index]
    return configuration.desired.sources[type.source].dataTypes[type.dataType]
  }

  func sourceName(_ index: Int) -> String {
    configuration.desired.sources[space.types[index].source].name
  }
}

// MARK: - When to be asked again

extension Kernel {
  private mutating func wakeAt(_ now: Instant) -> Instant {
    guard run.mode != .observer else { return requests.list.isEmpty ? .distantFuture : now }
    if !isCaughtUp || backlog.admits || queue.hasRemovable(at: now) { return now }
    var result = Instant.distantFuture
    if cycle.phase == .idle || cycle.phase == .retrying, !run.isDraining {
      result = min(result, cycle.nextAt)
    }
    if let timer = queue.nextTimer() { result = min(result, timer.at) }
    result = min(result, runWakeAt(now))
    if observed.hasRetirable { result = min(result, now) }
    return max(result, now)
  }
}
