/// Which source a scraper belongs to (CONFIG.md §1, `source`).
struct SourceRule {
  /// At the indexes of the scrapers.
  private(set) var found: [String] = []

  /// `names`: all that the files name as sources.
  init(names: [String], scrapers: [(id: String, written: String?, baseURL: String)]) {
    let byName = scrapers.map { Self.source(named: names, in: $0.id) }
    // By host and port: the sources of those whose own id says theirs.
    var byHost: [String: Set<String>] = [:]
    for (scraper, source) in zip(scrapers, byName) {
      guard scraper.written == nil, let source, let host = Self.host(scraper.baseURL) else {
        continue
      }
      byHost[host, default: []].insert(source)
    }
    for (scraper, source) in zip(scrapers, byName) {
      if let written = scraper.written {
        found.append(written)
      } else if let source {
        found.append(source)
      } else if let host = Self.host(scraper.baseURL), let sources = byHost[host],
        sources.count == 1, let only = sources.first
      {
        found.append(only)
      } else {
        found.append(scraper.id)
      }
    }
  }

  /// The id itself, or the longest name that begins it at a `_`.
  static func source(named names: [String], in id: String) -> String? {
    if names.contains(id) { return id }
    return names.filter { id.hasPrefix($0 + "_") }.max { $0.utf8.count < $1.utf8.count }
  }

  /// `host:port` in lower case, the scheme's port where none is written; nil without a host.
  static func host(_ url: String) -> String? {
    guard let start = url.index(afterASCII: "://") else { return nil }
    let scheme = url[..<start].lowercased()
    var authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = authority.lastIndex(of: "@") {
      authority = authority[authority.index(after: at)...]
    }
    guard !authority.isEmpty else { return nil }
    let text = authority.lowercased()
    // The colon of a port comes after an IPv6 address's bracket.
    let afterBracket = text.lastIndex(of: "]") ?? text.startIndex
    if text[afterBracket...].contains(":") { return text }
    return text + (scheme == "https://" ? ":443" : ":80")
  }
}

extension Lowering {
  /// All that expected_coverage, source_limits, source_multipliers and NAME_specific name, each once,
  /// in that order.
  var sourceNames: [String] {
    var names: [String] = []
    func add(_ name: String) {
      if !names.contains(name) { names.append(name) }
    }
    for (entry, _) in settings.root(.inventory)["expected_coverage"].entries { add(entry.key) }
    let autonomous = settings.root(.autonomous)
    for (entry, _) in autonomous["rate_limiting.source_limits"].entries { add(entry.key) }
    let multipliers = autonomous["task_processing.priority_weighting.source_multipliers"]
    for (entry, _) in multipliers.entries where entry.key != "default" { add(entry.key) }
    for (name, _) in specifics { add(name) }
    return names
  }

  /// `NAME_specific` entries by NAME, in file order.
  var specifics: [(source: String, setting: Setting)] {
    let suffix = "_specific"
    return settings.root(.reconciliation)["gap_detection"].entries.compactMap { entry, setting in
      guard entry.key.hasSuffix(suffix), entry.key.utf8.count > suffix.utf8.count else {
        return nil
      }
      return (String(entry.key.dropLast(suffix.count)), setting)
    }
  }
}
