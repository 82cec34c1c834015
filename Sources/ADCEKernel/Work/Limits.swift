import Collections

/// What may leave when: windows of requests (global and by source), pace, minimum delay, what a
/// Retry-After asked for, concurrency.
///
/// In a window a request counts from its sending until its answer plus the window, so that no
/// sliding window at the source can ever see too many. Answers are kept in quanta of a sixtieth
/// of the window, each a small record; requests in flight are the attempt records. A restart
/// therefore never bursts.
struct Limits: Sendable {
  typealias Scope = QuantumRecord.Scope

  /// One window: what was answered in it, and what is in flight.
  struct WindowState: Sendable {
    var scope: Scope
    /// Oldest first.
    var quanta: Deque<Quantum> = []
    var answered = 0
    var inFlight = 0
  }

  struct Quantum: Sendable {
    var end: Instant
    var requests: Int
  }

  /// When something may start.
  enum Verdict: Hashable, Sendable {
    case now
    case at(Instant)
    /// Not before something that is running ends, or an operator acts.
    case afterEvent
  }

  /// More requests of one attempt than anybody makes.
  static let requestsMax = 1_000_000

  var sources = Table<SourceRecord>()
  var scrapers = Table<ScraperRecord>()
  private(set) var quanta = Table<QuantumRecord>()

  // Derived.
  private(set) var windows: [WindowState] = []
  private var windowIndex: [Scope: Int] = [:]
  private(set) var running = 0
  private(set) var runningByScraper: [NameID: Int] = [:]

  /// Sum of the digests of its tables, computed anew.
  var digest: Hash128 { sources.digest &+ scrapers.digest &+ quanta.digest }
}

/// The limits that one lane (a scraper and its source) is under.
struct LaneLimits: Hashable, Sendable {
  var source: NameID
  var scraper: NameID
  var windows: Configuration.Windows
  var globalWindows: Configuration.Windows
  /// Requests a minute at which `sourceBurst` refills; nil = no pacing.
  var sourceBurst: Int?
  var minDelayMilliseconds: Int64
  var scraperRateMicro: Int64
  var scraperBurst: Int
  var maxConcurrent: Int
  var maxConcurrentGlobal: Int
  var requests: Int

  init(
    source: NameID, scraper: NameID, settings: Configuration.Scraper,
    configuration: Configuration
  ) {
    self.source = source
    self.scraper = scraper
    let isLimited = configuration.globalLimits.enabled
    let limits = configuration.sources.first { $0.name == settings.source }
    windows = isLimited ? limits?.windows ?? .init() : .init()
    globalWindows = isLimited ? configuration.globalLimits.windows : .init()
    sourceBurst = isLimited ? limits?.burst : nil
    minDelayMilliseconds = isLimited ? limits?.minDelayMilliseconds ?? 0 : 0
    scraperRateMicro = settings.requestsPerSecondMicro
    scraperBurst = max(1, settings.burst)
    maxConcurrent = max(1, settings.maxConcurrent)
    maxConcurrentGlobal = max(1, configuration.globalLimits.maxConcurrent)
    requests = settings.kind == .http ? 1 : max(1, settings.requestsPerTask)
  }

  /// The windows that count, with how many requests each allows.
  func forEachWindow(_ body: (QuantumRecord.Scope, Int) -> Void) {
    if let n = globalWindows.perMinute { body(.init(source: .none, window: .minute), n) }
    if let n = globalWindows.perHour { body(.init(source: .none, window: .hour), n) }
    if let n = windows.perMinute { body(.init(source: source, window: .minute), n) }
    if let n = windows.perHour { body(.init(source: source, window: .hour), n) }
  }

  /// Microseconds between two requests of the source's pace.
  var sourcePaceMicroseconds: Int64? {
    guard sourceBurst != nil, let perMinute = windows.perMinute, perMinute > 0 else { return nil }
    return 60_000_000 / Int64(perMinute)
  }

  var scraperPaceMicroseconds: Int64? {
    scraperRateMicro > 0 ? 1_000_000_000_000 / scraperRateMicro : nil
  }
}

extension Limits {
  /// Whether an attempt of a lane may start. Pauses are asked elsewhere.
  func verdict(_ lane: LaneLimits, at now: Instant) -> Verdict {
    if running >= lane.maxConcurrentGlobal { return .afterEvent }
    if runningByScraper[lane.scraper, default: 0] >= lane.maxConcurrent { return .afterEvent }
    var earliest = now
    if let source = sources[lane.source] {
      earliest = max(earliest, source.notBefore)
      if source.lastStart > .distantPast {
        earliest = max(earliest, source.lastStart + lane.minDelayMilliseconds)
      }
      if let pace = lane.sourcePaceMicroseconds, let burst = lane.sourceBurst {
        earliest = max(
          earliest, Limits.conforming(source.paceMicroseconds, pace: pace, burst: burst))
      }
    }
    if let pace = lane.scraperPaceMicroseconds, let scraper = scrapers[lane.scraper] {
      earliest = max(
        earliest,
        Limits.conforming(scraper.paceMicroseconds, pace: pace, burst: lane.scraperBurst))
    }
    var isBlocked = false
    lane.forEachWindow { scope, allowed in
      guard let index = windowIndex[scope] else { return }
      switch windows[index].free(max(1, min(lane.requests, allowed)), of: allowed, at: now) {
      case .now: break
      case .at(let time): earliest = max(earliest, time)
      case .afterEvent: isBlocked = true
      }
    }
    if isBlocked { return .afterEvent }
    return earliest <= now ? .now : .at(earliest)
  }

  /// Counts an attempt that starts.
  mutating func start(_ lane: LaneLimits, at now: Instant, into decision: inout Decision) {
    count(scraper: lane.scraper, by: 1)
    lane.forEachWindow { scope, _ in
      let index = windowPosition(scope)
      windows[index].inFlight += lane.requests
    }
    let sourcePace = lane.sourcePaceMicroseconds
    if lane.minDelayMilliseconds > 0 || sourcePace != nil {
      var record = sources[lane.source] ?? SourceRecord()
      record.lastStart = now
      if let sourcePace {
        record.paceMicroseconds = Limits.advanced(
          record.paceMicroseconds, by: sourcePace * Int64(lane.requests), at: now)
      }
      sources.put(record, at: lane.source, into: &decision)
    }
    if let pace = lane.scraperPaceMicroseconds {
      var record = scrapers[lane.scraper] ?? ScraperRecord()
      record.paceMicroseconds = Limits.advanced(
        record.paceMicroseconds, by: pace * Int64(lane.requests), at: now)
      scrapers.put(record, at: lane.scraper, into: &decision)
    }
  }

  /// Counts an attempt that ended: its requests move from flight into the quantum of now.
  ///
  /// Without a `lane` no window counts it. `made` is how many requests it made; nil = as many as it
  /// was admitted with.
  mutating func end(
    _ attempt: AttemptRecord, lane: LaneLimits?, made: Int?, at now: Instant,
    into decision: inout Decision
  ) {
    count(scraper: attempt.scraper, by: -1)
    let admitted = Int(attempt.requests)
    lane?.forEachWindow { scope, _ in
      let index = windowPosition(scope)
      windows[index].inFlight = max(0, windows[index].inFlight - admitted)
      answer(made ?? admitted, in: index, at: now, &decision)
    }
  }

  /// Takes an attempt found in the store into account at recovery.
  mutating func restore(attempt: AttemptRecord, lane: LaneLimits?) {
    count(scraper: attempt.scraper, by: 1)
    lane?.forEachWindow { scope, _ in
      windows[windowPosition(scope)].inFlight += Int(attempt.requests)
    }
  }

  /// Rebuilds what is in flight, after the configuration has changed which windows there are.
  mutating func recount(_ attempts: [(AttemptRecord, LaneLimits?)]) {
    running = 0
    runningByScraper = [:]
    for index in windows.indices { windows[index].inFlight = 0 }
    for (attempt, lane) in attempts { restore(attempt: attempt, lane: lane) }
  }

  /// Drops the quanta that have passed out of their windows; at most `limit` of them.
  mutating func expire(at now: Instant, limit: Int, into decision: inout Decision) {
    var left = limit
    for index in windows.indices {
      let scope = windows[index].scope
      while left > 0, let first = windows[index].quanta.first,
        first.end + scope.window.milliseconds <= now
      {
        windows[index].quanta.removeFirst()
        windows[index].answered -= first.requests
        quanta.remove(.init(scope: scope, end: first.end), into: &decision)
        left -= 1
      }
    }
  }

  /// After a reboot nobody knows how long the machine was off: the worst case is that everything
  /// was answered just now. This is so for one window …
  mutating func assumeWorst(
    window index: Int, at now: Instant, into decision: inout Decision
  ) {
    let scope = windows[index].scope
    let total = windows[index].answered
    for quantum in windows[index].quanta {
      quanta.remove(.init(scope: scope, end: quantum.end), into: &decision)
    }
    windows[index].quanta.removeAll()
    windows[index].answered = 0
    answer(total, in: index, at: now, &decision)
  }

  /// … and this for the pace of sources and scrapers, of which there are few: their buckets are empty
  /// now, and what was under way has left now. `lanes` are those that are configured; what has none
  /// waits for an hour at most.
  mutating func assumeWorst(
    lanes: [LaneLimits], underWay: Departures, at now: Instant, into decision: inout Decision
  ) {
    let microseconds = now.milliseconds * 1000
    func emptied(_ theoretical: Int64, _ pace: (LaneLimits) -> (Int64, burst: Int)?, _ cost: Int64?)
      -> Int64
    {
      let worst = lanes.compactMap { lane -> Int64? in
        guard let (pace, burst) = pace(lane) else { return nil }
        return pace * Int64(max(0, burst - 1)) + max(pace * Int64(lane.requests), cost ?? 0)
      }.max()
      return worst.map { microseconds + $0 } ?? min(theoretical, microseconds + 3_600_000_000)
    }
    for id in sources.sortedKeys {
      sources.update(id, into: &decision) { record in
        guard record.lastStart > .distantPast else { return }
        record.lastStart = now
        guard record.paceMicroseconds != 0 else { return }
        record.paceMicroseconds = emptied(
          record.paceMicroseconds,
          { lane in
            guard lane.source == id, let burst = lane.sourceBurst else { return nil }
            return lane.sourcePaceMicroseconds.map { ($0, burst) }
          }, underWay.sources[id]?.microseconds)
      }
    }
    for id in scrapers.sortedKeys {
      scrapers.update(id, into: &decision) { record in
        guard record.paceMicroseconds != 0 else { return }
        record.paceMicroseconds = emptied(
          record.paceMicroseconds,
          { lane in
            guard lane.scraper == id else { return nil }
            return lane.scraperPaceMicroseconds.map { ($0, lane.scraperBurst) }
          }, underWay.scrapers[id]?.microseconds)
      }
    }
  }

  /// Attempts that left later than they were decided on, by source and by scraper.
  struct Departures {
    struct Delayed {
      /// When the first of them was decided on.
      var first: Instant
      /// What all of them together take of the pace.
      var microseconds: Int64
    }

    var sources: [NameID: Delayed] = [:]
    var scrapers: [NameID: Delayed] = [:]

    mutating func add(_ attempt: AttemptRecord, _ lane: LaneLimits?) {
      func join(_ delayed: inout Delayed?, _ pace: Int64?) {
        let first = min(delayed?.first ?? attempt.started, attempt.started)
        let cost = (pace ?? 0) * Int64(attempt.requests)
        delayed = Delayed(first: first, microseconds: (delayed?.microseconds ?? 0) + cost)
      }
      join(&sources[attempt.source], lane?.sourcePaceMicroseconds)
      join(&scrapers[attempt.scraper], lane?.scraperPaceMicroseconds)
    }
  }

  /// What departed did so at the latest now, and no more than `longest` milliseconds after it was
  /// decided on.
  mutating func postpone(
    _ departures: Departures, longest: Int64, at now: Instant, into decision: inout Decision
  ) {
    /// Each left at most `delay` late; nor is the pace ever further ahead than if all of them had
    /// left now, after everything else.
    func later(_ theoretical: Int64, _ delayed: Departures.Delayed) -> Int64 {
      guard theoretical != 0 else { return 0 }
      let delay = min(longest, max(0, now - delayed.first))
      return min(
        theoretical + delay * 1000,
        max(theoretical, now.milliseconds * 1000) + delayed.microseconds)
    }
    for (id, delayed) in departures.sources.sorted(by: { $0.key < $1.key }) {
      sources.update(id, into: &decision) { record in
        if record.lastStart > .distantPast {
          let delay = min(longest, max(0, now - delayed.first))
          record.lastStart = max(record.lastStart, min(now, record.lastStart + delay))
        }
        record.paceMicroseconds = later(record.paceMicroseconds, delayed)
      }
    }
    for (id, delayed) in departures.scrapers.sorted(by: { $0.key < $1.key }) {
      scrapers.update(id, into: &decision) { record in
        record.paceMicroseconds = later(record.paceMicroseconds, delayed)
      }
    }
  }

  /// No Retry-After asks for more than `longest` milliseconds from now, and nothing was started
  /// later than now.
  mutating func capWaits(at now: Instant, longest: Int64, into decision: inout Decision) {
    for id in sources.sortedKeys {
      sources.update(id, into: &decision) { record in
        record.notBefore = min(record.notBefore, now + longest)
        record.lastStart = min(record.lastStart, now)
      }
    }
  }

  mutating func restoreQuantum(
    key: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) throws(DecodingFailure) -> Hash128 {
    let (key, record, hash) = try quanta.restore(key: key, body: body)
    let index = windowPosition(key.scope)
    windows[index].quanta.append(Quantum(end: key.end, requests: Int(record.requests)))
    windows[index].answered += Int(record.requests)
    return hash
  }

  // MARK: Inside

  private mutating func count(scraper: NameID, by change: Int) {
    running += change
    runningByScraper[scraper, default: 0] += change
  }

  private mutating func answer(
    _ made: Int, in index: Int, at now: Instant, _ decision: inout Decision
  ) {
    guard made > 0 else { return }
    // What a scraper says of itself is not trusted to be a sensible number.
    let made = min(made, Limits.requestsMax)
    let scope = windows[index].scope
    let quantum = scope.window.quantumMilliseconds
    let end = Instant(milliseconds: (now.milliseconds + quantum - 1) / quantum * quantum)
    windows[index].answered += made
    if let last = windows[index].quanta.last, last.end >= end {
      // A clock that stepped back cannot make a quantum older than the newest.
      let position = windows[index].quanta.count - 1
      windows[index].quanta[position].requests += made
      quanta.put(
        QuantumRecord(requests: windows[index].quanta[position].requests),
        at: .init(scope: scope, end: last.end), into: &decision)
    } else {
      windows[index].quanta.append(Quantum(end: end, requests: made))
      quanta.put(
        QuantumRecord(requests: made), at: .init(scope: scope, end: end), into: &decision)
    }
  }

  /// The place of a window, made now if it is new; windows stay sorted, for a steady order.
  private mutating func windowPosition(_ scope: Scope) -> Int {
    if let index = windowIndex[scope] { return index }
    let position = windows.firstIndex { scope < $0.scope } ?? windows.count
    windows.insert(WindowState(scope: scope), at: position)
    for index in position..<windows.count { windowIndex[windows[index].scope] = index }
    return position
  }

  /// When a request conforms to a pace (GCRA): `burst − 1` intervals before its theoretical time.
  private static func conforming(_ theoretical: Int64, pace: Int64, burst: Int) -> Instant {
    let microseconds = theoretical - pace * Int64(max(1, burst) - 1)
    return Instant(milliseconds: (microseconds + 999) / 1000)
  }

  private static func advanced(_ theoretical: Int64, by cost: Int64, at now: Instant) -> Int64 {
    max(theoretical, now.milliseconds * 1000) + cost
  }
}

extension Limits.WindowState {
  /// When `needed` more requests fit among `allowed`.
  func free(_ needed: Int, of allowed: Int, at now: Instant) -> Limits.Verdict {
    var free = allowed - answered - inFlight
    if free >= needed { return .now }
    for quantum in quanta {
      free += quantum.requests
      if free >= needed {
        let time = quantum.end + scope.window.milliseconds
        return time <= now ? .now : .at(time)
      }
    }
    return .afterEvent
  }
}
