import ADCEIO

extension SimulationReport {
  /// One JSON document; the fields are named in the command line contract.
  public var json: String {
    func count(_ value: some BinaryInteger) -> SettingValue { .integer(Int64(value)) }
    func percent(_ part: Int) -> SettingValue {
      .number("\(Success.percent(part, of: success.attempted))")
    }
    return SettingValue.map([
      .init("seed", .number("\(seed)")), .init("verdict", .text(verdict?.rawValue ?? "")),
      .init("digest", .text(digest)), .init("trace", .text(trace.hex)),
      .init("steps", count(steps)), .init("mutations", count(mutations)),
      .init("effects", count(effects)), .init("commits", count(commits)),
      .init("simulated_seconds", .integer(simulatedSeconds)), .init("objects", count(objects)),
      .init("cycles", count(cycles)), .init("cycles_failed", count(cyclesFailed)),
      .init("runs", count(runs)), .init("crashes", count(crashes)),
      .init(
        "tasks",
        .map(
          [.init("made", count(tasksMade)), .init("attempts", count(attempts))]
            + tasksByState.map { .init($0.name, count($0.count)) })),
      .init(
        "lake", .map([.init("expected", count(expected)), .init("missing", count(missing))])),
      .init("requests", count(requests)), .init("needless_requests", count(needlessRequests)),
      .init("look_ups", count(lookUps)), .init("gap_checks", count(gapChecks)),
      .init("converged_after_seconds", convergedAfter.map { .integer($0 / 1000) } ?? .null),
      .init(
        "success_rate",
        .map([
          .init("attempted", count(success.attempted)),
          .init("first_attempt_pct", percent(success.first)),
          .init("within_attempts_pct", percent(success.withinAttempts)),
          .init("final_pct", percent(success.inTheEnd)),
        ])),
      .init("faults", .map(faults.map { .init($0.kind.name, count($0.count)) })),
      .init("transitions", count(coverage.count)),
      .init("violations", .list(violations.map { .text($0) })),
    ]).json
  }

  /// A few lines for people.
  public var text: String {
    let percent = { Success.percent($0, of: success.attempted) }
    var lines = [
      "seed            \(seed)",
      "simulated       \(simulatedSeconds / 3600) h in \(steps) steps, \(mutations) mutations",
      "world           \(objects) objects due when it began, \(expected) at the end",
      "cycles          \(cycles), \(cyclesFailed) failed; runs \(runs); crashes \(crashes)",
      "tasks           \(tasksMade) made, \(attempts) attempts, \(requests) requests",
      "missing         \(missing) at the end",
      "success         first attempt \(percent(success.first)) %, within attempts "
        + "\(percent(success.withinAttempts)) %, in the end \(percent(success.inTheEnd)) %",
    ]
    if !faults.isEmpty {
      lines.append(
        "faults          " + faults.map { "\($0.kind.name) \($0.count)" }.joined(separator: ", "))
    }
    if let convergedAfter {
      lines.append("complete        \(convergedAfter / 60_000) min after the last fault")
    }
    if isCut { lines.append("stopped         after step \(steps), as asked: there is no verdict") }
    lines.append("digest          \(digest)")
    lines += violations.prefix(20).map { "VIOLATION       \($0)" }
    if violations.count > 20 { lines.append("… and \(violations.count - 20) more violations") }
    return lines.joined(separator: "\n")
  }
}
