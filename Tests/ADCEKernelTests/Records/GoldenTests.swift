import Testing

@testable import ADCEKernel

/// The stored form of each record, to the byte: a change here is a change of what lies on disks,
/// and needs a version and a migration.
struct GoldenTests {
  @Test func `each record lies on disk as it always did`() throws {
    #expect(GoldenTests.records.count == GoldenTests.forms.count)
    for (record, form) in zip(GoldenTests.records, GoldenTests.forms) {
      #expect(record.table == form.table)
      #expect(GoldenTests.hex(record.key) == form.key, "\(record.table)")
      #expect(GoldenTests.hex(record.body) == form.body, "\(record.table)")
    }
    #expect(Set(GoldenTests.forms.map(\.table)) == Set(TableID.allCases))
  }

  /// By table: key and body, in hexadecimal digits, in the order of `records`.
  private static let forms: [(table: TableID, key: String, body: String)] = [
    (
      .control,
      "01",
      "0101010000000000000002000000000000000300000000000000c14a87c0667fd671"
    ),
    (
      .control,
      "02",
      "01020100000000000000020000000000000003000000000000000400000000000000d4556cdf6a73"
        + "5c5e"
    ),
    (
      .control,
      "03",
      "010302030000000000000004010900000000000000e8030000000000008403000000000000020000"
        + "00000000000100000088130000000000000101014d00000000000000200300000000000028230000"
        + "000000000200000002d6234fd861141c98"
    ),
    (
      .control,
      "04",
      "010402010160ea000000000000010000000000000004000000000000000102000000000000000101"
        + "010100030000000000000001d8ade2ca3c7c54ce"
    ),
    (
      .control,
      "05",
      "010501010000000202000000000000000103000000000000000101010101fbe02f2db43fba68"
    ),
    (
      .control,
      "06",
      "010605000000010100000000000000010b0000000101000000020000000000000000000000000002"
        + "01000000030000000000000001040000000000000001000000000301000000010000000502000000"
        + "6e6f0600000000000000010700000000000000000000000004080000000000000009000000000000"
        + "00010a0000000000000000000000000507233b504d51e4ce"
    ),
    (
      .control,
      "07",
      "010701000000010000000108a19069c493177b"
    ),
    (
      .names,
      "00000001",
      "01040000006573706e8e51dc65848cfbcf"
    ),
    (
      .catalogs,
      "00000002",
      "01020000000200000069640400000064617465010000000b00000037323032352d30312d30310200"
        + "0000010000000b00000000d2faa71148e092beff2772757a1dee10ffb6a004653264"
    ),
    (
      .snapshots,
      "02",
      "010a0000000000000014000000000000000100000000000000020000000000000003000000000000"
        + "00040000000000000005000000000000000600000000000000070000000000000001000000080000"
        + "0009000000000000000a00000000000000010000000b000000000000000c000000000000000d0000"
        + "00000000000100000004000000746d702f0e0000000000000001f7aa5d60e26d9f1a"
    ),
    (
      .segments,
      "000000000000000100000000000000020003",
      "01010000000000000002000000000000000100000003000000000000000100000004000000000000"
        + "0001000000050000000000000002000000060000000700000001000000080000000000000089f967"
        + "990f24a6af"
    ),
    (
      .ledger,
      "006b",
      "01020100000000000000020000000000000003000000000000000400000000000000050000000000"
        + "00000100000006249b0a04cbc786f3"
    ),
    (
      .tasks,
      "0000000000000001",
      "01050201020100000002000000030000000400000005000000000000000607000000000000000800"
        + "00000000000009000000000000000a000000000000000b0000000c000d0000000000000001020001"
        + "000000020000000000000002000000686d02010000000000000003000e00000000000000b9572367"
        + "9b095d07"
    ),
    (
      .taskItems,
      "0000000000000001",
      "010300000061626302000000010000000300000078d825b2b6402aa6"
    ),
    (
      .attempts,
      "0000000000000001",
      "010100000000000000020000000300000004000000000000000500000001000000060000001af910"
        + "233d5fbb43"
    ),
    (
      .keys,
      "006b",
      "01010000000000000002000300040500000000000000060000000000000007000108000000000000"
        + "00020000006e6f0900000000000000010000000a013692437d25afb144"
    ),
    (
      .sources,
      "00000001",
      "01010100000000000000020000000000000003000000000000001fe8f7490b9ce7c2"
    ),
    (
      .scrapers,
      "00000001",
      "01010000000000000001000000020000000300000004000000050000000000000006000000a8b23b"
        + "07efb0038d"
    ),
    (
      .quanta,
      "0000000101800000000000ea60",
      "010500000055e6fd99bdfeda3f"
    ),
  ]

  /// What a step leaves, and what owners have been told.
  private static var backlogRecords: [StoredRecord] {
    var backlog = Backlog()
    backlog.folds = .init(source: NameID(1), window: .hour)
    backlog.abandonsBelow = 2
    backlog.reviewsFrom = 3
    backlog.sweepsKeys = true
    backlog.capsTimes = true
    backlog.dropsSegments = true
    backlog.admits = true
    backlog.isTakingScan = true
    var requests = RequestsUnderWay()
    requests.list = [
      .init(id: 1, work: .retry([2]), isNamed: true),
      .init(id: nil, work: .cancel([3]), isNamed: false),
      .init(
        id: 4, work: .waive(keys: [[5]], reason: "no", until: Instant(milliseconds: 6)),
        isNamed: true),
      .init(id: 7, work: .clearQueue(from: 8, below: 9), isNamed: false),
      .init(id: 10, work: .acceptVanished, isNamed: false),
    ]
    requests.list[0].count = 11
    var notices = Notices()
    notices.noSeasonOpen = [NameID(1)]
    notices.scanOlder = true
    return [
      StoredRecord(ControlRecord.backlog(backlog), at: .backlog),
      StoredRecord(ControlRecord.requests(requests), at: .requests),
      StoredRecord(ControlRecord.notices(notices), at: .notices),
    ]
  }

  /// As it was stored before it was kept how keys left their task.
  @Test func `an older task's keys that had left it count as done`() throws {
    let body = GoldenTests.bytes(
      "01050201020100000002000000030000000400000005000000000000000607000000000000000800"
        + "00000000000009000000000000000a000000000000000b0000000c000d0000000000000001020001"
        + "000000020000000000000002000000686d02b1544e0ab71a1caf")
    let key = GoldenTests.bytes("0000000000000001")
    let task = try key.withUnsafeBytes { key in
      try body.withUnsafeBytes { body in
        try StoredForm.decode(TaskRecord.self, key: key, body: body).record
      }
    }
    #expect(task.filled == 1)
    #expect(task.failures == 11)
    #expect(task.openCount == 1)
  }

  /// As they were stored before a run could await a cycle, and a queued cycle had its reason.
  @Test(arguments: [
    (
      "03",
      "010302030000000000000004010900000000000000e8030000000000008403000000000000020000"
        + "00000000000100000088130000000000000101014d00000000000000200300000000000028230000"
        + "00000000020000005d7c41198c33ba51"
    ),
    (
      "04",
      "010402010160ea000000000000010000000000000004000000000000000102000000000000000101"
        + "010100030000000000000098c59c7af495d846"
    ),
  ]) func `what an older record lacks is as it was before`(key: String, body: String) throws {
    let (key, body) = (GoldenTests.bytes(key), GoldenTests.bytes(body))
    let record = try key.withUnsafeBytes { key in
      try body.withUnsafeBytes { body in
        try StoredForm.decode(ControlRecord.self, key: key, body: body).record
      }
    }
    switch record {
    case .cycle(let cycle):
      #expect(cycle.turnedAway == 2)
      #expect(cycle.queuedReason == .requested)
    case .run(let run):
      #expect(run.materialisedUntil == Instant(milliseconds: 3))
      #expect(run.awaitsCycle == false)
    default: Issue.record("\(record) is neither")
    }
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static var records: [StoredRecord] {
    var cycle = Cycle()
    cycle.phase = .scanning
    cycle.number = 3
    cycle.reason = .requested
    cycle.scan = .always
    cycle.ticket = 9
    cycle.began = Instant(milliseconds: 1000)
    cycle.finished = Instant(milliseconds: 900)
    cycle.completed = 2
    cycle.failedInARow = 1
    cycle.nextAt = Instant(milliseconds: 5000)
    cycle.isQueued = true
    cycle.queuedScan = .always
    cycle.spaceBuiltMilliseconds = 77
    cycle.analysed = Instant(milliseconds: 800)
    cycle.nextChange = Instant(milliseconds: 9000)
    cycle.turnedAway = 2
    cycle.queuedReason = .interval
    var run = Run()
    run.phase = .ending
    run.mode = .once
    run.onceStep = .executing
    run.waitMilliseconds = 60_000
    run.began = Instant(milliseconds: 1)
    run.number = 4
    run.fewSince = Instant(milliseconds: 2)
    run.isPaused = true
    run.isDraining = true
    run.hasSaidDrained = true
    run.needsScan = true
    run.gapsMayBeFree = false
    run.materialisedUntil = Instant(milliseconds: 3)
    run.awaitsCycle = true
    var catalog = CatalogTable(columns: ["id", "date"])
    catalog.append(row: ["7", "2025-01-01"].map { Array($0.utf8) })
    var snapshot = SnapshotRecord(
      began: Instant(milliseconds: 10), adopted: Instant(milliseconds: 20),
      identity: Hash128(high: 1, low: 2), space: Hash128(high: 3, low: 4), objects: 5, bytes: 6,
      unmatched: 7)
    snapshot.types = [.init(type: NameID(8), bytes: 9, surplus: 10)]
    snapshot.slots = [.init(slot: Hash128(high: 11, low: 12), found: 13)]
    snapshot.unmatchedPrefixes = [.init(text: "tmp/", objects: 14)]
    snapshot.isDoubted = true
    let segment = SegmentRecord(
      fingerprint: Hash128(high: 1, low: 2), present: [3], undersized: [4], early: [5],
      times: [6, 7], vanished: [8])
    var ledger = LedgerRecord(
      knowledge: .found, facts: ObjectFacts(bytes: 1, modifiedSeconds: 2),
      known: Instant(milliseconds: 3))
    ledger.contentHash = Hash128(high: 4, low: 5)
    ledger.longKey = [6]
    var key = KeyRecord()
    key.firstTask = Instant(milliseconds: 1)
    key.attempts = 2
    key.parked = 3
    key.lastFailure = .refused
    key.notBefore = Instant(milliseconds: 5)
    key.confirmedSeconds = 6
    key.absent = 7
    key.waivedUntil = Instant(milliseconds: 8)
    key.waivedReason = "no"
    key.foundBefore = 9
    key.longKey = [10]
    key.isOutcomeUnknown = true
    var task = TaskRecord(
      priority: .high, kind: .stale, source: NameID(1), type: NameID(2), season: NameID(3),
      scraper: NameID(4), score: 5, ownerOrder: 6, due: Instant(milliseconds: 7),
      created: Instant(milliseconds: 8), itemCount: 2)
    task.close(0, .filled)
    task.failures = 3
    task.retried = Instant(milliseconds: 14)
    task.state = .parked
    task.reason = .attemptsSpent
    task.ended = Instant(milliseconds: 9)
    task.notBefore = Instant(milliseconds: 10)
    task.attempts = 11
    task.parked = 12
    task.verified = Instant(milliseconds: 13)
    task.mustVerify = true
    task.message = "hm"
    task.lastFailure = .throttled
    var items = TaskItemsRecord()
    items.append([0x61])
    items.append([0x62, 0x63])
    let attempt = AttemptRecord(
      task: TaskID(1), source: NameID(2), scraper: NameID(3), started: Instant(milliseconds: 4),
      requests: 5, items: [6])
    var source = SourceRecord()
    source.isPaused = true
    source.lastStart = Instant(milliseconds: 1)
    source.paceMicroseconds = 2
    source.notBefore = Instant(milliseconds: 3)
    var scraper = ScraperRecord()
    scraper.paceMicroseconds = 1
    scraper.history = [.init(day: 2, finished: 3, succeeded: 4)]
    scraper.lastFinished = Instant(milliseconds: 5)
    scraper.failuresInARow = 6
    return [
      StoredRecord(
        ControlRecord.counters(.init(nextTask: 1, nextAttempt: 2, nextTicket: 3)), at: .counters),
      StoredRecord(
        ControlRecord.clock(
          .init(
            wallOffsetMilliseconds: 1, bootID: Hash128(high: 2, low: 3),
            wallAtBootMilliseconds: 4)), at: .clock),
      StoredRecord(ControlRecord.cycle(cycle), at: .cycle),
      StoredRecord(ControlRecord.run(run), at: .run),
    ] + backlogRecords + [
      StoredRecord(NameRecord(text: "espn"), at: NameID(1)),
      StoredRecord(CatalogRecord(content: catalog), at: NameID(2)),
      StoredRecord(snapshot, at: .init(.listing)),
      StoredRecord(segment, at: .init(segment: Hash128(high: 1, low: 2), chunk: 3)),
      StoredRecord(ledger, at: LakeKey([0x6B])),
      StoredRecord(task, at: TaskID(1)),
      StoredRecord(items, at: TaskID(1)),
      StoredRecord(attempt, at: AttemptID(1)),
      StoredRecord(key, at: LakeKey([0x6B])),
      StoredRecord(source, at: NameID(1)),
      StoredRecord(scraper, at: NameID(1)),
      StoredRecord(
        QuantumRecord(requests: 5),
        at: .init(
          scope: .init(source: NameID(1), window: .minute), end: Instant(milliseconds: 60_000))),
    ]
  }
}
