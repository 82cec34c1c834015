import ADCEKernel

// Catalogs, scans, reports and look-ups.

extension Simulation {
  mutating func loadCatalogs(_ ticket: Event.Ticket) {
    let today = CivilDay(containing: now)
    let turn = ticket.number
    let wait = 5 + Int64(world.draw.bits(.latency, turn, 2) % 50)
    var loads: [Event.CatalogLoad]
    if let fault = strike(.catalogBroken, turn) {
      loads = [.failed("it cannot be read"), .unchanged]
      if schedule.bits(fault, turn) % 2 == 0 {
        var other = CatalogTable(columns: ["id", "date"])
        other.append(row: [Array("1".utf8), Array("2025-01-01".utf8)])
        loads[0] = .content(other)
      }
      if kernel.fingerprint(ofCatalog: 1) == nil { loads[1] = .failed("it is not there") }
    } else if let fault = strike(.catalogShrinks, turn) {
      lake.forgetConfirmations()
      let whole = catalogs(on: today)
      let cut = whole.map { $0.without(millionths: fault.micro) }
      // By more than a tenth, and what was read last is kept; by less, and it is believed.
      let isKept = zip(whole, cut).allSatisfy { $1.rowCount * 10 < $0.rowCount * 8 }
      if !isKept { owner.catalogsOf = nil }
      loads = cut.map { .content($0) }
    } else {
      owner.catalogsOf = today.day
      loads = catalogs(on: today).enumerated().map { index, table in
        kernel.fingerprint(ofCatalog: index) == owner.catalogs?.fingerprints[index]
          ? .unchanged : .content(table)
      }
    }
    post(.catalogsLoaded(ticket, loads), after: wait)
  }

  /// The catalogs of a day: those of an earlier one, and what has come to be known since.
  private mutating func catalogs(on today: CivilDay) -> [CatalogTable] {
    guard var made = owner.catalogs else {
      let tables = world.catalogs(on: today)
      owner.catalogs = (tables, tables.map(\.fingerprint))
      return tables
    }
    owner.catalogs = nil
    if world.appendGames(to: &made.tables[0], on: today) {
      made.fingerprints[0] = made.tables[0].fingerprint
    }
    owner.catalogs = made
    return made.tables
  }

  // MARK: Scans

  mutating func scan(_ ticket: Event.Ticket) {
    process.scans += 1
    let turn = ticket.number
    var wait = 200 + Int64(world.draw.bits(.latency, turn, 3) % 3000)
    if let fault = strike(.scanSlow, turn) {
      wait *= 10 + Int64(schedule.bits(fault, turn) % 200)
    }
    if strike(.scanFails, turn) != nil {
      return post(.scanFailed(ticket, .init(message: "the lake does not answer")), after: wait)
    }
    var scan = ScanUnderWay(
      source: scenario.policy.lake == .directory ? .directory : .listing, space: kernel.space,
      began: scenario.policy.lake == .directory ? wall : now, begins: now,
      changes: world.changeCount, isMixed: world.draw.bits(.latency, turn, 4) % 2 == 0,
      isByRows: false, foreignChanges: lake.foreignChanges)
    // Row by row through the real matcher, or as a map of what is known to match.
    scan.isByRows = process.scans % (scenario.plan.objectsDue < 10_000 ? 2 : 256) == 1
    if scenario.policy.lake == .inventory, let report = readableReport(turn) {
      if kernel.knownReport(of: .inventory) == report.identity {
        return post(.scanUnchanged(ticket, .inventory, identity: report.identity), after: wait)
      }
      scan.source = .inventory
      scan.began = report.claims
      scan.begins = report.captured
      scan.foreignChanges = report.foreignChanges
      scan.holdings = report.holdings
      scan.identity = report.identity
    }
    if let fault = strike(.lakeVanishes, turn) {
      var holdings = scan.holdings ?? world.holdings
      for index in holdings.bytes.indices
      where Int(schedule.bits(fault, UInt64(index)) % 1_000_000) < fault.micro {
        holdings.bytes[index] = -1
      }
      scan.holdings = holdings
      // Whatever it says, it is not so.
      scan.foreignChanges = -1
    }
    timeline.post(.scanEnds(ticket, scan, process: process.number), at: now + wait)
  }

  mutating func finish(_ scan: ScanUnderWay, _ ticket: Event.Ticket) {
    let draw = world.draw
    let isSeenLate = { (object: Int) -> Bool in
      scan.isMixed && draw.bits(.latency, UInt64(object), ticket.number) % 2 == 0
    }
    let map: CoverageMap
    if scan.isByRows {
      let holdings = scan.holdings ?? world.holdings(since: scan.changes, isSeenLate: isSeenLate)
      map = rows(of: holdings, in: scan.space)
    } else if let holdings = scan.holdings {
      map = lakeMap.map(of: holdings, world, in: scan.space)
    } else {
      map = lakeMap.scan(world, since: scan.changes, in: scan.space, isSeenLate: isSeenLate)
    }
    lake.looked(
      .init(
        source: scan.source, began: scan.began, begins: scan.begins,
        foreignChanges: scan.foreignChanges))
    let event = Event.Scan(
      map: map, space: scan.space.fingerprint, source: scan.source, began: scan.began,
      identity: scan.identity)
    deliver(.scanFinished(ticket, event))
  }

  private func rows(of holdings: World.Holdings, in space: KeySpace) -> CoverageMap {
    var map = CoverageMap(for: space)
    var key: [UInt8] = []
    for index in 0..<world.objectCount {
      guard let facts = holdings.facts(index) else { continue }
      key.removeAll(keepingCapacity: true)
      world.appendKey(index, to: &key)
      key.withUnsafeBytes { map.observe(key: $0, facts: facts, in: space) }
    }
    return map
  }

  // MARK: Reports

  /// Once a day, an hour earlier or later: what is there now is written down. It can be read some
  /// time later.
  mutating func makeReport() {
    let day = UInt64(CivilDay(containing: now).day)
    timeline.post(
      .reportIsMade,
      at: now + Span.day + Int64(world.draw.bits(.latency, day, 5) % UInt64(2 * Span.hour))
        - Span.hour)
    if strike(.reportLate, day) != nil { return }
    let ready = now + Int64(world.draw.bits(.latency, day, 7) % UInt64(4 * Span.hour))
    var report = LakeState.Report(
      claims: now, captured: now, holdings: world.holdings,
      identity: Hash128(high: day, low: UInt64(now.milliseconds)),
      foreignChanges: lake.foreignChanges)
    if let fault = strike(.reportOld, day) {
      // Its content is older than it says: a list that is only consistent in the end.
      report.claims = now + Int64(schedule.bits(fault, day) % UInt64(max(1, ready - now)))
      report.foreignChanges = -1
    }
    timeline.post(.reportIsThere(report), at: ready)
  }

  mutating func publish(_ report: LakeState.Report) {
    lake.reports.append(report)
    if lake.reports.count > 2 { lake.reports.removeFirst() }
  }

  /// The newest that can be read.
  private mutating func readableReport(_ turn: UInt64) -> LakeState.Report? {
    for (index, report) in lake.reports.reversed().enumerated()
    where strike(.reportBroken, turn, UInt64(index)) == nil {
      return report
    }
    return nil
  }

  // MARK: Look-ups

  mutating func lookUp(_ task: TaskID) {
    report.lookUps += 1
    let items = kernel.keysToLookUp(task).map { index, key in
      (index: index, object: world.index(of: key))
    }
    let turn = UInt64(report.lookUps)
    let wait = 20 + Int64(world.draw.bits(.latency, turn, 6) % 300)
    if strike(.lookUpFails, turn) != nil {
      return post(.lookedUp(task, .failed("the lake does not answer")), after: wait)
    }
    timeline.post(
      .lookUpEnds(.init(task: task, items: items, turn: turn), process: process.number),
      at: now + wait)
  }

  mutating func finish(_ lookUp: LookUpUnderWay) {
    var answers: [Event.LookUp.Item] = []
    for (offset, item) in lookUp.items.enumerated() {
      if strike(.lookUpPartial, lookUp.turn, UInt64(offset)) != nil { continue }
      let facts = item.object.flatMap { world.facts($0) }
      if let object = item.object { oracles.lookedUp(object) }
      answers.append(.init(index: item.index, facts: facts))
    }
    deliver(.lookedUp(lookUp.task, .answered(answers)))
  }
}

extension CatalogTable {
  /// The same without some of its rows.
  fileprivate func without(millionths share: Int) -> CatalogTable {
    var result = CatalogTable(columns: columns)
    for row in 0..<rowCount {
      let id = Hash128(of: Array(cell(row: row, column: 0)))
      if Int(id.low % 1_000_000) < share { continue }
      result.append(row: columns.indices.map { Array(cell(row: row, column: $0)) })
    }
    return result
  }
}
