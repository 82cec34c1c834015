internal import ADCEKernel

extension ViewFiles {
  /// `coverage_analysis.json`: totals are of keys; what is only counted stands in `counted`.
  static func analysis(_ report: CoverageReport) -> SettingValue {
    let enabled = Set(report.types.filter(\.isEnabled).map(\.source))
    let sources = report.sources.filter { enabled.contains($0.name) }
    let complete = sources.count { source in
      source.numbers.missing == 0
        && report.types.allSatisfy { $0.source != source.name || $0.numbers.missing == 0 }
    }
    return .map([
      .init("timestamp", .text(report.asOf.iso)),
      .init(
        "summary",
        .map([
          .init("total_sources", .count(sources.count)),
          .init("sources_complete", .count(complete)),
          .init("sources_incomplete", .count(sources.count - complete)),
          .init("critical_gaps", .count(report.gapsByPriority[0])),
          .init("total_missing_files", .count(report.total.missing)),
          .init("total_stale_files", .count(report.total.stale)),
          .init("total_undersized_files", .count(report.total.undersized)),
          .init("overall_completeness_pct", .percent(report.total.completenessMicro)),
          .init("overall_attainable_pct", .percent(report.total.attainableMicro)),
          .init("counted", .map(files(report.counted))),
        ])),
      .init(
        "by_source",
        .map(sources.map { .init($0.name, source($0.name, $0.numbers, $0.bytes, report)) })),
    ])
  }

  private static func source(
    _ name: String, _ numbers: Analysis.Numbers, _ bytes: Int64, _ report: CoverageReport
  ) -> SettingValue {
    let types = report.types.filter { $0.source == name }
    var seasons: [String: Analysis.Numbers] = [:]
    for type in types where type.basis == .keys {
      for season in type.seasons {
        if let name = season.name { seasons[name, default: .init()] += season.numbers }
      }
    }
    return .map(
      files(numbers) + [
        .init("total_size_bytes", .integer(bytes)),
        .init(
          "by_season",
          .map(seasons.sorted { $0.key < $1.key }.map { .init($0.key, .map(files($0.value))) })),
        .init(
          "by_type",
          .map(
            types.map { type in
              .init(
                type.name,
                .map(
                  files(type.numbers) + [
                    .init("basis", .text(type.basis.name)),
                    .init("surplus_files", .count(type.surplus)),
                    .init("total_size_bytes", .integer(type.bytes)),
                  ]))
            })),
      ])
  }

  private static func files(_ numbers: Analysis.Numbers) -> [SettingValue.Member] {
    [
      .init("expected_files", .count(numbers.expected)),
      .init("actual_files", .count(numbers.present)),
      .init("missing_files", .count(numbers.missing)),
      .init("stale_files", .count(numbers.stale)),
      .init("undersized_files", .count(numbers.undersized)),
      .init("completeness_pct", .percent(numbers.completenessMicro)),
    ]
  }

  /// `current_inventory.json`. Of a season there is no size: the coverage map keeps bytes by type.
  static func inventory(
    _ report: CoverageReport, lake: String, scanMilliseconds: Int64?
  ) -> SettingValue {
    var bySource: [String: Holding] = [:]
    var byType: [String: Holding] = [:]
    var bySeason: [String: Int] = [:]
    for type in report.types {
      let holding = Holding(count: type.numbers.present + type.surplus, bytes: type.bytes)
      bySource[type.source, default: Holding()] += holding
      byType[type.name, default: Holding()] += holding
      for season in type.seasons {
        if let name = season.name { bySeason[name, default: 0] += season.numbers.present }
      }
    }
    let record = report.snapshot?.record
    let objects = record?.objects ?? 0
    return .map([
      .init(
        "metadata",
        .map([
          .init("scan_timestamp", record.map { .text($0.began.iso) } ?? .null),
          .init("bucket", .text(lake)),
          .init("scan_mode", report.snapshot.map { .text($0.source.name) } ?? .null),
          .init("total_objects_scanned", .count(objects)),
          .init("total_objects_kept", .count(objects - (record?.unmatched ?? 0))),
          .init("total_size_bytes", .integer(record?.bytes ?? 0)),
          .init("scan_duration_seconds", scanMilliseconds.map { .seconds($0) } ?? .null),
        ])),
      .init("by_source", Holding.json(bySource)),
      .init(
        "by_season",
        .map(
          bySeason.sorted { $0.key < $1.key }.map {
            .init($0.key, .map([.init("count", .count($0.value)), .init("total_size", .null)]))
          })),
      .init("by_type", Holding.json(byType)),
    ])
  }

  private struct Holding {
    var count = 0
    var bytes: Int64 = 0

    static func += (sum: inout Holding, more: Holding) {
      sum.count += more.count
      sum.bytes += more.bytes
    }

    static func json(_ holdings: [String: Holding]) -> SettingValue {
      .map(
        holdings.sorted { $0.key < $1.key }.map {
          .init(
            $0.key,
            .map([
              .init("count", .count($0.value.count)),
              .init("total_size", .integer($0.value.bytes)),
            ]))
        })
    }
  }
}
