public import ADCEKernel

/// Completeness by source, data type and season, in the words of the command line contract.
public struct CoverageReport: Sendable {
  public struct TypeLine: Sendable {
    public var source: String
    public var name: String
    /// Of an enabled source: else nothing is expected, and what there is is counted all the same.
    public var isEnabled: Bool
    public var basis: KeySpace.Basis
    public var numbers: Analysis.Numbers
    public var surplus: Int
    public var bytes: Int64
    public var seasons: [(name: String?, numbers: Analysis.Numbers)]
    /// What counts as complete for this type, in millionths; nil = nothing is said.
    public var targetMicro: Int64?
  }

  public let total: Analysis.Numbers
  public let counted: Analysis.Numbers
  public let gapsByPriority: [Int]
  /// In file order.
  public let types: [TypeLine]
  /// When it was so, by the wall clock.
  public let asOf: Instant
  public let snapshot: (source: ScanSource, record: SnapshotRecord)?

  /// Coverage as of the kernel's last analysis; as of `now` if there was none.
  public init(_ kernel: borrowing Kernel, at now: Instant) {
    let analysis = kernel.analyse(at: now)
    total = analysis.total
    counted = analysis.counted
    gapsByPriority = analysis.gapsByPriority
    asOf = now + kernel.wallOffsetMilliseconds
    snapshot = kernel.snapshot
    let space = kernel.space
    let desired = kernel.configuration.desired
    let bytes = kernel.coverage.bytesByType
    types = space.types.indices.map { index in
      let type = space.types[index]
      let source = desired.sources[type.source]
      return TypeLine(
        source: source.name, name: source.dataTypes[type.dataType].name,
        isEnabled: type.enabled, basis: type.basis, numbers: analysis.byType[index],
        surplus: analysis.surplusByType[index],
        bytes: bytes[index],
        seasons: type.segments.map { (space.segments[$0].season?.name, analysis.bySegment[$0]) },
        targetMicro: source.dataTypes[type.dataType].completenessTargetMicro)
    }
  }

  /// The sources in file order, each with the sum of its types of basis keys.
  public var sources: [(name: String, numbers: Analysis.Numbers, bytes: Int64)] {
    var result: [(name: String, numbers: Analysis.Numbers, bytes: Int64)] = []
    for type in types {
      if result.last?.name != type.source { result.append((type.source, Analysis.Numbers(), 0)) }
      if type.basis == .keys { result[result.count - 1].numbers += type.numbers }
      result[result.count - 1].bytes += type.bytes
    }
    return result
  }
}

// MARK: - JSON

extension CoverageReport {
  /// The members that `reconcile` and `coverage` share.
  public var members: [SettingValue.Member] {
    [
      .init("have", have), .init("expected", .count(total.expected)),
      .init("present", .count(total.present)), .init("missing", .count(total.missing)),
      .init("stale", .count(total.stale)), .init("undersized", .count(total.undersized)),
      .init("completeness_pct", .percent(total.completenessMicro)),
      .init("attainable_pct", .percent(total.attainableMicro)),
      .init(
        "by_source", .map(sources.map { .init($0.name, source($0.name, $0.numbers, $0.bytes)) })),
      .init(
        "counted",
        .map([
          .init("expected", .count(counted.expected)), .init("present", .count(counted.present)),
          .init("missing", .count(counted.missing)),
        ])),
      .init(
        "gaps_by_priority",
        .map(
          Priority.allCases.map {
            .init($0.name, .count(gapsByPriority[Int($0.rawValue)]))
          })),
      .init("as_of", .text(asOf.iso)),
    ]
  }

  private var have: SettingValue {
    guard let snapshot else { return .null }
    let record = snapshot.record
    return .map([
      .init("source", .text(snapshot.source.name)),
      .init("snapshot_began", .text(record.began.iso)),
      .init("objects", .count(record.objects)), .init("bytes", .integer(record.bytes)),
      .init("unmatched", .count(record.unmatched)),
      .init(
        "unmatched_prefixes",
        .list(
          record.unmatchedPrefixes.map {
            .map([.init("prefix", .text($0.text)), .init("objects", .count($0.objects))])
          })),
    ])
  }

  private func source(
    _ name: String, _ numbers: Analysis.Numbers, _ bytes: Int64
  ) -> SettingValue {
    .map(
      CoverageReport.members(numbers) + [
        .init("bytes", .integer(bytes)),
        .init(
          "data_types",
          .map(types.filter { $0.source == name }.map { .init($0.name, CoverageReport.json($0)) })),
      ])
  }

  private static func json(_ type: TypeLine) -> SettingValue {
    var members = members(type.numbers)
    members += [
      .init("bytes", .integer(type.bytes)), .init("basis", .text(type.basis.name)),
      .init("surplus", .count(type.surplus)),
    ]
    if type.seasons.contains(where: { $0.name != nil }) {
      members.append(
        .init(
          "seasons",
          .map(type.seasons.map { .init($0.name ?? "", .map(CoverageReport.members($0.numbers))) }))
      )
    }
    return .map(members)
  }

  private static func members(_ numbers: Analysis.Numbers) -> [SettingValue.Member] {
    [
      .init("expected", .count(numbers.expected)), .init("present", .count(numbers.present)),
      .init("missing", .count(numbers.missing)), .init("stale", .count(numbers.stale)),
      .init("undersized", .count(numbers.undersized)),
      .init("completeness_pct", .percent(numbers.completenessMicro)),
      .init("attainable_pct", .percent(numbers.attainableMicro)),
    ]
  }
}

extension KeySpace.Basis {
  public var name: String {
    switch self {
    case .keys: "keys"
    case .count: "count"
    case .unbounded: "unbounded"
    }
  }
}

extension SettingValue {
  static func count(_ value: Int) -> SettingValue { .integer(Int64(value)) }

  /// Millionths as a percentage, 0…100.
  static func percent(_ micro: Int64) -> SettingValue {
    let fraction = micro % 10_000
    let digits = String(fraction)
    let zeros = String(repeating: "0", count: 4 - digits.utf8.count)
    return .number(fraction == 0 ? "\(micro / 10_000)" : "\(micro / 10_000).\(zeros)\(digits)")
  }
}

// MARK: - Tables

extension CoverageReport {
  public enum Detail: String, Sendable, CaseIterable { case source, type, season }

  /// A line a source, data type or season, and a last one for all.
  public func table(_ detail: Detail) -> String {
    let names: [TextTable.Column] = [
      .init("SOURCE"), .init("DATA TYPE"), .init("SEASON"),
    ]
    let shown =
      switch detail {
      case .source: 1
      case .type: 2
      case .season: 3
      }
    var table = TextTable(
      names.prefix(shown) + [
        .init("EXPECTED", .right), .init("MISSING", .right), .init("STALE", .right),
        .init("SMALL", .right), .init("COMPLETE", .right), .init("ATTAINABLE", .right),
      ])
    switch detail {
    case .source:
      let enabled = Set(types.filter(\.isEnabled).map(\.source))
      for source in sources where enabled.contains(source.name) {
        table.append([source.name] + CoverageReport.cells(source.numbers))
      }
    case .type:
      for type in types where type.isEnabled {
        table.append([type.source, type.name] + cells(type))
      }
    case .season:
      for type in types where type.isEnabled {
        guard type.basis == .keys else {
          table.append([type.source, type.name, ""] + cells(type))
          continue
        }
        for season in type.seasons {
          table.append(
            [type.source, type.name, season.name ?? ""] + CoverageReport.cells(season.numbers))
        }
      }
    }
    table.append(
      ["total"] + [String](repeating: "", count: shown - 1) + CoverageReport.cells(total))
    return table.text()
  }

  private func cells(_ type: TypeLine) -> [String] {
    switch type.basis {
    case .keys: return CoverageReport.cells(type.numbers)
    case .count:
      let numbers = type.numbers
      return [
        HumanText.count(numbers.expected), HumanText.count(numbers.missing), "", "",
        HumanText.percent(micro: numbers.completenessMicro), "counted",
      ]
    case .unbounded: return ["", "", "", "", "", "unbounded"]
    }
  }

  private static func cells(_ numbers: Analysis.Numbers) -> [String] {
    [
      HumanText.count(numbers.expected), HumanText.count(numbers.missing),
      HumanText.count(numbers.stale), HumanText.count(numbers.undersized),
      HumanText.percent(micro: numbers.completenessMicro),
      HumanText.percent(micro: numbers.attainableMicro),
    ]
  }
}
