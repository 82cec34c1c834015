internal import ADCEKernel

extension LoadedConfiguration {
  /// A table that would hold unknown placeholders, and which types would become exact with it.
  private struct Skeleton {
    var catalog: String
    var names: [String] = []
    var types: [(source: String, type: String)] = []
    var needsSeason = false
    var needsDate = false
  }

  /// One suggestion a catalog: its declaration, its header row, and the dimensions that it gives.
  func catalogSuggestions(_ lake: ObservedLake) -> [ConfigurationSuggestion] {
    var skeletons: [Skeleton] = []
    var respelled: [String] = []
    for (source, type, _) in enabledTypes {
      let unknown = PlaceholderReach(kernel.desired, source, type).unknown
      let all = type.patterns.flatMap { PatternText($0).names }
      for name in unknown where name != "season" && name != "year" {
        if similar(to: name) != nil {
          if !respelled.contains(name) { respelled.append(name) }
          continue
        }
        let catalog = Self.catalogName(for: name)
        let index =
          skeletons.firstIndex { $0.catalog == catalog }
          ?? {
            skeletons.append(Skeleton(catalog: catalog))
            return skeletons.count - 1
          }()
        if name != "date", !skeletons[index].names.contains(name) {
          skeletons[index].names.append(name)
        }
        if !skeletons[index].types.contains(where: { $0 == (source.name, type.name) }) {
          skeletons[index].types.append((source.name, type.name))
        }
        skeletons[index].needsSeason =
          skeletons[index].needsSeason || all.contains("season") || all.contains("year")
          || (type.seasons ?? source.seasons) != nil
        skeletons[index].needsDate =
          skeletons[index].needsDate || name == "date" || catalog == "games"
      }
    }
    return respelled.compactMap(respelling) + skeletons.map { suggestion($0, lake) }
  }

  private func suggestion(_ skeleton: Skeleton, _ lake: ObservedLake) -> ConfigurationSuggestion {
    let file = "catalogs/\(skeleton.catalog).csv"
    var declaration = "file: \(file)"
    var columns: [String] = []
    if skeleton.needsSeason {
      declaration += ", season: season"
      columns.append("season")
    }
    if skeleton.needsDate {
      declaration += ", date: date"
      columns.append("date")
    }
    columns += skeleton.names.map(Self.columnName)
    var lines = [
      "# data_inventory.yaml; the file starts with the header row: \(columns.joined(separator: ","))",
      "catalogs:", "  \(skeleton.catalog): {\(declaration)}",
    ]
    if !skeleton.names.isEmpty {
      lines.append("dimensions:")
      lines += skeleton.names.map { name in
        let isDay = name.lowercased() == "yyyymmdd"
        let column = isDay ? "date, format: yyyymmdd" : Self.columnName(name)
        return "  \(name): {catalog: \(skeleton.catalog), column: \(column)}"
      }
    }
    let counts = skeleton.types.map { lake.objects($0.source, $0.type) }
    let types = skeleton.types.map { "\($0.source).\($0.type)" }
    return ConfigurationSuggestion(
      topic: .catalog,
      title: "a catalog `\(skeleton.catalog)` would name the keys of "
        + "\(Wording.counted(types.count, "data type")): \(Wording.listed(types))",
      yaml: lines.joined(separator: "\n"),
      objects: counts.contains(nil) ? nil : counts.reduce(0) { $0 + ($1 ?? 0) })
  }

  /// `{TEAM}` beside `{team}`: the known dimension that differs in case alone.
  private func similar(to name: String) -> Desired.Dimension? {
    kernel.desired.dimensions.first {
      $0.name != name && $0.name.lowercased() == name.lowercased()
    }
  }

  private func respelling(_ name: String) -> ConfigurationSuggestion? {
    guard let known = similar(to: name) else { return nil }
    let isUpper = name == name.uppercased()
    let value: String
    switch known.values {
    case .list(let values):
      let respelled = values.map { isUpper ? $0.uppercased() : $0 }
      value = "{values: \(SettingValue.list(respelled.map { .text($0) }).json)}"
    case .column(let catalog, let column, _, _):
      let catalogName = catalog.map { kernel.desired.catalogs[$0].name } ?? "CATALOG"
      value =
        "{catalog: \(catalogName), column: \(column)\(isUpper ? ", format: upper" : "")}"
    }
    return ConfigurationSuggestion(
      topic: .dimension,
      title: "{\(name)} is unknown, but {\(known.name)} is not: names are told apart by case",
      yaml: "# data_inventory.yaml\ndimensions:\n  \(name): \(value)", objects: nil)
  }

  private static func catalogName(for placeholder: String) -> String {
    let name = placeholder.lowercased()
    for (word, catalog) in [
      ("player", "players"), ("team", "teams"), ("game", "games"), ("event", "games"),
      ("date", "games"), ("yyyymmdd", "games"), ("match", "games"),
    ] where name.contains(word) { return catalog }
    return name.hasSuffix("s") ? name : name + "s"
  }

  private static func columnName(_ placeholder: String) -> String {
    placeholder.lowercased() == "yyyymmdd" ? "date" : placeholder.lowercased()
  }
}
