@testable import ADCEKernel

/// Records with generated values, one function a type.
extension Chance {
  mutating func instant() -> Instant {
    switch below(6) {
    case 0: .distantPast
    case 1: .distantFuture
    default: Instant(milliseconds: Int64(bitPattern: next()) >> Int64(17 + below(20)))
    }
  }
  mutating func hash() -> Hash128 { Hash128(high: next(), low: next()) }
  mutating func text() -> String {
    String((0..<below(12)).map { _ in pick(["a", "/", "é", "日", "\"", "\u{0}"]) as Character })
  }
  mutating func bytes(_ most: Int) -> [UInt8] {
    (0..<below(most + 1)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
  mutating func words(_ count: Int) -> [UInt64] { (0..<count).map { _ in next() } }
  mutating func name() -> NameID { NameID(UInt32(truncatingIfNeeded: next())) }
  mutating func key() -> LakeKey {
    isOne(in: 4) ? LakeKey(countSlot: hash()) : LakeKey(Array(text().utf8) + bytes(600))
  }

  mutating func control() -> (ControlRecord.Key, ControlRecord) {
    switch below(7) {
    case 4:
      var backlog = Backlog()
      backlog.folds = isOne(in: 2) ? nil : .init(source: name(), window: pick([.minute, .hour]))
      backlog.abandonsBelow = next()
      backlog.reviewsFrom = isOne(in: 2) ? nil : next()
      backlog.sweepsKeys = isOne(in: 2)
      backlog.capsTimes = isOne(in: 2)
      backlog.dropsSegments = isOne(in: 2)
      backlog.admits = isOne(in: 2)
      backlog.isTakingScan = isOne(in: 2)
      return (.backlog, .backlog(backlog))
    case 5:
      var requests = RequestsUnderWay()
      for _ in 0..<below(4) {
        let work: RequestsUnderWay.Work = pick([
          .retry(words(below(4))), .cancel(words(below(4))),
          .waive(keys: [bytes(20), bytes(3)], reason: text(), until: instant()),
          .clearQueue(from: next(), below: next()), .acceptVanished,
        ])
        requests.list.append(
          .init(id: isOne(in: 3) ? nil : next(), work: work, isNamed: isOne(in: 2)))
      }
      return (.requests, .requests(requests))
    case 6:
      var notices = Notices()
      notices.noSeasonOpen = (0..<below(4)).map { _ in name() }
      notices.scanOlder = isOne(in: 2)
      return (.notices, .notices(notices))
    case 0:
      return (
        .counters, .counters(.init(nextTask: next(), nextAttempt: next(), nextTicket: next()))
      )
    case 1:
      return (
        .clock,
        .clock(
          .init(
            wallOffsetMilliseconds: Int64(bitPattern: next()), bootID: hash(),
            wallAtBootMilliseconds: Int64(bitPattern: next())))
      )
    case 2:
      var cycle = Cycle()
      cycle.phase = pick([.idle, .loadingCatalogs, .scanning, .retrying])
      cycle.number = next()
      cycle.reason = pick([.started, .interval, .afterRun, .requested, .configuration])
      cycle.scan = pick([.ifOld, .always])
      cycle.ticket = next()
      cycle.began = instant()
      cycle.finished = instant()
      cycle.completed = next()
      cycle.failedInARow = UInt32(truncatingIfNeeded: next())
      cycle.nextAt = instant()
      cycle.isQueued = isOne(in: 2)
      cycle.queuedScan = pick([.ifOld, .always])
      cycle.queuedReason = pick([.interval, .requested, .configuration])
      cycle.spaceBuiltMilliseconds = isOne(in: 2) ? nil : Int64(bitPattern: next())
      cycle.analysed = instant()
      cycle.nextChange = instant()
      cycle.turnedAway = UInt32(truncatingIfNeeded: next())
      return (.cycle, .cycle(cycle))
    default:
      var run = Run()
      run.phase = pick([.idle, .running, .ending])
      run.mode = pick([.loop, .once, .reconcile, .observer])
      run.onceStep = pick([.reconciling, .executing, .reconcilingAgain, .finished])
      run.waitMilliseconds = Int64(bitPattern: next())
      run.began = instant()
      run.number = next()
      run.fewSince = isOne(in: 2) ? nil : instant()
      run.isPaused = isOne(in: 2)
      run.isDraining = isOne(in: 2)
      run.hasSaidDrained = isOne(in: 2)
      run.needsScan = isOne(in: 2)
      run.gapsMayBeFree = isOne(in: 2)
      run.materialisedUntil = instant()
      run.awaitsCycle = isOne(in: 2)
      return (.run, .run(run))
    }
  }

  mutating func catalog() -> CatalogRecord {
    var table = CatalogTable(columns: (0..<below(4)).map { "c\($0)" })
    for _ in 0..<below(5) { table.append(row: table.columns.map { _ in bytes(5) }) }
    return CatalogRecord(content: table)
  }

  mutating func snapshot() -> SnapshotRecord {
    var record = SnapshotRecord(
      began: instant(), adopted: instant(), identity: hash(), space: hash(), objects: below(999),
      bytes: Int64(bitPattern: next()), unmatched: below(99))
    record.types = (0..<below(3)).map { _ in
      .init(type: name(), bytes: Int64(bitPattern: next()), surplus: below(9))
    }
    record.slots = (0..<below(3)).map { _ in .init(slot: hash(), found: below(999)) }
    record.unmatchedPrefixes = (0..<below(3)).map { _ in .init(text: text(), objects: below(9)) }
    record.isDoubted = isOne(in: 2)
    return record
  }

  mutating func segment() -> SegmentRecord {
    let count = below(4)
    return SegmentRecord(
      fingerprint: hash(), present: words(count), undersized: words(count), early: words(count),
      times: (0..<below(70)).map { _ in UInt32(truncatingIfNeeded: next()) },
      vanished: isOne(in: 2) ? [] : words(count))
  }

  mutating func ledger() -> LedgerRecord {
    var record = LedgerRecord(
      knowledge: pick([.written, .found, .notThere]),
      facts: ObjectFacts(
        bytes: Int64(bitPattern: next()), modifiedSeconds: Int64(bitPattern: next())),
      known: instant())
    record.contentHash = hash()
    record.longKey = bytes(700)
    return record
  }

  mutating func keyRecord() -> KeyRecord {
    var record = KeyRecord()
    record.firstTask = instant()
    record.attempts = UInt16(truncatingIfNeeded: next())
    record.parked = UInt16(truncatingIfNeeded: next())
    record.lastFailure = isOne(in: 3) ? nil : pick(FailureClass.allCases)
    record.notBefore = instant()
    record.confirmedSeconds = Int64(bitPattern: next())
    record.absent = UInt16(truncatingIfNeeded: next())
    record.waivedUntil = isOne(in: 2) ? nil : instant()
    record.waivedReason = text()
    record.foundBefore = Int64(below(9)) - 1
    record.longKey = bytes(700)
    record.isOutcomeUnknown = isOne(in: 2)
    return record
  }

  mutating func task() -> TaskRecord {
    let count = below(200)
    var record = TaskRecord(
      priority: pick(Priority.allCases), kind: pick(GapKind.allCases), source: name(),
      type: name(), season: name(), scraper: name(), score: Int64(bitPattern: next()),
      ownerOrder: UInt8(truncatingIfNeeded: next()), due: instant(), created: instant(),
      itemCount: count)
    for index in 0..<count where isOne(in: 3) {
      record.close(index, pick([.filled, .absent, .waived, .elsewhere, .unexpected]))
    }
    record.failures = UInt16(truncatingIfNeeded: next())
    record.state = pick(TaskRecord.State.allCases)
    record.reason = pick([.none, .failed, .refused, .overParkedBound])
    record.ended = instant()
    record.notBefore = instant()
    record.attempts = UInt32(truncatingIfNeeded: next())
    record.parked = UInt16(truncatingIfNeeded: next())
    record.verified = instant()
    record.mustVerify = isOne(in: 2)
    record.retried = instant()
    record.message = text()
    record.lastFailure = isOne(in: 3) ? nil : pick(FailureClass.allCases)
    return record
  }

  mutating func items() -> TaskItemsRecord {
    var record = TaskItemsRecord()
    for _ in 0..<below(20) { record.append(bytes(40)) }
    return record
  }

  mutating func attempt() -> AttemptRecord {
    AttemptRecord(
      task: TaskID(next()), source: name(), scraper: name(), started: instant(),
      requests: below(99), items: (0..<below(20)).map { _ in below(9999) })
  }

  mutating func source() -> SourceRecord {
    var record = SourceRecord()
    record.isPaused = isOne(in: 2)
    record.lastStart = instant()
    record.paceMicroseconds = Int64(bitPattern: next())
    record.notBefore = instant()
    return record
  }

  mutating func scraper() -> ScraperRecord {
    var record = ScraperRecord()
    record.paceMicroseconds = Int64(bitPattern: next())
    record.history = (0..<below(9)).map { _ in
      .init(
        day: Int32(truncatingIfNeeded: next()), finished: UInt32(truncatingIfNeeded: next()),
        succeeded: UInt32(truncatingIfNeeded: next()))
    }
    record.lastFinished = instant()
    record.failuresInARow = UInt32(truncatingIfNeeded: next())
    return record
  }

  mutating func quantum() -> (QuantumRecord.Key, QuantumRecord) {
    let scope = QuantumRecord.Scope(source: name(), window: pick([.minute, .hour]))
    return (.init(scope: scope, end: instant()), QuantumRecord(requests: below(1000)))
  }
}
