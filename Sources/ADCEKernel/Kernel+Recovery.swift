/// Why a durable state could not be taken up.
public enum RecoveryFailure: Error, Hashable, Sendable {
  /// A record of this table cannot be read. `key` is its key as hexadecimal digits.
  case unreadable(TableID, key: String, DecodingFailure)
  /// The records do not add up to the digest that was committed with them.
  case digestDiffers(stored: Hash128, found: Hash128)
}

extension Kernel {
  /// The kernel that the records describe. It emits nothing: what follows a restart is an event,
  /// `started`.
  ///
  /// `digest` is the one stored with the last commit; nil skips the comparison.
  public init(
    recovering records: borrowing some RecordSource & ~Copyable, configuration: Configuration,
    digest stored: Hash128?
  ) throws(RecoveryFailure) {
    var recovery = Recovery()
    var control = Table<ControlRecord>()
    try recovery.read(.control, from: records) { key, body throws(DecodingFailure) in
      try control.restore(key: key, body: body).hash
    }
    var names = Names()
    try recovery.read(.names, from: records) { key, body throws(DecodingFailure) in
      try names.restore(key: key, body: body)
    }
    var catalogs = Table<CatalogRecord>()
    try recovery.read(.catalogs, from: records) { key, body throws(DecodingFailure) in
      try catalogs.restore(key: key, body: body).hash
    }
    var cycle = Cycle()
    if case .cycle(let value)? = control[.cycle] { cycle = value }
    let space = Recovery.space(configuration, names, catalogs, cycle)
    var observed = try recovery.observed(from: records, in: space)
    var queue = TaskQueue()
    for table in [TableID.tasks, .taskItems, .attempts] {
      try recovery.read(table, from: records) { key, body throws(DecodingFailure) in
        try queue.restore(table, key: key, body: body)
      }
    }
    var limits = Limits()
    try recovery.read(.sources, from: records) { key, body throws(DecodingFailure) in
      try limits.sources.restore(key: key, body: body).hash
    }
    try recovery.read(.scrapers, from: records) { key, body throws(DecodingFailure) in
      try limits.scrapers.restore(key: key, body: body).hash
    }
    try recovery.read(.quanta, from: records) { key, body throws(DecodingFailure) in
      try limits.restoreQuantum(key: key, body: body)
    }
    if let stored, stored != recovery.digest {
      throw .digestDiffers(stored: stored, found: recovery.digest)
    }
    observed.finishRecovery(
      typeNames: { Recovery.typeName($0, space, configuration, names) }, in: space)
    queue.rebuild(for: space)
    self.init(
      configuration: configuration, space: space, digest: recovery.digest, names: names,
      catalogs: catalogs, observed: observed, queue: queue, limits: limits, control: control)
    self.cycle = cycle
    if case .counters(let value)? = control[.counters] { counters = value }
    if case .clock(let value)? = control[.clock] { clock = value }
    if case .run(let value)? = control[.run] { run = value }
    if case .backlog(let value)? = control[.backlog] { backlog = value }
    if case .requests(let value)? = control[.requests] { requests = value }
    if case .notices(let value)? = control[.notices] { notices = value }
    restoreLanes()
  }

  /// A kernel without a past.
  public init(configuration: Configuration) {
    do {
      try self.init(recovering: MemoryRecords(), configuration: configuration, digest: nil)
    } catch {
      preconditionFailure("recovering no records failed: \(error)")
    }
  }

  /// The lanes of the scrapers that have a number already; `started` numbers the others.
  private mutating func restoreLanes() {
    for scraper in configuration.scrapers {
      guard let id = names.known(scraper.id), let source = names.known(scraper.source) else {
        continue
      }
      laneLimits[id] = LaneLimits(
        source: source, scraper: id, settings: scraper, configuration: configuration)
    }
    for id in queue.attempts.sortedKeys {
      guard let attempt = queue.attempts[id] else { continue }
      limits.restore(attempt: attempt, lane: lane(of: attempt))
    }
  }
}

/// Reads tables and adds up the digest of what it read.
private struct Recovery {
  var digest = Hash128.zero

  mutating func read(
    _ table: TableID, from records: borrowing some RecordSource & ~Copyable,
    _ restore: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(DecodingFailure) -> Hash128
  ) throws(RecoveryFailure) {
    var sum = Hash128.zero
    var last = ""
    do throws(DecodingFailure) {
      try records.forEach(table) { key, body throws(DecodingFailure) in
        do throws(DecodingFailure) {
          sum = sum &+ (try restore(key, body))
        } catch {
          last = key.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
          throw error
        }
      }
    } catch {
      throw .unreadable(table, key: last, error)
    }
    digest = digest &+ sum
  }

  mutating func observed(
    from records: borrowing some RecordSource & ~Copyable, in space: KeySpace
  ) throws(RecoveryFailure) -> Observed {
    var observed = Observed(space: space)
    try read(.snapshots, from: records) { key, body throws(DecodingFailure) in
      try observed.snapshots.restore(key: key, body: body).hash
    }
    try read(.segments, from: records) { key, body throws(DecodingFailure) in
      try observed.restoreSegment(key: key, body: body)
    }
    try read(.ledger, from: records) { key, body throws(DecodingFailure) in
      try observed.restoreLedger(key: key, body: body, in: space)
    }
    try read(.keys, from: records) { key, body throws(DecodingFailure) in
      try observed.restoreKey(key: key, body: body, in: space)
    }
    return observed
  }

  /// The key space as it was last built: of the last good catalogs, at that moment.
  static func space(
    _ configuration: Configuration, _ names: Names, _ catalogs: Table<CatalogRecord>,
    _ cycle: Cycle
  ) -> KeySpace {
    guard let built = cycle.spaceBuiltMilliseconds else {
      return KeySpace(desired: Desired(), catalogs: [], now: .distantPast)
    }
    let contents = configuration.desired.catalogs.map { declaration in
      names.known(declaration.name).flatMap { catalogs[$0]?.content }
    }
    return KeySpace(
      desired: configuration.desired, catalogs: contents, now: Instant(milliseconds: built))
  }

  static func typeName(
    _ index: Int, _ space: KeySpace, _ configuration: Configuration, _ names: Names
  ) -> NameID? {
    let type = space.types[index]
    let source = configuration.desired.sources[type.source]
    return names.known("\(source.name)/\(source.dataTypes[type.dataType].name)")
  }
}
