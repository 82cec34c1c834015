internal import ADCEKernel

/// References that lead nowhere: warnings, for the users' own files have them.
extension Lowering {
  mutating func checkReferences() {
    checkNamedScrapers()
    checkSpecifics()
    checkCountedTypes()
    checkRequiredFields()
    checkLimitedSources()
    checkSeasonStarts()
    checkFiles()
    tellExtraArguments()
  }

  private var coverage: Setting { settings.root(.inventory)["expected_coverage"] }

  private mutating func checkNamedScrapers() {
    for (_, source) in coverage.entries {
      for (_, type) in source["data_types"].entries { checkScraper(type["scraper"]) }
    }
  }

  private mutating func checkScraper(_ setting: Setting) {
    guard let id = setting.text else { return }
    let ids = result.scrapers.map(\.id)
    guard !ids.contains(id) else { return }
    problems.warn(
      setting.mark, setting.path,
      "\(setting.path): there is no scraper `\(Wording.clipped(id))`" + Decode.didYouMean(id, ids))
  }

  private mutating func checkSpecifics() {
    let names = result.kernel.desired.sources.map(\.name)
    for (source, setting) in specifics where setting["enabled"].bool {
      checkScraper(setting["scraper_name"])
      guard names.contains(source) else {
        problems.warn(
          setting.mark, setting.path,
          "\(setting.path): there is no source `\(Wording.clipped(source))` in expected_coverage"
            + Decode.didYouMean(source, names))
        continue
      }
      let types = typeNames(of: source)
      let listed = setting["required_data_types"]
      for item in listed.node?.list ?? [] {
        guard let name = item.scalar?.text, !types.contains(name),
          !types.contains(where: { $0.hasPrefix(name + "_") })
        else { continue }
        problems.warn(
          item.mark, listed.path,
          "\(listed.path): source `\(source)` has no data type `\(Wording.clipped(name))`, nor one that "
            + "begins so" + Decode.didYouMean(name, types))
      }
    }
  }

  private mutating func checkCountedTypes() {
    let names = result.kernel.desired.sources.map(\.name)
    for (entry, setting) in settings.root(.inventory)["expected_file_counts"].entries {
      guard names.contains(entry.key) else {
        problems.warn(
          entry.keyMark, setting.path,
          "\(setting.path): there is no source `\(Wording.clipped(entry.key))`"
            + Decode.didYouMean(entry.key, names))
        continue
      }
      let types = typeNames(of: entry.key)
      for (type, setting) in setting.entries where !types.contains(type.key) {
        problems.warn(
          type.keyMark, setting.path,
          "\(setting.path): source `\(entry.key)` has no data type `\(Wording.clipped(type.key))`"
            + Decode.didYouMean(type.key, types))
      }
    }
  }

  private mutating func checkRequiredFields() {
    let types = result.kernel.desired.sources.flatMap { $0.dataTypes.map(\.name) }
    let fields = settings.root(.inventory)["quality_requirements.required_fields"]
    for (entry, setting) in fields.entries where !types.contains(entry.key) {
      problems.warn(
        entry.keyMark, setting.path,
        "\(setting.path): no source has a data type `\(Wording.clipped(entry.key))`"
          + Decode.didYouMean(entry.key, types))
    }
  }

  private mutating func checkLimitedSources() {
    var names = result.kernel.desired.sources.map(\.name)
    for scraper in result.scrapers where !names.contains(scraper.source) {
      names.append(scraper.source)
    }
    let autonomous = settings.root(.autonomous)
    for path in [
      "rate_limiting.source_limits", "task_processing.priority_weighting.source_multipliers",
    ] {
      for (entry, setting) in autonomous[path].entries
      where entry.key != "default" && !names.contains(entry.key) {
        problems.warn(
          entry.keyMark, setting.path,
          "\(setting.path): nothing belongs to a source `\(Wording.clipped(entry.key))`"
            + Decode.didYouMean(entry.key, names))
      }
    }
  }

  private mutating func checkSeasonStarts() {
    var leagues: [String] = []
    for source in result.kernel.desired.sources {
      for seasons in [source.seasons] + source.dataTypes.map(\.seasons) {
        if case .leagues(let spans)? = seasons { leagues += spans.map(\.league) }
      }
      leagues += source.dataTypes.compactMap(\.league)
    }
    let starts = settings.root(.inventory)["season_start"]
    // With one entry alone, types without a league take it, whatever its name.
    guard starts.entries.count > 1 else { return }
    for (entry, setting) in starts.entries where !leagues.contains(entry.key) {
      problems.warn(
        entry.keyMark, setting.path,
        "\(setting.path): no seasons and no data type name a league `\(Wording.clipped(entry.key))`"
          + Decode.didYouMean(entry.key, leagues))
    }
  }

  /// `integration.*.file`: the files of the config directory are the ones that are read.
  private mutating func checkFiles() {
    let integration = settings.root(.autonomous)["integration"]
    for (name, file) in [
      ("scraper_config", ConfigurationFile.scrapers),
      ("reconciliation_config", ConfigurationFile.reconciliation),
    ] {
      let setting = integration["\(name).file"]
      guard let path = setting.text else { continue }
      let read = filePaths[Int(file.rawValue)]
      if absolute(result.projectPath(path)) != absolute(read) {
        problems.warn(
          setting.mark, setting.path,
          "\(setting.path): names \(Wording.clipped(path)), but \(read) is what is read; "
            + "--config-dir chooses the folder")
      }
    }
  }

  /// `scraper_args` belong to the scraper that the entry names, for its source.
  private mutating func tellExtraArguments() {
    for (source, setting) in specifics where setting["enabled"].bool {
      guard let arguments = setting["scraper_args"].texts, let name = setting["scraper_name"].text,
        let index = result.scrapers.firstIndex(where: { $0.id == name })
      else { continue }
      result.scrapers[index].extraArguments[source] = arguments
    }
  }
}
