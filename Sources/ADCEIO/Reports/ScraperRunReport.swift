public import ADCEKernel

/// What `adce scrapers run` did, gathered while it goes.
public struct ScraperRunReport: Sendable {
  /// An object, or a count of a season, that was asked for.
  public struct Line: Hashable, Sendable {
    /// nil for a count.
    public var key: [UInt8]?
    public var dataType: String
    public var season: String?
    public var task: TaskID
    public var isFilled = false
    public var failure: FailureClass?
    public var message = ""
  }

  private let selection: Configuration.Selection
  /// In the order in which they were first asked for.
  public private(set) var lines: [Line] = []
  public private(set) var attempts = 0
  /// Gaps as the first comparison found them, and as the last one did.
  public private(set) var gapsBefore: Int?
  public private(set) var gapsAfter = 0
  /// Gaps that were wanted and were not asked for, each with what kept it.
  public private(set) var unasked: [(gap: GapView, why: String)] = []
  private var places: [[UInt8]: Int] = [:]
  private var placesOfCounts: [TaskID: Int] = [:]

  public init(_ selection: Configuration.Selection) { self.selection = selection }

  public var failed: Int { lines.count { !$0.isFilled } }
  public var filled: Int { lines.count - failed }
  /// Gaps that were not asked for and are still there.
  public var left: Int { max(0, gapsAfter - failed) }

  /// Takes note of an effect as it is released.
  public mutating func notice(_ effect: Effect, _ kernel: borrowing Kernel, _ now: Instant) {
    switch effect {
    case .cycleFinished:
      if gapsBefore == nil { gapsBefore = gaps(kernel, now).count }
    case .start(let attempt):
      guard let work = kernel.work(for: attempt) else { return }
      attempts += 1
      for item in work.items where places[item.key] == nil {
        places[item.key] = lines.count
        lines.append(
          Line(key: item.key, dataType: work.dataType, season: work.season, task: work.task))
      }
      guard work.items.isEmpty, placesOfCounts[work.task] == nil else { return }
      placesOfCounts[work.task] = lines.count
      lines.append(Line(key: nil, dataType: work.dataType, season: work.season, task: work.task))
    case .loadCatalogs, .scan, .lookUp, .cancel, .cycleFailed, .runEnded, .alert, .answered,
      .drained, .finished:
      break
    }
  }

  /// Looks at what is still a gap when all is over.
  public mutating func conclude(_ kernel: borrowing Kernel, _ now: Instant) {
    let remaining = gaps(kernel, now)
    gapsAfter = remaining.count
    var gapOf: [[UInt8]: GapView] = [:]
    for gap in remaining { if let key = gap.key { gapOf[key] = gap } }
    for index in lines.indices {
      let task = kernel.task(lines[index].task, at: now)
      if let key = lines[index].key {
        let gap = gapOf[key]
        lines[index].isFilled = gap == nil
        lines[index].failure = gap.flatMap { $0.lastFailure ?? task?.lastFailure }
      } else {
        // A run for a count is judged by itself: how much there is to find nobody knows.
        lines[index].isFilled = task?.state == .done
        lines[index].failure = lines[index].isFilled ? nil : task?.lastFailure
      }
      if !lines[index].isFilled { lines[index].message = task?.message ?? "" }
    }
    noteUnasked(remaining, kernel, now)
  }

  /// With a limit, what lies over it was not wanted.
  private mutating func noteUnasked(
    _ remaining: [GapView], _ kernel: borrowing Kernel, _ now: Instant
  ) {
    if let most = selection.keysMax, lines.count >= most { return }
    for gap in remaining {
      if let key = gap.key {
        guard places[key] == nil, selection.keys.map({ $0.contains(key) }) ?? true else { continue }
      } else {
        let wasAsked = lines.contains {
          $0.key == nil && $0.dataType == gap.dataType && $0.season == gap.season
        }
        guard !wasAsked, selection.keys == nil else { continue }
      }
      let reason = gap.task.flatMap { kernel.task($0, at: now)?.reason } ?? ""
      let why = [gap.stateText, reason].first { !$0.isEmpty }
      unasked.append((gap, why ?? "nothing could start in time"))
    }
  }

  /// The gaps that the scraper would fill, but for the keys: `keys` limits what is tried, not what
  /// is missing. What is waived nobody wants.
  private func gaps(_ kernel: borrowing Kernel, _ now: Instant) -> [GapView] {
    var result: [GapView] = []
    kernel.forEachGap(kernel.analyse(at: now), at: now) { gap in
      let isWanted =
        gap.scraper == selection.scraper && !gap.waived
        && selection.dataType.map { $0 == gap.dataType } ?? true
        && selection.season.map { $0 == gap.season } ?? true
      if isWanted { result.append(gap) }
      return true
    }
    return result
  }
}

extension ScraperRunReport {
  public var json: SettingValue {
    .map([
      .init("scraper", .text(selection.scraper)), .init("gaps", .count(gapsBefore ?? 0)),
      .init("attempts", .count(attempts)), .init("asked", .count(lines.count)),
      .init("filled", .count(filled)), .init("failed", .count(failed)),
      .init("left", .count(left)),
      .init("results", .list(lines.map(\.json))),
      .init(
        "not_asked",
        .list(
          unasked.map { gap, why in
            .map([
              .init("key", gap.key.map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null),
              .init("data_type", .text(gap.dataType)),
              .init("season", gap.season.map { .text($0) } ?? .null), .init("why", .text(why)),
            ])
          })),
    ])
  }

  public func text(_ columnsMax: Int? = nil) -> String {
    var text = """
      \(selection.scraper): \(Wording.counted(gapsBefore ?? 0, "gap")), \
      \(HumanText.count(lines.count)) asked for in \(Wording.counted(attempts, "attempt")): \
      \(HumanText.count(filled)) filled, \(HumanText.count(failed)) failed; \
      \(HumanText.count(left)) left
      """
    let failures = lines.filter { !$0.isFilled }
    if !failures.isEmpty {
      var table = TextTable([
        .init("FAILED"), .init("TASK", .right), .init("WHY", flexible: true),
      ])
      for line in failures.prefix(ScraperRunReport.shownMax) {
        let why = [line.failure?.name ?? "", line.message].filter { !$0.isEmpty }
        table.append([line.name, String(line.task.number), why.joined(separator: ": ")])
      }
      text += "\n\n" + table.text(columnsMax) + ScraperRunReport.more(failures.count)
    }
    if !unasked.isEmpty {
      var table = TextTable([.init("NOT ASKED FOR"), .init("WHY", flexible: true)])
      for (gap, why) in unasked.prefix(ScraperRunReport.shownMax) { table.append([gap.name, why]) }
      text += "\n\n" + table.text(columnsMax) + ScraperRunReport.more(unasked.count)
    }
    return text
  }

  private static let shownMax = 20

  private static func more(_ count: Int) -> String {
    count > shownMax ? "\n… and \(count - shownMax) more" : ""
  }
}

extension ScraperRunReport.Line {
  fileprivate var name: String {
    key.map { String(decoding: $0, as: UTF8.self) }
      ?? dataType + (season.map { " of \($0)" } ?? "")
  }

  fileprivate var json: SettingValue {
    .map([
      .init("key", key.map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null),
      .init("data_type", .text(dataType)), .init("season", season.map { .text($0) } ?? .null),
      .init("result", .text(isFilled ? "filled" : "failed")),
      .init("task", .text(String(task.number))),
      .init("failure", failure.map { .text($0.name) } ?? .null), .init("message", .text(message)),
    ])
  }
}
