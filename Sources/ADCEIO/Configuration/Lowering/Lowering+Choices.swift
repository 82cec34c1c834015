internal import ADCEKernel

/// What `NAME_specific` says for one data type.
struct Specific {
  enum Listing { case byName, byBeginning, noneListed, notListed }
  var setting: Setting
  var listing: Listing

  /// Its overrides count for the type.
  var isListed: Bool { listing == .byName || listing == .byBeginning }
}

extension Lowering {
  /// nil = the source has no entry, or a disabled one.
  func specific(of source: String, type: String) -> Specific? {
    guard let setting = specifics.first(where: { $0.source == source })?.setting,
      setting["enabled"].bool
    else { return nil }
    let names = setting["required_data_types"].texts ?? []
    if names.isEmpty { return Specific(setting: setting, listing: .noneListed) }
    if names.contains(type) { return Specific(setting: setting, listing: .byName) }
    let types = Set(typeNames(of: source))
    // A name that is a type's own stands for that type alone.
    let begins = names.contains { !types.contains($0) && type.hasPrefix($0 + "_") }
    return Specific(setting: setting, listing: begins ? .byBeginning : .notListed)
  }

  func typeNames(of source: String) -> [String] {
    let entries = settings.root(.inventory)["expected_coverage"].entries
    return entries.first { $0.entry.key == source }?.setting["data_types"].entries
      .map(\.entry.key) ?? []
  }

  /// CONFIG.md §4, Which scraper: for every type, and why.
  mutating func lowerChoices() {
    var unfilled: [String] = []
    let coverage = settings.root(.inventory)["expected_coverage"]
    for (s, (entry, sourceSetting)) in coverage.entries.enumerated() {
      for (t, (type, setting)) in sourceSetting["data_types"].entries.enumerated() {
        let choice = choice(source: entry.key, type: type.key, setting)
        result.dataTypes[s][t].choice = choice
        result.kernel.desired.sources[s].dataTypes[t].scraper = choice.scraper
        if choice.scraper == nil, result.kernel.desired.sources[s].enabled {
          unfilled.append("\(entry.key).\(type.key)")
        }
      }
    }
    if !unfilled.isEmpty {
      problems.warn(
        coverage.mark, coverage.path,
        "\(Wording.counted(unfilled.count, "data type")) that no scraper can fill (gaps are named, but make "
          + "no task): \(Wording.listed(unfilled))")
    }
  }

  private func choice(source: String, type: String, _ setting: Setting) -> ScraperChoice {
    let specific = specific(of: source, type: type)
    let named = specific?.setting["scraper_name"].text
    var candidates: [(rule: ScraperChoice.Rule, id: String)] = []
    if let id = setting["scraper"].text { candidates.append((.written, id)) }
    if let named, specific?.listing == .byName { candidates.append((.specificByName, named)) }
    let byType = result.scrapers.filter { $0.source == source && $0.dataType == type }
    candidates += byType.map { (.dataType, $0.id) }
    if let named, specific?.listing == .byBeginning || specific?.listing == .noneListed {
      candidates.append((.specific, named))
    }
    if result.scrapers.contains(where: { $0.id == source }) {
      candidates.append((.sourceName, source))
    }
    var choice = ScraperChoice()
    for candidate in candidates {
      if let reason = reasonAgainst(candidate.id) {
        choice.passed.append(
          ScraperChoice.Passed(rule: candidate.rule, scraper: candidate.id, reason: reason))
        continue
      }
      choice.scraper = result.scrapers.firstIndex { $0.id == candidate.id }
      choice.rule = candidate.rule
      break
    }
    return choice
  }

  private func reasonAgainst(_ id: String) -> String? {
    guard let scraper = result.scrapers.first(where: { $0.id == id }) else {
      return "there is no such scraper"
    }
    return scraper.cannotRun
  }
}
