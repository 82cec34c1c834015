// What people and their tools ask about the state.

/// A task as `adce tasks` shows it.
public struct TaskView: Hashable, Sendable {
  public var id: TaskID
  public var state: TaskRecord.State
  public var priority: Priority
  public var kind: GapKind
  /// In millionths of a point, its age included.
  public var scoreMicro: Int64
  public var source: String
  public var dataType: String
  public var season: String?
  public var scraper: String
  /// Keys in its list; 0 for a task of basis count.
  public var items: Int
  /// Filled by its own work.
  public var done: Int
  /// Keys that left it otherwise: not at their source, waived, filled by somebody else.
  public var absent: Int
  public var waived: Int
  public var elsewhere: Int
  public var attempts: Int
  public var notBefore: Instant?
  public var reason: String
  public var lastFailure: FailureClass?
  public var message: String
  public var created: Instant
  public var ended: Instant?
  /// To add to the times above, which are the steady clock's, to get the wall clock's.
  public var wallOffsetMilliseconds: Int64
}

/// A gap as `adce gaps` shows it.
public struct GapView: Hashable, Sendable {
  /// nil for a count.
  public var key: [UInt8]?
  /// Of a count: objects missing; else 1.
  public var count: Int
  public var source: String
  public var dataType: String
  public var season: String?
  public var kind: GapKind
  public var priority: Priority
  public var parameters: [AttemptWork.Parameter]
  public var scraper: String?
  public var due: Instant?
  public var task: TaskID?
  public var waived: Bool
  public var knownAbsent: Bool
  public var attempts: Int
  /// By the wall clock.
  public var notBefore: Instant?
  public var lastFailure: FailureClass?
  /// What the ledger says of it, and since when.
  public var ledger: (knowledge: LedgerRecord.Knowledge, known: Instant)?

  public static func == (a: GapView, b: GapView) -> Bool {
    a.key == b.key && a.source == b.source && a.dataType == b.dataType && a.season == b.season
      && a.kind == b.kind && a.priority == b.priority && a.count == b.count
  }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(dataType)
  }
}

extension Kernel {
  /// All tasks that are remembered, in the order in which they were made.
  public var taskIDs: [TaskID] { queue.tasks.sortedKeys }

  /// Those that are not over.
  public var liveTaskIDs: [TaskID] { queue.liveIDs }

  public func task(_ id: TaskID, at now: Instant) -> TaskView? {
    guard let task = queue.tasks[id] else { return nil }
    let source = names.text(task.source) ?? ""
    let gain = Scoring(policy: configuration.queue.scoring).gain(of: source, at: now)
    let waits = task.state == .backingOff || task.state == .parked
    return TaskView(
      id: id, state: task.state, priority: task.priority, kind: task.kind,
      scoreMicro: task.score + gain, source: source, dataType: names.text(task.type) ?? "",
      season: names.text(task.season), scraper: names.text(task.scraper) ?? "",
      items: Int(task.itemCount),
      done: Int(task.filled), absent: Int(task.absent), waived: Int(task.waived),
      elsewhere: Int(task.elsewhere),
      attempts: Int(task.attempts), notBefore: waits ? task.notBefore : nil,
      reason: task.reason.text, lastFailure: task.lastFailure, message: task.message,
      created: task.created, ended: task.ended == .distantFuture ? nil : task.ended,
      wallOffsetMilliseconds: clock.wallOffsetMilliseconds)
  }

  /// The keys of a live task: each with whether it is still open.
  public func keys(of id: TaskID) -> [(key: [UInt8], isOpen: Bool)] {
    guard let task = queue.tasks[id], let items = queue.items[id] else { return [] }
    return (0..<items.count).map { (Array(items.key($0)), task.isOpen($0)) }
  }

  /// Whether some data type expects this key.
  public func isExpected(_ key: [UInt8]) -> Bool {
    key.withUnsafeBytes { space.ordinal(of: $0) } != nil
  }

  /// Tasks by state, and live ones without the parked by priority.
  public var taskCounts: (byState: [TaskRecord.State: Int], openByPriority: [Int], open: Int) {
    var byState: [TaskRecord.State: Int] = [:]
    for state in TaskRecord.State.allCases {
      byState[state] = queue.countByState[Int(state.rawValue)]
    }
    return (byState, queue.openByPriority, queue.open)
  }

  /// How many tasks have been made so far.
  public var tasksMade: UInt64 { counters.nextTask - 1 }
  public var attemptsMade: UInt64 { counters.nextAttempt - 1 }
  public var attemptsRunning: Int { limits.running }
  /// The effective coverage: snapshot, ledger, confirmations.
  public var coverage: CoverageMap { observed.map }
  /// The snapshot that the coverage rests on.
  public var snapshot: (source: ScanSource, record: SnapshotRecord)? { observed.current }

  /// What was adopted last of one kind of source, newer than `snapshot` or not.
  public func snapshot(of source: ScanSource) -> SnapshotRecord? {
    observed.snapshots[.init(source)]
  }
  /// Milliseconds to add to an `Instant` to get the wall clock.
  public var wallOffsetMilliseconds: Int64 { clock.wallOffsetMilliseconds }
  public var bootClock: ControlRecord.Clock { clock }
  public func isPaused(source: String) -> Bool {
    names.known(source).flatMap { limits.sources[$0]?.isPaused } ?? false
  }

  /// Of the content that is kept of a catalog, an index into `Desired.catalogs`; nil if there never
  /// was a good one.
  public func fingerprint(ofCatalog index: Int) -> Hash128? {
    names.known(configuration.desired.catalogs[index].name)
      .flatMap { catalogs[$0]?.fingerprint }
  }

  /// Attempts of a scraper within the last seven days.
  public func history(ofScraper id: String, at now: Instant) -> (finished: Int, succeeded: Int) {
    guard let name = names.known(id), let record = limits.scrapers[name] else { return (0, 0) }
    return record.total(on: CivilDay(containing: wall(now)))
  }

  /// Every gap, in the order of (source, data type, season, due), counts last in each type; until
  /// `body` returns false.
  public func forEachGap(
    _ analysis: Analysis, at now: Instant, _ body: (GapView) -> Bool
  ) {
    var taskOf: [UInt32: TaskID] = [:]
    for (id, ordinals) in queue.ordinals {
      guard let task = queue.tasks[id] else { continue }
      for (index, ordinal) in ordinals.enumerated() where task.isOpen(index) {
        taskOf[ordinal] = id
      }
    }
    let waived = space.waived(at: wall(now))
    var goesOn = true
    for group in analysis.groups where goesOn {
      let season = space.segments[group.segment].season?.name
      analysis.forEachGap(
        in: group, space: space, map: observed.map, now: wall(now),
        desired: configuration.desired, policy: configuration.gaps
      ) { ordinal in
        var view = view(of: group.type, season: season, kind: group.kind, group.priority)
        complete(&view, ordinal, task: taskOf[UInt32(ordinal)], waived, now)
        goesOn = body(view)
        return goesOn
      }
    }
    for gap in analysis.countedGaps where goesOn {
      let slot = space.slots[gap.slot]
      var view = view(of: slot.type, season: slot.season?.name, kind: .missing, gap.priority)
      view.count = gap.missing
      goesOn = body(view)
    }
  }

  private func view(
    of type: Int, season: String?, kind: GapKind, _ priority: Priority
  ) -> GapView {
    let dataType = dataType(type)
    return GapView(
      key: nil, count: 1, source: sourceName(type), dataType: dataType.name, season: season,
      kind: kind, priority: priority, parameters: [],
      scraper: dataType.scraper.map { configuration.scrapers[$0].id }, due: nil, task: nil,
      waived: false, knownAbsent: false, attempts: 0, notBefore: nil, lastFailure: nil,
      ledger: nil)
  }

  private func complete(
    _ view: inout GapView, _ ordinal: Int, task: TaskID?, _ waived: [UInt64], _ now: Instant
  ) {
    var key: [UInt8] = []
    space.appendKey(of: ordinal, to: &key)
    view.key = key
    view.parameters = space.parameters(of: ordinal)
    view.due = space.due(ordinal)
    view.task = task
    view.waived =
      !waived.isEmpty && waived[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
    if let record = observed.keys[ordinal] {
      view.waived = view.waived || (record.waivedUntil.map { $0 > wall(now) } ?? false)
      view.knownAbsent = record.absent > 0
      view.attempts = Int(record.attempts)
      view.notBefore = record.notBefore > now ? wall(record.notBefore) : nil
      view.lastFailure = record.lastFailure
    }
    if let entry = observed.ledger[ordinal] { view.ledger = (entry.knowledge, entry.known) }
  }
}

// For the files that users' tools read.
extension Kernel {
  /// Names of a type of the key space.
  public func names(ofType index: Int) -> (source: String, dataType: String) {
    (sourceName(index), dataType(index).name)
  }

  /// When the first task for a key was made, by the wall clock; nil = there was none.
  public func firstTask(of ordinal: Int) -> Instant? {
    guard let record = observed.keys[ordinal], record.firstTask < .distantFuture else { return nil }
    return wall(record.firstTask)
  }

  /// Changes with every task that is made or changes. O(tasks).
  public var tasksDigest: Hash128 { queue.tasks.digest }
}

extension Kernel {
  /// What an attempt under way is about; nil once it has ended.
  public func summary(
    of id: AttemptID
  ) -> (task: TaskID, scraper: String, source: String, items: Int)? {
    guard let attempt = queue.attempts[id] else { return nil }
    return (
      attempt.task, names.text(attempt.scraper) ?? "", names.text(attempt.source) ?? "",
      attempt.items.count
    )
  }
}
