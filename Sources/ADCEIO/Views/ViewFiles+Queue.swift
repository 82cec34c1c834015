internal import ADCEKernel

extension ViewFiles {
  /// `gaps.json`: every live task, the parked ones too.
  static func queue(_ kernel: borrowing Kernel, at now: Instant) -> SettingValue {
    let tasks = TaskFilter().tasks(of: kernel, at: now)
    var byPriority = [0, 0, 0, 0]
    var bySource: [String: Int] = [:]
    var byScraper: [String: Int] = [:]
    var estimate = QueueEstimate(kernel.configuration)
    var shown: [SettingValue] = []
    for task in tasks {
      byPriority[Int(task.priority.rawValue)] += 1
      bySource[task.source, default: 0] += 1
      byScraper[task.scraper, default: 0] += 1
      let seconds = estimate.add(task)
      if shown.count < tasksMax { shown.append(json(task, kernel, seconds, at: now)) }
    }
    return .map(
      [
        .init("generated_at", .text((now + kernel.wallOffsetMilliseconds).iso)),
        .init("total_tasks", .count(tasks.count)),
        .init("by_priority", ViewFiles.byPriority(byPriority)),
        .init("by_source", sorted(bySource)), .init("by_scraper", sorted(byScraper)),
        .init("estimated_total_minutes", .minutes(seconds: estimate.totalSeconds)),
      ] + capped("tasks", shown, of: tasks.count, max: tasksMax))
  }

  private static func json(
    _ task: TaskView, _ kernel: borrowing Kernel, _ seconds: Int64, at now: Instant
  ) -> SettingValue {
    let open = kernel.keys(of: task.id).filter { $0.isOpen }.map { $0.key }
    let count = task.items == 0 ? task.countMissing(kernel) : open.count
    let files = open.prefix(filesMax).map { SettingValue.text(String(decoding: $0, as: UTF8.self)) }
    let space = kernel.space
    let games = open.prefix(filesMax).compactMap { gameID(of: $0, space) }
    return .map(
      [
        .init("id", .text(task.idText)), .init("priority", .text(task.priority.name)),
        .init("gap_type", .text(task.kind.name)), .init("source", .text(task.source)),
        .init("season", task.season.map { .text($0) } ?? .null),
        .init("data_type", .text(task.dataType)), .init("scraper", .text(task.scraper)),
        .init("missing_files", .count(count)), .init("game_ids", .list(games.unique)),
        .init("estimated_time_minutes", .minutes(seconds: seconds)),
        .init("reason", .text(reason(task, count))),
        .init("created_at", .text((task.created + kernel.wallOffsetMilliseconds).iso)),
        .init("status", .text(task.state.name)),
        .init("attempts", .count(task.attempts)),
      ] + capped("files", files, of: task.items == 0 ? 0 : open.count, max: filesMax))
  }

  private static func reason(_ task: TaskView, _ count: Int) -> String {
    let what =
      "\(count) \(task.kind.name) of \(task.dataType)" + (task.season.map { " \($0)" } ?? "")
    return task.reason.isEmpty ? what : "\(what); \(task.reason)"
  }

  private static func gameID(of key: [UInt8], _ space: KeySpace) -> SettingValue? {
    guard let ordinal = key.withUnsafeBytes({ space.ordinal(of: $0) }) else { return nil }
    return space.parameters(of: ordinal).first { $0.name == "game_id" }.map { .text($0.value) }
  }
}

extension TaskView {
  /// Of a task without keys: how many objects its count lacks now.
  fileprivate func countMissing(_ kernel: borrowing Kernel) -> Int {
    let space = kernel.space
    let desired = kernel.configuration.desired
    let found = kernel.coverage.found
    return space.slots.indices.reduce(0) { sum, index in
      let slot = space.slots[index]
      let type = space.types[slot.type]
      guard desired.sources[type.source].name == source,
        desired.sources[type.source].dataTypes[type.dataType].name == dataType,
        slot.season?.name == season
      else { return sum }
      return sum + max(0, slot.expected - found[index])
    }
  }
}

extension [SettingValue] {
  /// Each once, where it first stood: several files of a game name it several times.
  fileprivate var unique: [SettingValue] {
    var seen: Set<SettingValue> = []
    return filter { seen.insert($0).inserted }
  }
}

extension SettingValue {
  /// Minutes with one digit after the point, rounded up: what is to be done takes some time.
  static func minutes(seconds: Int64) -> SettingValue {
    let tenths = (seconds + 5) / 6
    return tenths % 10 == 0 ? .integer(tenths / 10) : .number("\(tenths / 10).\(tenths % 10)")
  }
}

/// How long work takes by its limits: never less than a second a request. Sources work side by
/// side, so all of it takes as long as the busiest one.
struct QueueEstimate {
  private let configuration: Configuration
  private var bySource: [String: Int64] = [:]

  init(_ configuration: Configuration) { self.configuration = configuration }

  /// Seconds that a task takes by itself.
  mutating func add(_ task: TaskView) -> Int64 {
    let scraper = configuration.scrapers.first { $0.id == task.scraper }
    let open = max(1, task.items - task.done)
    let requests = scraper?.kind == .http ? open : max(1, scraper?.requestsPerTask ?? 1)
    let seconds = (Int64(requests) * spacingMilliseconds(scraper, task.source) + 999) / 1000
    bySource[task.source, default: 0] += seconds
    return seconds
  }

  var totalSeconds: Int64 { bySource.values.max() ?? 0 }

  private func spacingMilliseconds(
    _ scraper: Configuration.Scraper?, _ source: String
  ) -> Int64 {
    var spacing: Int64 = 1000
    if let rate = scraper?.requestsPerSecondMicro, rate > 0 {
      spacing = max(spacing, 1_000_000_000 / rate)
    }
    guard configuration.globalLimits.enabled,
      let limits = configuration.sources.first(where: { $0.name == source })
    else { return spacing }
    if let minute = limits.windows.perMinute, minute > 0 {
      spacing = max(spacing, 60_000 / Int64(minute))
    }
    if let hour = limits.windows.perHour, hour > 0 {
      spacing = max(spacing, 3_600_000 / Int64(hour))
    }
    return max(spacing, limits.minDelayMilliseconds)
  }
}
