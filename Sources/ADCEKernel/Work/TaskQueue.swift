import Collections

/// The tasks, and everything that is derived from them: which keys are claimed, lanes of what is
/// ready, who wakes when, counts.
///
/// A lane is a scraper and the source of what it fetches: all its tasks are under the same limits
/// and age alike, so a heap a lane is enough and only the heads are compared.
struct TaskQueue: Sendable {
  private(set) var tasks = Table<TaskRecord>()
  private(set) var items = Table<TaskItemsRecord>()
  private(set) var attempts = Table<AttemptRecord>()

  // Derived.
  private(set) var lanes: [LaneName: Lane] = [:]
  /// Ordinals of the keys that are open in a live task.
  private(set) var claimed: [UInt64] = []
  /// Counts that a live task is to fill.
  private(set) var claimedCounts: [TaskSlot: TaskID] = [:]
  /// Each live task's keys as ordinals, none for a count; `TaskQueue.unexpected` where the space has none.
  private(set) var ordinals: [TaskID: [UInt32]] = [:]
  /// The attempt of each running task.
  private(set) var attemptOf: [TaskID: AttemptID] = [:]
  private(set) var countByState = [Int](repeating: 0, count: 8)
  /// Live and not parked.
  private(set) var open = 0
  private(set) var openByPriority = [0, 0, 0, 0]
  private var timers = Heap<Timer>()
  private var parkedByAge = Heap<Timer>()
  private var endedByAge = Heap<Timer>()

  static let unexpected = UInt32.max

  /// Which count a task of basis count fills.
  struct TaskSlot: Hashable, Sendable {
    var source: NameID
    var type: NameID
    var season: NameID
  }

  struct Timer: Hashable, Comparable, Sendable {
    var at: Instant
    var task: TaskID
    static func < (a: Timer, b: Timer) -> Bool { (a.at, a.task) < (b.at, b.task) }
  }

  /// A ready task by its place in the order of admission; the best is the smallest.
  struct Ready: Hashable, Comparable, Sendable {
    var score: Int64
    var ownerOrder: UInt8
    var due: Instant
    var task: TaskID

    static func < (a: Ready, b: Ready) -> Bool {
      if a.score != b.score { return a.score > b.score }
      if a.ownerOrder != b.ownerOrder { return a.ownerOrder < b.ownerOrder }
      if a.due != b.due { return a.due < b.due }
      return a.task < b.task
    }
  }

  struct LaneName: Hashable, Comparable, Sendable {
    var scraper: NameID
    /// Of the tasks: the scraper may have another one, whose limits hold.
    var source: NameID

    init(_ task: TaskRecord) {
      scraper = task.scraper
      source = task.source
    }

    static func < (a: LaneName, b: LaneName) -> Bool {
      (a.scraper, a.source) < (b.scraper, b.source)
    }
  }

  struct Lane: Sendable {
    var name: LaneName
    var byScore = Heap<Ready>()
    var byAge = Heap<TaskID>()
    /// Tasks that are pending; the heaps may hold more, which are skipped.
    var pending = 0
  }

  var digest: Hash128 { tasks.digest &+ items.digest &+ attempts.digest }
  var liveCount: Int { countByState[1...5].reduce(0, +) }
}

// MARK: - The one funnel

extension TaskQueue {
  /// Writes a task's header and keeps what is derived from it.
  mutating func put(_ record: TaskRecord, at id: TaskID, into decision: inout Decision) {
    if let old = tasks[id] { forget(old, id) }
    tasks.put(record, at: id, into: &decision)
    notice(record, id)
    if !record.state.isLive {
      items.remove(id, into: &decision)
      ordinals[id] = nil
    }
  }

  /// Adds a new task with its keys.
  mutating func add(
    _ record: TaskRecord, keys: TaskItemsRecord, ordinals: [UInt32], at id: TaskID,
    into decision: inout Decision
  ) {
    if keys.count > 0 { items.put(keys, at: id, into: &decision) }
    self.ordinals[id] = ordinals
    put(record, at: id, into: &decision)
  }

  mutating func begin(
    _ attempt: AttemptRecord, at id: AttemptID, into decision: inout Decision
  ) {
    attempts.put(attempt, at: id, into: &decision)
    attemptOf[attempt.task] = id
  }

  mutating func end(_ id: AttemptID, into decision: inout Decision) {
    if let task = attempts[id]?.task { attemptOf[task] = nil }
    attempts.remove(id, into: &decision)
  }

  /// Whether `removeEnded` has work.
  func hasRemovable(at now: Instant) -> Bool {
    guard let first = endedByAge.min else { return false }
    return countByState[6] + countByState[7] > 10_000 || first.at < now - 7 * Span.day
  }

  /// Deletes ended tasks that are older than a week or more than ten thousand; at most `limit`.
  mutating func removeEnded(at now: Instant, limit: Int, into decision: inout Decision) {
    var left = limit
    while left > 0, let first = endedByAge.min {
      let isOver = countByState[6] + countByState[7] > 10_000
      guard isOver || first.at < now - 7 * Span.day else { return }
      endedByAge.removeMin()
      guard let record = tasks[first.task], !record.state.isLive, record.ended == first.at
      else { continue }
      forget(record, first.task)
      tasks.remove(first.task, into: &decision)
      left -= 1
    }
  }

  /// What ended in the future ended now; true if this step had room for all of it.
  mutating func capEnds(at now: Instant, into decision: inout Decision) -> Bool {
    while let last = endedByAge.max, last.at > now {
      guard decision.room > 0 else { return false }
      endedByAge.removeMax()
      guard var record = tasks[last.task], !record.state.isLive, record.ended == last.at else {
        continue
      }
      record.ended = now
      put(record, at: last.task, into: &decision)
    }
    return true
  }

  private mutating func forget(_ record: TaskRecord, _ id: TaskID) {
    countByState[Int(record.state.rawValue)] -= 1
    if record.state.isLive, record.state != .parked {
      open -= 1
      openByPriority[Int(record.priority.rawValue)] -= 1
    }
    if record.state == .pending { lanes[LaneName(record)]?.pending -= 1 }
    setClaims(record, id, to: false)
  }

  private mutating func notice(_ record: TaskRecord, _ id: TaskID) {
    countByState[Int(record.state.rawValue)] += 1
    if record.state.isLive, record.state != .parked {
      open += 1
      openByPriority[Int(record.priority.rawValue)] += 1
    }
    setClaims(record, id, to: true)
    switch record.state {
    case .pending:
      let ready = Ready(
        score: record.score, ownerOrder: record.ownerOrder, due: record.due, task: id)
      let name = LaneName(record)
      lanes[name, default: Lane(name: name)].insert(ready)
      trim(name)
    case .backingOff:
      timers.insert(Timer(at: record.notBefore, task: id))
    case .parked:
      timers.insert(Timer(at: record.notBefore, task: id))
      parkedByAge.insert(Timer(at: record.created, task: id))
      if TaskQueue.isOvergrown(parkedByAge.count, of: countByState[Int(record.state.rawValue)]) {
        let tasks = tasks
        let parked = Set(parkedByAge.unordered.filter { tasks[$0.task]?.state == .parked })
        parkedByAge = Heap(parked)
      }
    case .done, .cancelled:
      endedByAge.insert(Timer(at: record.ended, task: id))
    case .admitted, .running:
      break
    }
  }

  /// Whether a heap holds so many entries that no longer hold that it is to be made anew: memory
  /// does not grow with time.
  private static func isOvergrown(_ entries: Int, of valid: Int) -> Bool {
    entries > 4 * valid + 1024
  }

  private mutating func trim(_ name: LaneName) {
    guard let lane = lanes[name],
      TaskQueue.isOvergrown(max(lane.byScore.count, lane.byAge.count), of: lane.pending)
    else { return }
    let tasks = tasks
    let scores = Set(
      lane.byScore.unordered.filter {
        tasks[$0.task]?.state == .pending && tasks[$0.task]?.score == $0.score
      })
    lanes[name]?.byScore = Heap(scores)
    lanes[name]?.byAge = Heap(
      Set(lane.byAge.unordered.filter { tasks[$0]?.state == .pending }))
  }

  private mutating func setClaims(_ record: TaskRecord, _ id: TaskID, to isClaimed: Bool) {
    guard record.state.isLive else { return }
    if record.isCount {
      let slot = TaskSlot(source: record.source, type: record.type, season: record.season)
      claimedCounts[slot] = isClaimed ? id : nil
      return
    }
    guard let list = ordinals[id] else { return }
    for (index, ordinal) in list.enumerated()
    where ordinal != TaskQueue.unexpected && record.isOpen(index) {
      let mask: UInt64 = 1 << UInt64(ordinal & 63)
      if isClaimed {
        claimed[Int(ordinal >> 6)] |= mask
      } else {
        claimed[Int(ordinal >> 6)] &= ~mask
      }
    }
  }
}

extension TaskQueue.Lane {
  mutating func insert(_ ready: TaskQueue.Ready) {
    byScore.insert(ready)
    byAge.insert(ready.task)
    pending += 1
  }
}

// MARK: - Asking

extension TaskQueue {
  /// The best ready task of a lane; entries that no longer hold are dropped on the way.
  mutating func best(of lane: LaneName) -> Ready? {
    while let first = lanes[lane]?.byScore.min {
      if let record = tasks[first.task], record.state == .pending, record.score == first.score {
        return first
      }
      lanes[lane]?.byScore.removeMin()
    }
    return nil
  }

  /// The oldest ready task of a lane.
  mutating func oldest(of lane: LaneName) -> TaskID? {
    while let first = lanes[lane]?.byAge.min {
      if tasks[first]?.state == .pending { return first }
      lanes[lane]?.byAge.removeMin()
    }
    return nil
  }

  /// When the next task that backs off or is parked goes on.
  mutating func nextTimer() -> Timer? {
    while let first = timers.min {
      if let record = tasks[first.task], record.notBefore == first.at,
        record.state == .backingOff || record.state == .parked
      {
        return first
      }
      timers.removeMin()
    }
    return nil
  }

  /// The parked task that is oldest.
  mutating func oldestParked() -> TaskID? {
    while let first = parkedByAge.min {
      if tasks[first.task]?.state == .parked { return first.task }
      parkedByAge.removeMin()
    }
    return nil
  }

  /// The lanes that have pending tasks, in a steady order.
  var busyLanes: [LaneName] {
    lanes.values.filter { $0.pending > 0 }.map(\.name).sorted()
  }

  func isClaimed(_ ordinal: Int) -> Bool {
    claimed[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
  }

  /// Ids of live tasks, in order.
  var liveIDs: [TaskID] { ordinals.keys.sorted() }
}

// MARK: - Derived state anew

extension TaskQueue {
  mutating func restore(
    _ table: TableID, key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> Hash128 {
    switch table {
    case .tasks: return try tasks.restore(key: key, body: body).hash
    case .taskItems: return try items.restore(key: key, body: body).hash
    case .attempts: return try attempts.restore(key: key, body: body).hash
    case .control, .names, .catalogs, .snapshots, .segments, .ledger, .keys, .sources,
      .scrapers, .quanta:
      preconditionFailure("\(table) is not a table of the queue")
    }
  }

  /// Computes everything that is derived, for a key space.
  mutating func rebuild(for space: KeySpace) {
    lanes = [:]
    claimed = [UInt64](repeating: 0, count: space.bitCount / 64)
    claimedCounts = [:]
    ordinals = [:]
    attemptOf = [:]
    countByState = [Int](repeating: 0, count: 8)
    open = 0
    openByPriority = [0, 0, 0, 0]
    timers = Heap()
    parkedByAge = Heap()
    endedByAge = Heap()
    for id in tasks.sortedKeys {
      guard let record = tasks[id] else { continue }
      if record.state.isLive {
        let keys = items[id] ?? TaskItemsRecord()
        ordinals[id] = (0..<Int(record.itemCount)).map { index in
          guard index < keys.count else { return TaskQueue.unexpected }
          return keys.key(index).withUnsafeBytes { space.ordinal(of: $0) }.map { UInt32($0) }
            ?? TaskQueue.unexpected
        }
      }
      notice(record, id)
    }
    for id in attempts.sortedKeys {
      if let task = attempts[id]?.task { attemptOf[task] = id }
    }
  }
}
