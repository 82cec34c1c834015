public import ADCEKernel

extension GapView {
  /// As `gaps` prints it, a line each.
  public func json(evidence: SettingValue) -> SettingValue {
    var members: [SettingValue.Member] = [
      .init("key", key.map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null)
    ]
    if key == nil { members.append(.init("count", .count(count))) }
    members += [
      .init("source", .text(source)), .init("data_type", .text(dataType)),
      .init("season", season.map { .text($0) } ?? .null),
      .init("params", .map(parameters.map { .init($0.name, .text($0.value)) })),
      .init("kind", .text(kind.name)), .init("priority", .text(priority.name)),
      .init("scraper", scraper.map { .text($0) } ?? .null),
      .init("due", due.map { $0 <= .distantPast ? .null : .text($0.iso) } ?? .null),
      .init("task", task.map { .text(String($0.number)) } ?? .null),
      .init("waived", .bool(waived)), .init("known_absent", .bool(knownAbsent)),
      .init("attempts", .count(attempts)),
      .init("last_failure", lastFailure.map { .text($0.name) } ?? .null),
      .init("not_before", notBefore.map { .text($0.iso) } ?? .null),
      .init("evidence", ledgerEvidence(evidence)),
    ]
    return .map(members)
  }

  private func ledgerEvidence(_ snapshot: SettingValue) -> SettingValue {
    guard let ledger, case .map(var members) = snapshot else { return snapshot }
    members.append(.init("ledger", .text(ledger.knowledge.name)))
    members.append(.init("ledger_known", .text(ledger.known.iso)))
    return .map(members)
  }

  /// What a snapshot says for all gaps that it shows.
  public static func evidence(of kernel: borrowing Kernel) -> SettingValue {
    guard let snapshot = kernel.snapshot else { return .map([.init("snapshot_began", .null)]) }
    return .map([
      .init("snapshot_began", .text(snapshot.record.began.iso)),
      .init("source", .text(snapshot.source.name)),
    ])
  }

  /// A table of gaps.
  public static func table(_ gaps: [GapView], _ columnsMax: Int? = nil) -> String {
    var table = TextTable([
      .init("PRIORITY"), .init("KIND"), .init("KEY"), .init("TASK", .right),
      .init("STATE", flexible: true),
    ])
    for gap in gaps {
      table.append([
        gap.priority.name, gap.kind.name, gap.name, gap.task.map { String($0.number) } ?? "",
        gap.stateText,
      ])
    }
    return table.text(columnsMax)
  }

  /// Its key, or what is counted and how much of it there is not.
  var name: String {
    if let key { return String(decoding: key, as: UTF8.self) }
    let kind = [source, dataType, season ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    return "\(kind): \(Wording.counted(count, "object"))"
  }

  /// What keeps it, as far as it is known; "" = nothing.
  var stateText: String {
    if waived { return "waived" }
    var text = knownAbsent ? "not at the source" : lastFailure?.name ?? ""
    if let notBefore { text += (text.isEmpty ? "" : ", ") + "next \(notBefore.iso)" }
    if text.isEmpty, scraper == nil { text = "no scraper" }
    return text
  }
}

/// Which gaps are wanted.
public struct GapFilter: Sendable {
  public var priority: Priority?
  public var source: String?
  public var dataType: String?
  public var season: String?

  public init() {}

  /// Calls `body` with the gaps that pass, as of `now`, in the order of the definition: source, data
  /// type, season, due, key.
  public func forEach(
    of kernel: borrowing Kernel, at now: Instant, _ body: (GapView) -> Void
  ) {
    kernel.forEachGap(kernel.analyse(at: now), at: now) { gap in
      if passes(gap) { body(gap) }
      return true
    }
  }

  /// The most important ones, at most `limit`, critical ones first and those of one priority in the
  /// order of the definition; and how many pass in all.
  public func foremost(
    _ limit: Int = .max, of kernel: borrowing Kernel, at now: Instant
  ) -> (gaps: [GapView], total: Int) {
    var byPriority = [[GapView]](repeating: [], count: Priority.allCases.count)
    var total = 0
    forEach(of: kernel, at: now) { gap in
      total += 1
      let index = Int(gap.priority.rawValue)
      if byPriority[index].count < limit { byPriority[index].append(gap) }
    }
    let sorted = Priority.allCases.flatMap { byPriority[Int($0.rawValue)] }
    return (Array(sorted.prefix(limit)), total)
  }

  private func passes(_ gap: GapView) -> Bool {
    priority.map { gap.priority == $0 } ?? true && source.map { gap.source == $0 } ?? true
      && dataType.map { gap.dataType == $0 } ?? true && season.map { gap.season == $0 } ?? true
  }
}

extension FailureClass {
  public var name: String {
    switch self {
    case .transient: "transient"
    case .throttled: "throttled"
    case .absent: "absent at the source"
    case .refused: "refused by the source"
    case .invalid: "invalid content"
    case .scraperFault: "scraper fault"
    case .ownFault: "our own fault"
    }
  }
}

extension LedgerRecord.Knowledge {
  var name: String {
    switch self {
    case .written: "written by us"
    case .found: "looked up and found"
    case .notThere: "looked up and not there"
    }
  }
}
