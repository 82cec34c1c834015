public import ADCEKernel

/// What `adce reconcile` prints.
public struct ReconcileReport: Sendable {
  public let coverage: CoverageReport
  private let cycle: UInt64
  private let open: Int
  private let created: Int
  private let cancelled: Int
  private let timings: Host.Timings
  private let peakResidentBytes: Int64
  private let hint: String?

  /// What can be done about what is missing.
  public enum Way: Sendable {
    /// Nothing was written: no other command knows of it.
    case dryRun
    case command
    /// A daemon goes on with it.
    case daemon
  }

  public init(
    _ kernel: borrowing Kernel, at now: Instant, by way: Way, timings: Host.Timings,
    tasksMadeBefore: UInt64, cancelledBefore: Int, peakResidentBytes: Int64
  ) {
    coverage = CoverageReport(kernel, at: now)
    cycle = kernel.cycle.number
    open = kernel.taskCounts.open
    created = Int(kernel.tasksMade - tasksMadeBefore)
    cancelled = max(0, (kernel.taskCounts.byState[.cancelled] ?? 0) - cancelledBefore)
    hint = ReconcileReport.hint(kernel, coverage, way)
    self.timings = timings
    self.peakResidentBytes = peakResidentBytes
  }

  public var json: SettingValue {
    .map(
      [.init("cycle", .integer(Int64(cycle)))] + coverage.members + [
        .init(
          "tasks",
          .map([
            .init("open", .count(open)), .init("created", .count(created)),
            .init("cancelled", .count(cancelled)),
          ])),
        .init(
          "seconds",
          .map([
            .init("scan", .seconds(timings.scan)), .init("analyse", .seconds(timings.analyse)),
            .init("commit", .seconds(timings.commit)), .init("total", .seconds(timings.total)),
          ])),
        .init(
          "listing",
          .map([
            .init("requests", .count(timings.requests)), .init("ranges", .count(timings.ranges)),
          ])),
        .init("peak_rss_bytes", .integer(peakResidentBytes)),
      ])
  }

  /// What `hasGaps` of the coverage says, from the printed form.
  public static func hasGaps(_ json: SettingValue) -> Bool {
    [json["missing"], json["stale"], json["undersized"], json["counted"]?["missing"]].contains {
      if case .integer(let count)? = $0 { count > 0 } else { false }
    }
  }

  public var text: String {
    """
    \(coverage.text(.type))

    \(Wording.counted(open, "task")) open, \(created) made, \(cancelled) cancelled; \
    it took \(SettingValue.seconds(timings.total).json) s.
    """ + (hint.map { "\n\($0)" } ?? "")
  }

  /// Commands that work now, and only those.
  private static func hint(
    _ kernel: borrowing Kernel, _ coverage: CoverageReport, _ way: Way
  ) -> String? {
    guard coverage.hasGaps else { return nil }
    let names = "`adce gaps` names what is missing"
    let counts = kernel.taskCounts
    guard kernel.configuration.loop.executes, counts.open > 0 else {
      return way == .dryRun ? nil : "\(names)."
    }
    if kernel.run.isPaused, way != .dryRun {
      return "\(names); everything is paused: `adce resume` goes on."
    }
    switch way {
    case .dryRun: return nil
    case .command: return "\(names); `adce run --once` fetches it."
    case .daemon: return "\(names); the daemon fetches it."
    }
  }
}

extension CoverageReport {
  /// Whether anything that is due is missing, too small or stale, or a count is not reached.
  public var hasGaps: Bool {
    total.missing + total.undersized + total.stale + counted.missing > 0
  }

  /// The table under a line that says what it rests on.
  public func text(_ detail: Detail) -> String {
    guard let snapshot else {
      return "The lake has not been looked at yet: run `adce reconcile`.\n\n\(table(detail))"
    }
    let record = snapshot.record
    var text = """
      \(HumanText.count(record.objects)) objects, \(HumanText.bytes(record.bytes)), by \
      \(snapshot.source.name) of \(record.began.iso)

      \(table(detail))
      """
    if counted.expected > 0 {
      text +=
        "\ncounted: \(HumanText.count(counted.present)) of \(HumanText.count(counted.expected))"
    }
    if !record.unmatchedPrefixes.isEmpty {
      text += "\n\n\(HumanText.count(record.unmatched)) objects belong to no data type:"
      for prefix in record.unmatchedPrefixes.prefix(5) {
        text += "\n  \(HumanText.count(prefix.objects))  \(prefix.text)"
      }
    }
    let gaps = Priority.allCases.map {
      "\(HumanText.count(gapsByPriority[Int($0.rawValue)])) \($0.name)"
    }
    return text + "\n\ngaps: " + gaps.joined(separator: ", ")
  }
}

extension SettingValue {
  /// Milliseconds as seconds with three digits after the point.
  static func seconds(_ milliseconds: Int64) -> SettingValue {
    let digits = String(milliseconds % 1000)
    let zeros = String(repeating: "0", count: 3 - digits.utf8.count)
    return .number("\(milliseconds / 1000).\(zeros)\(digits)")
  }
}

extension LakeSettings {
  /// The bucket of an S3 lake; nil for a directory.
  public var bucket: String? {
    guard let url, url.hasPrefix("s3://") else { return nil }
    return url.dropFirst("s3://".count).split(separator: "/").first.map(String.init)
  }
}
