internal import ADCEKernel

extension LoadedConfiguration {
  /// Where a description says "(2013-2025)" and the seasons differ.
  func seasonSuggestions(_ lake: ObservedLake) -> [ConfigurationSuggestion] {
    enabledTypes.compactMap { source, type, settings in
      guard let described = settings.description.flatMap(DescribedYears.init) else { return nil }
      let seasons = type.seasons ?? source.seasons
      let known = seasons.flatMap { $0.years(league: type.league) }
      if let known, known == described.first...described.last { return nil }
      let shows = type.patterns.contains {
        PatternText($0).names.contains { $0 == "season" || $0 == "year" }
      }
      guard seasons != nil || shows else { return nil }
      let was = known.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "none"
      return ConfigurationSuggestion(
        topic: .seasons,
        title: "the description of \(source.name).\(type.name) says "
          + "\(described.first)-\(described.last), its seasons say \(was)",
        yaml: "# data_inventory.yaml: expected_coverage.\(source.name).data_types.\(type.name)\n"
          + "seasons: \(described.list(like: seasons))",
        objects: lake.objects(source.name, type.name))
    }
  }

  /// One suggestion a source: for its types that nothing fills.
  func scraperSuggestions() -> [ConfigurationSuggestion] {
    kernel.desired.sources.filter(\.enabled).compactMap { source in
      let types = source.dataTypes.filter { $0.scraper == nil }.map(\.name)
      guard !types.isEmpty else { return nil }
      let able = scrapers.first { $0.source == source.name && $0.cannotRun == nil }
      let title =
        "\(Wording.counted(types.count, "data type")) of \(source.name) without a scraper: "
        + Wording.listed(types)
      if let able {
        let lines = types.map { "      \($0): {scraper: \(able.id)}" }
        return ConfigurationSuggestion(
          topic: .scraper, title: title + "; `\(able.id)` is of that source and can run",
          yaml: "# data_inventory.yaml\nexpected_coverage:\n  \(source.name):\n    data_types:\n"
            + lines.joined(separator: "\n"),
          objects: nil)
      }
      return ConfigurationSuggestion(
        topic: .scraper, title: title,
        yaml: """
          # scraper_config.yaml; scripts/etl/\(source.name).py would be found without `command`
          scrapers:
            \(source.name):
              base_url: ''
              kind: command
              command: [python3, scripts/etl/\(source.name).py]
          """,
        objects: nil)
    }
  }

  /// One suggestion a prefix, largest first as they are given.
  func sourceSuggestions(_ lake: ObservedLake) -> [ConfigurationSuggestion] {
    lake.unmatched.filter { $0.objects > 0 }.map { prefix in
      let parts = prefix.prefix.split(separator: "/").map(String.init)
      let source = parts.first.map(Self.identifier) ?? "source"
      let type = parts.count > 1 ? parts.last.map(Self.identifier) ?? "files" : "files"
      let folder = prefix.prefix.hasSuffix("/") ? prefix.prefix : prefix.prefix + "/"
      let pattern = SettingValue.text(folder + "{file}").json
      return ConfigurationSuggestion(
        topic: .source,
        title:
          "\(Wording.counted(prefix.objects, "object")) under \(prefix.prefix) belong to no data type",
        yaml: """
          # data_inventory.yaml; write what varies as {placeholders}
          expected_coverage:
            \(source):
              data_types:
                \(type):
                  path_patterns: [\(pattern)]
          """,
        objects: prefix.objects)
    }
  }

  private static func identifier(_ text: String) -> String {
    let letters = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return letters.isEmpty ? "source" : String(letters)
  }
}

/// "(2013-2025)" in a description.
private struct DescribedYears {
  var first: Int
  var last: Int

  init?(_ text: String) {
    var rest = text[...]
    while let open = rest.firstIndex(of: "(") {
      rest = rest[rest.index(after: open)...]
      guard let close = rest.firstIndex(of: ")") else { return nil }
      let inner = String(rest[..<close]).filter { $0 != " " }
      // Only two full years: "(2024-25)" is a season.
      if inner.utf8.count == 9, case .success((let first, let last?)) = SeasonText(inner).span {
        self.first = first
        self.last = last
        return
      }
    }
    return nil
  }

  /// In the form of the seasons that are there: names, or years.
  func list(like seasons: Desired.Seasons?) -> String {
    if case .list(let names)? = seasons, case .named? = names.first {
      let names = (first..<last).map { start in
        let end = (start + 1) % 100
        return "\(start)-\(end < 10 ? "0" : "")\(end)"
      }
      return "[\(names.joined(separator: ", "))]"
    }
    if case .leagues(let spans)? = seasons {
      let entries = spans.map { "\($0.league): \"\(first)-\(last)\"" }
      return "{\(entries.joined(separator: ", "))}"
    }
    return "[\"\(first)-\(last)\"]"
  }
}

extension Desired.Seasons {
  /// From the year in which the first begins to that in which the last ends; nil = open, or none.
  fileprivate func years(league: String?) -> ClosedRange<Int>? {
    switch self {
    case .list(let names):
      let bounds = names.map { name in
        switch name {
        case .named(let start): (start, start + 1)
        case .year(let year): (year, year)
        }
      }
      guard let first = bounds.map(\.0).min(), let last = bounds.map(\.1).max() else { return nil }
      return first...last
    case .leagues(let spans):
      let counted = league.map { name in spans.filter { $0.league == name } } ?? spans
      guard let first = counted.map(\.firstStartYear).min(),
        let last = counted.compactMap(\.lastEndYear).max(),
        !counted.contains(where: { $0.lastEndYear == nil })
      else { return nil }
      return first...last
    }
  }
}
