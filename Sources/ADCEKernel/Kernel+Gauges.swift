// What a health check and its figures ask about the state: cheap enough for once a second.

/// How full one window of requests is.
public struct WindowGauge: Hashable, Sendable {
  /// nil = of all sources together.
  public var source: String?
  public var window: QuantumRecord.Window
  /// Requests that the window allows.
  public var limit: Int
  /// Requests that count now: answered within it, or in flight.
  public var used: Int
}

/// What is known of an attempt under way.
public struct AttemptGauge: Hashable, Sendable {
  public var scraper: String
  public var source: String
  public var started: Instant
}

extension Kernel {
  /// Live tasks of a priority that were made before a moment, and when the oldest of them was.
  public func tasksWaiting(
    _ priority: Priority, since moment: Instant
  ) -> (count: Int, oldest: Instant?) {
    var result: (count: Int, oldest: Instant?) = (0, nil)
    for id in queue.liveIDs {
      guard let task = queue.tasks[id], task.priority == priority, task.created < moment
      else { continue }
      result.count += 1
      result.oldest = min(result.oldest ?? task.created, task.created)
    }
    return result
  }

  /// An attempt that is under way.
  public func attempt(_ id: AttemptID) -> AttemptGauge? {
    queue.attempts[id].map {
      AttemptGauge(
        scraper: names.text($0.scraper) ?? "", source: names.text($0.source) ?? "",
        started: $0.started)
    }
  }

  /// Attempts of a scraper that are under way.
  public func attemptsRunning(ofScraper id: String) -> Int {
    names.known(id).flatMap { limits.runningByScraper[$0] } ?? 0
  }

  /// Attempts of all scrapers within the last `days` days of the calendar (UTC), at most seven.
  public func attemptsEnded(
    withinDays days: Int32, at now: Instant
  ) -> (finished: Int, succeeded: Int) {
    let today = CivilDay(containing: wall(now))
    var result = (finished: 0, succeeded: 0)
    for scraper in configuration.scrapers {
      guard let name = names.known(scraper.id), let record = limits.scrapers[name] else { continue }
      for entry in record.history where entry.day > today.day - days {
        result.finished += Int(entry.finished)
        result.succeeded += Int(entry.succeeded)
      }
    }
    return result
  }

  /// The sources that an operator has paused, in the order of the scrapers.
  public var pausedSources: [String] {
    var result: [String] = []
    for scraper in configuration.scrapers where !result.contains(scraper.source) {
      if isPaused(source: scraper.source) { result.append(scraper.source) }
    }
    return result
  }

  /// Every window that counts, those of all sources first, then in the order of the sources' names.
  public var windowGauges: [WindowGauge] {
    var allowed: [QuantumRecord.Scope: Int] = [:]
    for lane in laneLimits.values { lane.forEachWindow { allowed[$0] = $1 } }
    let used = Dictionary(
      limits.windows.map { ($0.scope, $0.answered + $0.inFlight) }, uniquingKeysWith: +)
    return allowed.map { scope, limit in
      WindowGauge(
        source: scope.source == .none ? nil : names.text(scope.source), window: scope.window,
        limit: limit, used: used[scope] ?? 0)
    }.sorted {
      ($0.source ?? "", $0.window.rawValue) < ($1.source ?? "", $1.window.rawValue)
    }
  }

  /// Whether the catalogs have been loaded, by this process or one before it.
  public var hasKeySpace: Bool { cycle.spaceBuiltMilliseconds != nil }
}
