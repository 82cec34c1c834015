// Reconciliation: catalogs, scan, comparison. States and transitions: see `Cycle`.

extension Kernel {
  /// Asks for a cycle: now if none is under way, else at most one afterwards.
  mutating func requestCycle(
    _ reason: Cycle.Reason, scan: Cycle.Scan, at now: Instant, _ decision: inout Decision
  ) {
    switch cycle.phase {
    case .idle, .retrying:
      beginCycle(reason, scan: scan, at: now, &decision)
    case .loadingCatalogs, .scanning:
      queueCycle(reason, scan: scan)
    }
  }

  /// Of several reasons an operator's is told, else the first.
  mutating func queueCycle(_ reason: Cycle.Reason, scan: Cycle.Scan) {
    if !cycle.isQueued || reason == .requested { cycle.queuedReason = reason }
    cycle.isQueued = true
    if scan == .always { cycle.queuedScan = .always }
  }

  mutating func beginCycle(
    _ reason: Cycle.Reason, scan: Cycle.Scan, at now: Instant, _ decision: inout Decision
  ) {
    cycle.phase = .loadingCatalogs
    cycle.number += 1
    cycle.reason = reason
    cycle.scan = scan
    cycle.began = now
    cycle.turnedAway = 0
    let ticket = nextTicket()
    cycle.ticket = ticket.number
    decision.effects.append(.loadCatalogs(ticket))
  }

  /// Begins what is due, or was asked for meanwhile.
  mutating func advanceCycle(at now: Instant, _ decision: inout Decision) {
    switch cycle.phase {
    case .loadingCatalogs, .scanning: break
    case .idle where cycle.isQueued && !run.isDraining:
      cycle.isQueued = false
      let scan = cycle.queuedScan
      cycle.queuedScan = .ifOld
      beginCycle(cycle.queuedReason, scan: scan, at: now, &decision)
    case .idle, .retrying:
      guard cycle.nextAt <= now, !run.isDraining else { return }
      switch run.mode {
      case .loop:
        // One that a run's end brought forward looks at the lake only if the last look is old.
        let isWhole = now >= cycle.began + configuration.loop.intervalMilliseconds
        let scan: Cycle.Scan = isWhole || cycle.phase == .retrying ? .always : .ifOld
        beginCycle(.interval, scan: scan, at: now, &decision)
      case .once, .reconcile:
        // These begin their cycles themselves; a failed one is tried again.
        if cycle.phase == .retrying { beginCycle(.interval, scan: .always, at: now, &decision) }
      case .observer: break
      }
    }
  }

  // MARK: Catalogs

  mutating func catalogsLoaded(
    _ loads: [Event.CatalogLoad], ticket: Event.Ticket, at now: Instant,
    _ decision: inout Decision
  ) {
    guard cycle.phase == .loadingCatalogs, cycle.ticket == ticket.number else { return }
    let isAnotherDay =
      cycle.spaceBuiltMilliseconds.map { CivilDay(containing: Instant(milliseconds: $0)) }
      != CivilDay(containing: wall(now))
    if isAnotherDay { checkDigest(&decision) }
    forgetCatalogs(&decision)
    var isChanged = false
    for (index, load) in loads.enumerated()
    where index < configuration.desired.catalogs.count {
      if take(load, of: index, &decision) { isChanged = true }
    }
    // Seasons begin and end by the calendar: the space is built anew each day, and when one does.
    if isChanged || isAnotherDay || space.nextSeasonStart <= wall(now) {
      rebuildSpace(at: now, &decision)
    }
    let isOld =
      observed.lastAdopted.map { now - $0 > configuration.loop.intervalMilliseconds / 4 } ?? true
    if cycle.scan == .always || isOld || run.needsScan
      || observed.current?.record.space != space.fingerprint
    {
      askForScan(&decision)
    } else {
      finishCycle(at: now, &decision)
    }
  }

  /// The last good content of catalogs that are declared no more is of no use.
  private mutating func forgetCatalogs(_ decision: inout Decision) {
    let declared = Set(configuration.desired.catalogs.compactMap { names.known($0.name) })
    for id in catalogs.sortedKeys where !declared.contains(id) {
      catalogs.remove(id, into: &decision)
    }
  }

  /// Takes one catalog; true if its content has changed. What cannot be read, lacks a column that
  /// is named, or has shrunk by more than a tenth leaves the last good one in place, as a whole.
  private mutating func take(
    _ load: Event.CatalogLoad, of index: Int, _ decision: inout Decision
  ) -> Bool {
    let declaration = configuration.desired.catalogs[index]
    let id = names.id(declaration.name, into: &decision)
    let last = catalogs[id]
    let problem: String
    switch load {
    case .unchanged: return false
    case .failed(let message): problem = message
    case .content(let content):
      let fingerprint = content.fingerprint
      if last?.fingerprint == fingerprint { return false }
      if let column = missingColumn(of: content, catalog: index) {
        problem = "it has no column \"\(column)\""
      } else if let last, content.rowCount * 10 < last.content.rowCount * 9 {
        problem =
          "it shrank from \(last.content.rowCount) to \(content.rowCount) rows, by more than a tenth"
      } else {
        catalogs.put(CatalogRecord(content: content), at: id, into: &decision)
        return true
      }
    }
    decision.effects.append(
      .alert(
        last == nil
          ? Alert(
            .catalogUnknown,
            "catalog \(declaration.name): \(problem); what depends on it is unknown")
          : Alert(
            .catalogKept,
            "catalog \(declaration.name): \(problem); the last good one is kept")))
    return false
  }

  private func missingColumn(of content: CatalogTable, catalog: Int) -> String? {
    configuration.desired.columnsNamed(of: catalog).first { content.column(named: $0) == nil }
  }

  mutating func rebuildSpace(at now: Instant, _ decision: inout Decision) {
    let contents = configuration.desired.catalogs.map { declaration in
      names.known(declaration.name).flatMap { catalogs[$0]?.content }
    }
    let built = KeySpace(desired: configuration.desired, catalogs: contents, now: wall(now))
    cycle.spaceBuiltMilliseconds = wall(now).milliseconds
    noticeSeasons(at: now, &decision)
    guard built.fingerprint != space.fingerprint else {
      space = built
      return
    }
    let old = space
    space = built
    let types = typeNames(&decision)
    observed.move(from: old, to: built, typeNames: { types[$0] }, into: &decision)
    backlog.dropsSegments = observed.hasDeadSegments(in: space)
    queue.rebuild(for: space)
    requestReview()
    run.gapsMayBeFree = true
  }

  // MARK: Scan

  private mutating func askForScan(_ decision: inout Decision) {
    cycle.phase = .scanning
    // What ends from here on may be missed by this scan.
    run.needsScan = false
    let ticket = nextTicket()
    cycle.ticket = ticket.number
    decision.effects.append(.scan(ticket))
  }

  mutating func finish(
    _ scan: Event.Scan, ticket: Event.Ticket, at now: Instant, _ decision: inout Decision
  ) {
    guard cycle.phase == .scanning, cycle.ticket == ticket.number else { return }
    guard scan.space == space.fingerprint else {
      turnAway(ticket, at: now, &decision)
      return
    }
    capSnapshots(at: now, to: min(wall(now), scan.began - 1), &decision)
    let isNewer = observed.current.map { replaces(scan, $0.source, $0.record) } ?? true
    let isAnother =
      observed.snapshots[.init(scan.source)].map {
        $0.identity == .zero || $0.identity != scan.identity || $0.space != scan.space
      } ?? true
    if isNewer && isAnother {
      let types = typeNames(&decision)
      let adoption = observed.adopt(
        scan, names: { types[$0] }, space: space, at: now, isContinued: backlog.isTakingScan,
        into: &decision)
      guard case .whole(let lost) = adoption else {
        // More has changed than one step may write: another scan brings the rest.
        backlog.isTakingScan = true
        askForScan(&decision)
        return
      }
      backlog.isTakingScan = false
      backlog.dropsSegments = observed.hasDeadSegments(in: space)
      notices.scanOlder = false
      if let lost { sayVanished(lost, &decision) }
      run.gapsMayBeFree = true
    } else {
      if isAnother {
        sayOlder(scan, &decision)
        let types = typeNames(&decision)
        observed.note(scan, names: { types[$0] }, space: space, at: now, into: &decision)
      }
      observed.touch(scan.source, at: now, into: &decision)
    }
    finishCycle(at: now, &decision)
  }

  /// The host knows that what it would read is what was read last (`knownReport`).
  mutating func scanUnchanged(
    _ source: ScanSource, _ identity: Hash128, ticket: Event.Ticket, at now: Instant,
    _ decision: inout Decision
  ) {
    guard cycle.phase == .scanning, cycle.ticket == ticket.number else { return }
    guard knownReport(of: source) == identity else {
      turnAway(ticket, at: now, &decision)
      return
    }
    observed.touch(source, at: now, into: &decision)
    finishCycle(at: now, &decision)
  }

  /// What was read last of a source, if it would be of no use to read it again: it was read with
  /// the key space of now, whole. nil where nothing can be the same twice.
  public func knownReport(of source: ScanSource) -> Hash128? {
    guard let record = observed.snapshots[.init(source)], record.identity != .zero,
      record.space == space.fingerprint
    else { return nil }
    return record.identity
  }

  private mutating func turnAway(
    _ ticket: Event.Ticket, at now: Instant, _ decision: inout Decision
  ) {
    cycle.turnedAway += 1
    if cycle.turnedAway > 3 {
      fail("the key space changed during each of four scans", ticket: ticket, at: now, &decision)
    } else {
      askForScan(&decision)
    }
  }

  private func sayVanished(_ lost: Int, _ decision: inout Decision) {
    decision.effects.append(
      .alert(
        Alert(
          .vanished,
          "\(lost) objects are gone, more than a tenth of what was present: nothing is made "
            + "of it until another scan agrees, or `adce reconcile --accept-vanished`")))
  }

  /// That a report is older than a listing is as it should be; that a source's scans go back in
  /// time is not. It is said once.
  private mutating func sayOlder(_ scan: Event.Scan, _ decision: inout Decision) {
    guard let last = observed.snapshots[.init(scan.source)]?.began, scan.began < last,
      !notices.scanOlder
    else { return }
    notices.scanOlder = true
    let seconds = (last - scan.began) / 1000
    decision.effects.append(
      .alert(
        Alert(
          .clockSetBack,
          "the \(scan.source.name) began \(seconds) s before the last one and is not used: "
            + "a clock was set back")))
  }

  /// A snapshot never replaces one that began later. The same report, read again because another
  /// key space makes more of it, does.
  private func replaces(
    _ scan: Event.Scan, _ source: ScanSource, _ record: SnapshotRecord
  ) -> Bool {
    scan.began > record.began
      || scan.began == record.began && scan.source == source && scan.space != record.space
  }

  mutating func typeNames(_ decision: inout Decision) -> [NameID] {
    space.types.indices.map { index in
      names.id("\(sourceName(index))/\(dataType(index).name)", into: &decision)
    }
  }

  // MARK: The end of a cycle

  private mutating func finishCycle(at now: Instant, _ decision: inout Decision) {
    cycle.phase = .idle
    cycle.failedInARow = 0
    cycle.finished = now
    cycle.completed += 1
    run.awaitsCycle = false
    let analysis = analyse(at: now)
    cycle.analysed = wall(now)
    cycle.nextChange = analysis.nextChange
    cycle.nextAt =
      run.mode == .loop && configuration.loop.reconciles
      ? max(now, cycle.began + configuration.loop.intervalMilliseconds) : .distantFuture
    requestReview()
    backlog.sweepsKeys = true
    if observed.current?.record.isDoubted != true { run.gapsMayBeFree = true }
    decision.effects.append(.cycleFinished(number: cycle.number))
    onceCycleEnded()
  }

  /// A cycle that failed is tried again as configured, then left to the next interval.
  mutating func fail(
    _ message: String, ticket: Event.Ticket, at now: Instant, _ decision: inout Decision
  ) {
    guard cycle.phase == .scanning || cycle.phase == .loadingCatalogs,
      cycle.ticket == ticket.number
    else { return }
    if cycle.phase == .scanning { run.needsScan = true }
    cycle.failedInARow += 1
    let retry = configuration.loop.cycleRetry
    decision.effects.append(.cycleFailed(number: cycle.number, message: message))
    decision.effects.append(
      .alert(Alert(.cycleFailed, "cycle \(cycle.number) failed: \(message)")))
    if Int(cycle.failedInARow) < retry.maxAttempts {
      cycle.phase = .retrying
      cycle.nextAt =
        now
        + retry.delayMilliseconds(
          failures: Int(cycle.failedInARow), isThrottled: false, seed: configuration.seed,
          task: 0, attempt: cycle.number)
      return
    }
    cycle.phase = .idle
    cycle.failedInARow = 0
    switch run.mode {
    case .loop:
      cycle.nextAt =
        configuration.loop.reconciles
        ? max(now + Span.second, cycle.began + configuration.loop.intervalMilliseconds)
        : .distantFuture
    case .once, .reconcile:
      cycle.nextAt = .distantFuture
      guard run.onceStep == .reconciling || run.onceStep == .reconcilingAgain else { return }
      run.onceStep = .finished
      decision.effects.append(.finished)
    case .observer: break
    }
  }

  /// HAVE against SHOULD as of now.
  public func analyse(at now: Instant) -> Analysis {
    var analysis = Analysis(
      space: space, map: observed.map, desired: configuration.desired,
      policy: configuration.gaps, now: wall(now), unattainable: unattainable(at: now))
    // A waiver by an operator ends by the clock, too.
    for row in observed.keys.rows.values {
      guard let end = row.record.waivedUntil, end > wall(now) else { continue }
      analysis.nextChange = min(analysis.nextChange, end)
    }
    return analysis
  }

  /// A plane of the keys that are waived or known to be absent at their source.
  func unattainable(at now: Instant) -> [UInt64] {
    var plane = space.waived(at: wall(now))
    for (ordinal, row) in observed.keys.rows {
      let isWaived = row.record.waivedUntil.map { $0 > wall(now) } ?? false
      guard isWaived || row.record.absent > 0 else { continue }
      if plane.isEmpty { plane = [UInt64](repeating: 0, count: space.bitCount / 64) }
      plane[Int(ordinal >> 6)] |= 1 << UInt64(ordinal & 63)
    }
    return plane
  }
}

extension Desired {
  /// The columns of a catalog that its declaration or any dimension names.
  func columnsNamed(of catalog: Int) -> [String] {
    let declaration = catalogs[catalog]
    var result = [declaration.season, declaration.date, declaration.time].compactMap { $0 }
    let all =
      dimensions + sources.flatMap { $0.dimensions + $0.dataTypes.flatMap(\.dimensions) }
    for dimension in all {
      guard case .column(catalog, let column, _, let conditions) = dimension.values else {
        continue
      }
      result.append(column)
      result += conditions.map(\.column)
    }
    return result
  }
}
