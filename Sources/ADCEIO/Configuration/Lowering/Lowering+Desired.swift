internal import ADCEKernel

extension Lowering {
  /// The data inventory: what the lake should hold.
  mutating func lowerDesired() {
    let inventory = settings.root(.inventory)
    lowerCatalogs(inventory["catalogs"])
    result.kernel.desired.dimensions = dimensions(inventory["dimensions"])
    result.kernel.desired.seasonStarts = inventory["season_start"].entries.compactMap {
      entry, setting in
      guard let node = setting.node, case .success(let day) = Decode.monthDay(node) else {
        return nil
      }
      return Desired.SeasonStart(league: entry.key, month: day.month, day: day.day)
    }
    for (entry, setting) in inventory["expected_coverage"].entries {
      var source = Desired.Source(name: entry.key)
      source.enabled = setting["enabled"].bool
      source.seasons = seasons(setting["seasons"])
      source.dimensions = dimensions(setting["dimensions"])
      var types: [DataTypeSettings] = []
      for (entry, setting) in setting["data_types"].entries {
        let specific = specific(of: source.name, type: entry.key)
        source.dataTypes.append(
          dataType(entry.key, setting, in: source, specific?.isListed == true ? specific : nil))
        var ours = typeSettings(entry.key, setting)
        if let specific, specific.isListed {
          // A percentage in millionths is ten thousand times its number.
          ours.healthTargetMicro =
            specific.setting["completeness_target_pct"].microIfKnown.map { $0 / 100 }
        }
        types.append(ours)
      }
      result.kernel.desired.sources.append(source)
      result.dataTypes.append(types)
    }
    lowerWaivers(inventory["waivers"])
    lowerExpectedGames(inventory["expected_game_counts"])
    result.priorityRules = inventory["priority_rules"].node.map { SettingValue($0) } ?? .null
  }

  func seasons(_ setting: Setting) -> Desired.Seasons? {
    guard let node = setting.node, case .success(let seasons) = Decode.seasons(node) else {
      return nil
    }
    if case .leagues(let spans) = seasons, spans.isEmpty { return nil }
    return seasons
  }

  private mutating func dataType(
    _ name: String, _ setting: Setting, in source: Desired.Source, _ specific: Specific?
  ) -> Desired.DataType {
    let quality = settings.root(.inventory)["quality_requirements"]
    var type = Desired.DataType(name: name)
    type.required = specific != nil || setting["required"].bool
    type.ownerOrder = ownerOrder(setting["priority"])
    type.criticalDays = specific?.setting["critical_gap_days"].intIfKnown
    type.patterns = setting["path_patterns"].texts ?? []
    type.freshnessMilliseconds =
      specific?.setting["freshness_threshold_hours"].millisecondsIfKnown
      ?? setting["freshness_days"].millisecondsIfKnown
      ?? quality["max_file_age_days"].millisecondsIfKnown
    switch setting["freshness"].word {
    case "always": type.freshness = .always
    case "final": type.freshness = .final
    default: type.freshness = .open
    }
    // A percentage in millionths is ten thousand times its number.
    type.completenessTargetMicro =
      specific?.setting["completeness_target_pct"].microIfKnown.map { $0 / 100 }
      ?? setting["completeness_threshold"].microIfKnown
    type.expected = expectedCount(setting, source: source.name, type: name)
    type.seasons = seasons(setting["seasons"])
    type.league = league(setting["league"], type.seasons ?? source.seasons)
    type.dimensions = dimensions(setting["dimensions"])
    switch setting["season_format"].word {
    case "start_year": type.seasonFormat = .startYear
    case "end_year": type.seasonFormat = .endYear
    default: type.seasonFormat = .name
    }
    type.yearIs = setting["year_is"].word == "start" ? .start : .end
    type.availableAfterDays = setting["available_after_days"].int
    type.availableAfterHours = setting["available_after_hours"].int
    type.settleHours = setting["settle_hours"].int
    type.minBytes = Int64(
      setting["min_file_size_bytes"].intIfKnown ?? quality["min_file_size_bytes"].int)
    type.verifyOlderThanMilliseconds = setting["verify_older_than_hours"].milliseconds
    return type
  }

  /// Lower first; unknown words rank with MEDIUM, and are told.
  private mutating func ownerOrder(_ setting: Setting) -> UInt8 {
    guard let text = setting.text else { return 2 }
    switch text.lowercased() {
    case "immediate": return 0
    case "high": return 1
    case "medium": return 2
    case "low": return 3
    case "execute": return 4
    default:
      let known = ["IMMEDIATE", "HIGH", "MEDIUM", "LOW", "EXECUTE"]
      problems.warn(
        setting.mark, setting.path,
        "\(setting.path): \(Wording.quoted(text)) is not one of \(known.joined(separator: ", ")); it ranks "
          + "as MEDIUM" + Decode.didYouMean(text, known))
      return 2
    }
  }

  /// A league that the seasons map lacks is as if not written.
  private mutating func league(_ setting: Setting, _ seasons: Desired.Seasons?) -> String? {
    guard let league = setting.text else { return nil }
    guard case .leagues(let spans)? = seasons else { return league }
    if spans.contains(where: { $0.league == league }) { return league }
    problems.warn(
      setting.mark, setting.path,
      "\(setting.path): the seasons have no league `\(Wording.clipped(league))`"
        + Decode.didYouMean(league, spans.map(\.league)))
    return nil
  }

  private func expectedCount(
    _ setting: Setting, source: String, type: String
  ) -> Desired.ExpectedCount? {
    var count = Desired.ExpectedCount()
    if let node = setting["expected_per_season"].node {
      var field = setting["expected_per_season"].field
      field.bounds = Bound.count
      if let entries = node.map {
        count.bySeason = entries.compactMap { entry in
          guard case .success(let number) = Decode.integer(entry.value, field) else { return nil }
          return Desired.SeasonCount(season: entry.key, count: number)
        }
      } else if case .success(let number) = Decode.integer(node, field) {
        count.perSeason = number
      }
    }
    count.years = setting["expected_years"].intIfKnown
    let files = settings.root(.inventory)["expected_file_counts"].entries
    count.files =
      files.first { $0.entry.key == source }?.setting.entries
      .first { $0.entry.key == type }?.setting.intIfKnown
    return count == Desired.ExpectedCount() ? nil : count
  }

  private func typeSettings(_ name: String, _ setting: Setting) -> DataTypeSettings {
    var type = DataTypeSettings(name: name)
    type.contentType = setting["content_type"].text
    let fields = settings.root(.inventory)["quality_requirements.required_fields"].entries
    type.requiredFields = fields.first { $0.entry.key == name }?.setting.texts ?? []
    type.tier = setting["tier"].node.map { SettingValue($0) } ?? .null
    type.description = setting["description"].node?.scalar?.text
    type.estimatedRecords = setting["estimated_records"].node.map { SettingValue($0) } ?? .null
    return type
  }

  private mutating func lowerWaivers(_ setting: Setting) {
    for waiver in setting.items {
      let key = waiver["key"].text
      let pattern = waiver["pattern"].text
      guard let scope = key.map(Desired.Waiver.Scope.key) ?? pattern.map({ .pattern($0) }),
        key == nil || pattern == nil
      else {
        problems.error(
          waiver.mark, waiver.path, "\(waiver.path): needs either `key` or `pattern`")
        continue
      }
      var until: CivilDay?
      if let node = waiver["until"].node, case .success(let day) = Decode.date(node) { until = day }
      result.kernel.desired.waivers.append(
        Desired.Waiver(scope: scope, reason: waiver["reason"].text ?? "", until: until))
    }
  }

  private mutating func lowerExpectedGames(_ setting: Setting) {
    result.expectedGames.regularSeason = setting["regular_season"].intIfKnown
    result.expectedGames.playoffsMin = setting["playoffs_min"].intIfKnown
    result.expectedGames.playoffsMax = setting["playoffs_max"].intIfKnown
    result.expectedGames.totalMin = setting["total_min"].intIfKnown
    result.expectedGames.totalMax = setting["total_max"].intIfKnown
  }
}
