import ADCEKernel

// Catalogs, scans, reports and look-ups.

extension Simulation {
  mutating func loadCatalogs(_ ticket: Event.Ticket) {
    let today = CivilDay(containing: now)
    let turn = ticket.number
    let wait = 5 + Int64(world.draw.bits(.latency, turn, 2) % 50)
    let isAsRead = process.catalogsDay == today.day
    var loads: [Event.CatalogLoad]
    if let fault = strike(.catalogBroken, turn) {
      process.catalogsDay = nil
      loads = [.failed("it cannot be read"), .unchanged]
      if schedule.bits(fault, turn) % 2 == 0 {
        var other = CatalogTable(columns: ["id", "date"])
        other.append(row: [Array("1".utf8), Array("2025-01-01".utf8)])
        loads[0] = .content(other)
      }
      if kernel.fingerprint(ofCatalog: 1) == nil { loads[1] = .failed("it is not there") }
    } else if let fault = strike(.catalogShrinks, turn) {
      lake.forgetConfirmations()
      process.catalogsDay = nil
      let whole = world.catalogs(on: today)
      let cut = whole.map { $0.without(millionths: fault.micro) }
      // By more than a tenth, and what was read last is kept; by less, and it is believed.
      let isKept = zip(whole, cut).allSatisfy { $1.rowCount * 10 < $0.rowCount * 8 }
      if !isKept { owner.catalogsOf = nil }
      loads = cut.map { .content($0) }
    } else if isAsRead {
      loads = [.unchanged, .unchanged]
    } else {
      process.catalogsDay = today.day
      owner.catalogsOf = today.day
      loads = world.catalogs(on: today).map { .content($0) }
    }
    post(.catalogsLoaded(ticket, loads), after: wait)
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
      holdings: world.holdings, isMixed: world.draw.bits(.latency, turn, 4) % 2 == 0,
      foreignChanges: lake.foreignChanges)
    if scenario.policy.lake == .inventory, let report = readableReport(turn) {
      if kernel.knownReport(of: .inventory) == report.identity {
        return post(.scanUnchanged(ticket, .inventory, identity: report.identity), after: wait)
      }
      scan.source = .inventory
      scan.began = report.claims
      scan.holdings = report.holdings
      scan.isMixed = false
      scan.identity = report.identity
    }
    if let fault = strike(.lakeVanishes, turn) {
      for index in scan.holdings.bytes.indices
      where Int(schedule.bits(fault, UInt64(index)) % 1_000_000) < fault.micro {
        scan.holdings.bytes[index] = -1
      }
      scan.isMixed = false
      // Whatever it says, it is not so.
      scan.foreignChanges = -1
    }
    timeline.post(.scanEnds(ticket, scan, process: process.number), at: now + wait)
  }

  mutating func finish(_ scan: ScanUnderWay, _ ticket: Event.Ticket) {
    var holdings = scan.holdings
    if scan.isMixed {
      for index in holdings.bytes.indices
      where world.draw.bits(.latency, UInt64(index), ticket.number) % 2 == 0 {
        holdings.bytes[index] = world.bytes[index]
        holdings.modified[index] = world.modified[index]
      }
    }
    // Row by row through the real matcher, or as a map of what is known to match.
    let isByRows = ticket.number % (scenario.plan.objectsDue < 10_000 ? 2 : 64) == 1
    let map = isByRows ? rows(of: holdings, in: scan.space) : mapped(holdings, in: scan.space)
    if scan.source != .inventory { lake.lastScan = scan }
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

  private mutating func mapped(
    _ holdings: World.Holdings, in space: KeySpace
  ) -> CoverageMap {
    oracles.ordinals.refresh(for: space, world)
    var map = CoverageMap(for: space)
    for index in 0..<world.objectCount {
      guard let facts = holdings.facts(index) else { continue }
      let ordinal = Int(oracles.ordinals[index])
      if ordinal >= 0 { map.set(ordinal, facts: facts, in: space) }
    }
    return map
  }

  // MARK: Reports

  /// Each day at two, or some hours later.
  mutating func makeReport() {
    let day = UInt64(CivilDay(containing: now).day)
    timeline.post(
      .reportIsMade,
      at: now + Span.day + Int64(world.draw.bits(.latency, day, 5) % 7_200_000)
        - Span.hour)
    if strike(.reportLate, day) != nil { return }
    var claims = now - Span.hour
    if let fault = strike(.reportOld, day) {
      // Its content is older than it says: within what AWS calls eventual consistency.
      claims = now + Int64(schedule.bits(fault, day) % UInt64(10 * Span.hour))
      claims = min(claims, now)
    }
    lake.reports.append(
      .init(
        claims: claims, holdings: world.holdings,
        identity: Hash128(high: day, low: UInt64(now.milliseconds)),
        foreignChanges: lake.foreignChanges))
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
    timeline.post(.lookUpEnds(task, items: items, process: process.number), at: now + wait)
  }

  mutating func finishLookUp(of task: TaskID, _ items: [(index: Int, object: Int?)]) {
    let turn = UInt64(report.lookUps)
    var answers: [Event.LookUp.Item] = []
    for (offset, item) in items.enumerated() {
      if strike(.lookUpPartial, turn, UInt64(offset)) != nil { continue }
      let facts = item.object.flatMap { world.facts($0) }
      if let object = item.object { oracles.lookedUp(object) }
      answers.append(.init(index: item.index, facts: facts))
    }
    deliver(.lookedUp(task, .answered(answers)))
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
