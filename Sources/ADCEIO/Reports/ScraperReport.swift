public import ADCEKernel

/// What `adce scrapers` prints.
public struct ScraperReport: Sendable {
  public struct Line: Sendable {
    public var id: String
    public var source: String
    public var kind: Configuration.Scraper.Kind
    public var command: [String]
    public var url: String?
    public var cannotRun: String?
    public var dataTypes: [String]
    public var finished: Int
    public var succeeded: Int
  }

  public let lines: [Line]
  let loaded: LoadedConfiguration

  /// `history` holds attempts of the last seven days at the indexes of the scrapers, or nothing.
  public init(_ loaded: LoadedConfiguration, history: [(finished: Int, succeeded: Int)]) {
    self.loaded = loaded
    var fills = [[String]](repeating: [], count: loaded.scrapers.count)
    for (source, types) in zip(loaded.kernel.desired.sources, loaded.dataTypes) {
      for type in types {
        if let scraper = type.choice.scraper {
          fills[scraper].append("\(source.name)/\(type.name)")
        }
      }
    }
    lines = loaded.scrapers.indices.map { index in
      let settings = loaded.scrapers[index]
      let past = index < history.count ? history[index] : (0, 0)
      return Line(
        id: settings.id, source: settings.source, kind: settings.kind, command: settings.command,
        url: settings.kind == .http ? settings.baseURL + (settings.urlPattern ?? "") : nil,
        cannotRun: settings.cannotRun ?? settings.refusal, dataTypes: fills[index],
        finished: past.0,
        succeeded: past.1)
    }
  }

  public static func table(_ lines: [Line], _ columnsMax: Int? = nil) -> String {
    var table = TextTable([
      .init("ID"), .init("SOURCE"), .init("KIND"),
      .init("FILLS", flexible: true), .init("SUCCESS", .right), .init("STATE", flexible: true),
    ])
    for line in lines {
      let success =
        line.finished == 0
        ? ""
        : HumanText.percent(micro: Int64(line.succeeded) * 1_000_000 / Int64(line.finished))
      table.append([
        line.id, line.source, line.kind.name, line.dataTypes.joined(separator: " "), success,
        line.cannotRun ?? "ready",
      ])
    }
    return table.text(columnsMax)
  }
}

extension ScraperReport.Line {
  public var json: SettingValue {
    .map([
      .init("id", .text(id)), .init("source", .text(source)), .init("kind", .text(kind.name)),
      .init("command", .list(command.map { .text($0) })),
      .init("url", url.map { .text($0) } ?? .null),
      .init("data_types", .list(dataTypes.map { .text($0) })),
      .init("can_run", .bool(cannotRun == nil)),
      .init("cannot_run", cannotRun.map { .text($0) } ?? .null),
      .init("finished", .count(finished)),
      .init(
        "success_rate",
        finished == 0
          ? .null : .percent(Int64(succeeded) * 1_000_000 / Int64(finished))),
    ])
  }
}

// MARK: - Which scraper fills what

extension ScraperReport {
  private var chosen: [(source: String, type: DataTypeSettings)] {
    zip(loaded.kernel.desired.sources, loaded.dataTypes).flatMap { source, types in
      types.map { (source.name, $0) }
    }
  }

  public var typesWithoutScraper: Int { chosen.count { $0.type.choice.scraper == nil } }

  public var choices: [SettingValue] {
    chosen.map { source, type in
      .map([
        .init("source", .text(source)), .init("data_type", .text(type.name)),
        .init("scraper", type.choice.scraper.map { .text(loaded.scrapers[$0].id) } ?? .null),
        .init("why", .text(type.choice.rule.rawValue)),
        .init(
          "passed_over",
          .list(
            type.choice.passed.map {
              .map([
                .init("scraper", .text($0.scraper)), .init("rule", .text($0.rule.rawValue)),
                .init("reason", .text($0.reason)),
              ])
            })),
      ])
    }
  }

  public func choiceTable(_ columnsMax: Int? = nil) -> String {
    var table = TextTable([
      .init("SOURCE"), .init("DATA TYPE"), .init("SCRAPER"), .init("WHY", flexible: true),
    ])
    for (source, type) in chosen {
      let scraper = type.choice.scraper.map { loaded.scrapers[$0].id } ?? "none"
      let passed = type.choice.passed.map { "\($0.scraper): \($0.reason)" }
      table.append([
        source, type.name, scraper,
        ([type.choice.rule.rawValue] + passed).joined(separator: "; "),
      ])
    }
    return table.text(columnsMax)
  }
}

extension Configuration.Scraper.Kind {
  var name: String {
    switch self {
    case .http: "http"
    case .command: "command"
    }
  }
}
