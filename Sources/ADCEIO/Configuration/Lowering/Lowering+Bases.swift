public import ADCEKernel

/// What can be told of a type's basis before any catalog is read (CONFIG.md §5, Basis and Due).
extension Lowering {
  mutating func tellBases() {
    var unbounded: [String] = []
    var unsettled: [String] = []
    let coverage = settings.root(.inventory)["expected_coverage"]
    for (source, (_, setting)) in zip(result.kernel.desired.sources, coverage.entries)
    where source.enabled {
      for (type, (_, typeSetting)) in zip(source.dataTypes, setting["data_types"].entries) {
        let name = "\(source.name).\(type.name)"
        let reach = PlaceholderReach(result.kernel.desired, source, type)
        if result.kernel.desired.isUnbounded(source, type) {
          let why =
            type.patterns.isEmpty
            ? "no path_patterns"
            : "unknown " + reach.unknown.map { "{\($0)}" }.joined(separator: ", ")
          unbounded.append("\(name) (\(why))")
        }
        let sets = ["settle_hours", "available_after_days", "available_after_hours"].contains {
          typeSetting[$0].isWritten
        }
        if reach.isDated, reach.unknown.isEmpty, !sets { unsettled.append(name) }
      }
    }
    if !unbounded.isEmpty {
      problems.warn(
        coverage.mark, coverage.path,
        "\(Wording.counted(unbounded.count, "unbounded data type")) (neither keys nor a count, so never a gap; "
          + "`adce config suggest` tells what would change that): \(Wording.listed(unbounded))")
    }
    if !unsettled.isEmpty {
      problems.warn(
        coverage.mark, coverage.path,
        "\(Wording.counted(unsettled.count, "dated data type")) with neither settle_hours nor "
          + "available_after_…, so that a copy made at the end of its date is final: "
          + Wording.listed(unsettled))
    }
  }
}

extension Desired {
  /// Whether a type has neither keys nor a count, by the declarations alone.
  func isUnbounded(_ source: Source, _ type: DataType) -> Bool {
    type.patterns.isEmpty
      || !PlaceholderReach(self, source, type).unknown.isEmpty && !type.hasCount(in: source)
  }
}

extension LoadedConfiguration {
  /// What findings say beyond the warnings of the files, which have been told already.
  public func news(in findings: [KeySpace.Finding]) -> [KeySpace.Finding] {
    let desired = kernel.desired
    return findings.filter { finding in
      switch finding {
      case .unboundedType(let sourceName, let typeName):
        guard let source = desired.sources.first(where: { $0.name == sourceName }),
          let type = source.dataTypes.first(where: { $0.name == typeName })
        else { return true }
        return !desired.isUnbounded(source, type)
      case .datedTypeWithoutSettle: return false
      case .emptyOrSlashedValues, .ignoredTimes, .missingColumn, .unknownCatalog, .yieldsNoKey,
        .countDiffers, .tooManyKeys, .tooLongKeys, .seasonsEnded:
        return true
      }
    }
  }
}

extension Desired.DataType {
  /// Some count says how many there should be.
  func hasCount(in source: Desired.Source) -> Bool {
    guard let expected else { return false }
    let hasSeasons = (seasons ?? source.seasons) != nil
    return expected.bySeason != nil || (expected.perSeason != nil && hasSeasons)
      || expected.years != nil || expected.files != nil
  }
}

/// Which placeholders of a type are known, by the declarations alone.
struct PlaceholderReach {
  private(set) var unknown: [String] = []
  /// Some pattern's keys have the date of a catalog's row.
  private(set) var isDated = false
  /// Catalogs that the patterns draw on, by index, each once.
  private(set) var catalogs: [Int] = []

  init(_ desired: Desired, _ source: Desired.Source, _ type: Desired.DataType) {
    let hasSeasons = (type.seasons ?? source.seasons) != nil
    let dated = desired.catalogs.indices.filter {
      desired.catalogs[$0].date != nil || desired.catalogs[$0].time != nil
    }
    for pattern in type.patterns {
      let names = PatternText(pattern).names
      var drawn: [Int] = []
      for name in names {
        switch name {
        case "season", "year":
          if !hasSeasons, !unknown.contains(name) { unknown.append(name) }
        case "date": break
        default:
          switch Self.dimension(name, desired, source, type)?.values {
          case .list?: break
          case .column(let catalog?, _, _, _)?: drawn.append(catalog)
          case .column(nil, _, _, _)?, nil: if !unknown.contains(name) { unknown.append(name) }
          }
        }
      }
      if names.contains("date") {
        // The date of the catalog that the pattern uses anyway, else of the only dated one.
        if let used = drawn.first(where: { dated.contains($0) })
          ?? (dated.count == 1 ? dated[0] : nil)
        {
          drawn.append(used)
        } else if !unknown.contains("date") {
          unknown.append("date")
        }
      }
      if drawn.contains(where: { dated.contains($0) }) { isDated = true }
      for catalog in drawn where !catalogs.contains(catalog) { catalogs.append(catalog) }
    }
  }

  /// The entry that counts: the type's, else the source's, else the common one.
  static func dimension(
    _ name: String, _ desired: Desired, _ source: Desired.Source, _ type: Desired.DataType
  ) -> Desired.Dimension? {
    type.dimensions.first { $0.name == name } ?? source.dimensions.first { $0.name == name }
      ?? desired.dimensions.first { $0.name == name }
  }
}
