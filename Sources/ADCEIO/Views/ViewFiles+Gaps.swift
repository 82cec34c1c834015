internal import ADCEKernel

extension ViewFiles {
  /// `detected_gaps.json`: an entry a data type, season, kind and priority.
  static func gaps(_ kernel: borrowing Kernel, at now: Instant) -> SettingValue {
    let analysis = kernel.analyse(at: now)
    let wall = now + kernel.wallOffsetMilliseconds
    var entries: [[SettingValue]] = [[], [], [], []]
    var totals = [0, 0, 0, 0]
    for group in analysis.groups {
      let level = Int(group.priority.rawValue)
      totals[level] += 1
      guard entries[level].count < gapsMax else { continue }
      entries[level].append(entry(group, analysis, kernel, wall))
    }
    for gap in analysis.countedGaps {
      let level = Int(gap.priority.rawValue)
      totals[level] += 1
      guard entries[level].count < gapsMax else { continue }
      entries[level].append(entry(gap, analysis, kernel, wall))
    }
    let isTruncated = zip(entries, totals).contains { $0.count < $1 }
    return .map([
      .init("timestamp", .text(wall.iso)),
      .init("current_season", kernel.space.season(openAt: wall).map { .text($0) } ?? .null),
      .init(
        "summary",
        .map([
          .init("total_gaps", .count(totals.reduce(0, +))),
          .init("by_priority", byPriority(totals)),
          .init("files_by_priority", byPriority(analysis.gapsByPriority)),
        ])),
      .init(
        "gaps",
        .map(Priority.allCases.map { .init($0.name, .list(entries[Int($0.rawValue)])) })),
      .init("truncated", .bool(isTruncated)),
    ])
  }

  private static func entry(
    _ group: GapGroup, _ analysis: Analysis, _ kernel: borrowing Kernel, _ wall: Instant
  ) -> SettingValue {
    let space = kernel.space
    let names = kernel.names(ofType: group.type)
    let season = space.segments[group.segment].season?.name
    var files: [SettingValue] = []
    var detected = wall
    analysis.forEachGap(
      in: group, space: space, map: kernel.coverage, now: wall,
      desired: kernel.configuration.desired, policy: kernel.configuration.gaps
    ) { ordinal in
      var key: [UInt8] = []
      space.appendKey(of: ordinal, to: &key)
      files.append(.text(String(decoding: key, as: UTF8.self)))
      if let first = kernel.firstTask(of: ordinal) { detected = min(detected, first) }
      return files.count < filesMax
    }
    let numbers = analysis.bySegment[group.segment]
    return .map(
      [
        .init("gap_type", .text(group.kind.name)),
        .init("priority", .text(group.priority.name)), .init("source", .text(names.source)),
        .init("data_type", .text(names.dataType)),
        .init("season", season.map { .text($0) } ?? .null),
        .init("missing_files", .count(group.kind == .missing ? group.count : 0)),
        .init("stale_files", .count(group.kind == .stale ? group.count : 0)),
        .init("undersized_files", .count(group.kind == .undersized ? group.count : 0)),
        .init("completeness_pct", .percent(numbers.completenessMicro)),
        .init(
          "reason",
          .text(
            "\(HumanText.count(group.count)) of \(HumanText.count(numbers.expected)) are "
              + group.kind.name)),
        .init("detected_at", .text(detected.iso)),
      ] + capped("files", files, of: group.count, max: filesMax))
  }

  private static func entry(
    _ gap: CountedGap, _ analysis: Analysis, _ kernel: borrowing Kernel, _ wall: Instant
  ) -> SettingValue {
    let slot = kernel.space.slots[gap.slot]
    let names = kernel.names(ofType: slot.type)
    return .map([
      .init("gap_type", .text(GapKind.missing.name)),
      .init("priority", .text(gap.priority.name)), .init("source", .text(names.source)),
      .init("data_type", .text(names.dataType)),
      .init("season", slot.season.map { .text($0.name) } ?? .null),
      .init("missing_files", .count(gap.missing)), .init("stale_files", .count(0)),
      .init("undersized_files", .count(0)),
      .init(
        "completeness_pct",
        .percent(Int64(slot.expected - gap.missing) * 1_000_000 / Int64(max(1, slot.expected)))),
      .init(
        "reason",
        .text(
          "\(HumanText.count(gap.missing)) of \(HumanText.count(slot.expected)) are missing; "
            + "only their number is known")),
      .init("detected_at", .text(wall.iso)),
    ])
  }
}

extension KeySpace {
  /// The season that is open at a moment of the wall clock; of several the one begun last.
  func season(openAt wall: Instant) -> String? {
    let listed = segments.compactMap(\.season) + slots.compactMap(\.season)
    return listed.filter { $0.start <= wall && wall < $0.end }
      .max { ($0.start, $0.name) < ($1.start, $1.name) }?.name
  }
}
