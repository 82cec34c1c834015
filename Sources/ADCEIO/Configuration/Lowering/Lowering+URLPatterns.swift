internal import ADCEKernel

/// `url_pattern` of `http` scrapers: "an unknown name is an error at load" (CONFIG.md §7).
///
/// A name is known if it is a parameter of some task (a placeholder of a pattern of a data type that
/// chose this scraper), or a column of a catalog behind it, by the headers of the catalogs. Behind one
/// that cannot be read anything may stand: then no name is refused.
extension Lowering {
  mutating func checkURLPatterns(disk: some ConfigurationDisk) {
    for (index, (entry, setting)) in scraperEntries.enumerated()
    where result.scrapers[index].kind == .http {
      let pattern = setting["url_pattern"]
      guard let text = pattern.text, let node = pattern.node else { continue }
      do {
        _ = try URLTemplate(text)
        guard let known = knownURLNames(ofScraper: index, disk: disk) else { continue }
        for case .placeholder(let inner, let offset) in PatternText(text).parts {
          let name = String(inner.prefix { $0 != "|" })
          guard !known.names.contains(name) else { continue }
          problems.error(
            problems.texts.mark(of: node, atByte: offset), pattern.path,
            "\(pattern.path): unknown name `\(Wording.clipped(name))`: neither a placeholder of the data "
              + "types of `\(entry.key)`, nor a column of their catalogs"
              + Decode.didYouMean(name, known.names))
        }
      } catch {
        problems.error(
          problems.texts.mark(of: node, atByte: error.offset), pattern.path,
          "\(pattern.path): \(error.message)")
      }
    }
  }
}

extension Lowering {
  /// All names that may stand there; nil if nobody uses it, or a catalog cannot be read.
  private func knownURLNames(
    ofScraper index: Int, disk: some ConfigurationDisk
  ) -> LoadedConfiguration.URLNames? {
    var known = result.urlNames(ofScraper: index)
    guard known.isUsed else { return nil }
    for catalog in known.catalogs {
      guard let columns = disk.columns(ofCatalog: result.catalogFiles[catalog]) else { return nil }
      for column in columns { known.add(column) }
    }
    return known
  }
}

extension LoadedConfiguration {
  /// What a `url_pattern` may name.
  struct URLNames {
    /// Some data type chose the scraper.
    var isUsed = false
    /// Parameters of its tasks, and the columns that the declarations of its catalogs name.
    var names = ["season", "year", "date", "key", "source", "data_type"]
    /// Catalogs behind its data types; their other columns are not declared.
    var catalogs: [Int] = []

    mutating func add(_ name: String?) {
      if let name, !names.contains(name) { names.append(name) }
    }
  }

  func urlNames(ofScraper index: Int) -> URLNames {
    var known = URLNames()
    for source in kernel.desired.sources {
      for type in source.dataTypes where type.scraper == index {
        known.isUsed = true
        for pattern in type.patterns {
          for name in PatternText(pattern).names { known.add(name) }
        }
        let reach = PlaceholderReach(kernel.desired, source, type)
        for catalog in reach.catalogs where !known.catalogs.contains(catalog) {
          known.catalogs.append(catalog)
        }
      }
    }
    return known
  }
}
