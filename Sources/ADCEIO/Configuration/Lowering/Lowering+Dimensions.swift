internal import ADCEKernel

extension Lowering {
  mutating func lowerCatalogs(_ setting: Setting) {
    let folder = PathText.parent(filePaths[Int(ConfigurationFile.inventory.rawValue)])
    for (entry, setting) in setting.entries {
      var catalog = Desired.Catalog(name: entry.key)
      catalog.season = setting["season"].text
      catalog.date = setting["date"].text
      catalog.time = setting["time"].text
      result.kernel.desired.catalogs.append(catalog)
      guard let file = setting["file"].text else {
        problems.error(entry.keyMark, setting.path, "\(setting.path): needs a `file`")
        result.catalogFiles.append("")
        continue
      }
      if file.contains("://") {
        problems.error(
          setting["file"].mark, "\(setting.path).file",
          "\(setting.path).file: a catalog in a bucket or behind a URL is not read yet; copy it to "
            + "this machine (`aws s3 cp`, say from a timer) and write that path")
      }
      result.catalogFiles.append(
        file.contains("://") ? file : absolute(PathText.join(folder, file)))
    }
  }

  func absolute(_ path: String) -> String {
    PathText.normalised(
      path.hasPrefix("/") ? path : PathText.workingDirectory + "/" + path)
  }

  /// Sorted by name; entries for placeholders that need none are ignored, with a warning.
  mutating func dimensions(_ setting: Setting) -> [Desired.Dimension] {
    var dimensions: [Desired.Dimension] = []
    for (entry, setting) in setting.entries {
      if ["season", "year", "date"].contains(entry.key) {
        problems.warn(
          entry.keyMark, setting.path,
          "\(setting.path): {\(entry.key)} needs no dimension; the entry is ignored")
        continue
      }
      guard let values = values(setting, entry) else { continue }
      dimensions.append(Desired.Dimension(name: entry.key, values: values))
    }
    return dimensions.sorted { $0.name < $1.name }
  }

  private mutating func values(
    _ setting: Setting, _ entry: YAMLEntry
  ) -> Desired.Dimension.Values? {
    let catalog = setting["catalog"]
    if setting["values"].isWritten {
      if catalog.isWritten {
        problems.error(
          entry.keyMark, setting.path,
          "\(setting.path): has both `values` and `catalog`; it can come from one")
        return nil
      }
      return .list(setting["values"].texts ?? [])
    }
    guard let name = catalog.text, let column = setting["column"].text else {
      problems.error(
        entry.keyMark, setting.path,
        "\(setting.path): needs `values`, or `catalog` and `column`")
      return nil
    }
    let catalogs = result.kernel.desired.catalogs
    let index = catalogs.firstIndex { $0.name == name }
    if index == nil {
      problems.warn(
        catalog.mark, catalog.path,
        "\(catalog.path): there is no catalog `\(Wording.clipped(name))`, so {\(entry.key)} is unknown"
          + Decode.didYouMean(name, catalogs.map(\.name)))
    }
    let conditions = setting["where"].entries.map { entry, setting in
      Desired.Condition(column: entry.key, value: setting.text ?? "")
    }
    return .column(
      catalog: index, column: column, format: format(setting["format"]), conditions: conditions)
  }

  private func format(_ setting: Setting) -> Desired.Dimension.Format {
    switch setting.wordIfKnown {
    case "yyyymmdd"?: .yyyymmdd
    case "yyyy-mm-dd"?: .isoDate
    case "start_year"?: .startYear
    case "end_year"?: .endYear
    case "first"?: .first
    case "lower"?: .lower
    case "upper"?: .upper
    default: .plain
    }
  }
}
