internal import ADCEKernel

/// Something to add to the files that would make more of the lake exact (CONFIG.md §5, end).
public struct ConfigurationSuggestion: Hashable, Sendable {
  public enum Topic: String, Hashable, Sendable {
    case catalog, dimension, seasons, scraper, source
  }

  public var topic: Topic
  /// One sentence: what, and for which types.
  public var title: String
  /// YAML to add, with comments that say where.
  public var yaml: String
  /// How many objects of the lake would be told key by key; nil = not known without a scan.
  public var objects: Int?
}

/// What a scan says about the types and the rest of the lake; empty = nothing was scanned.
public struct ObservedLake: Hashable, Sendable {
  public struct Prefix: Hashable, Sendable {
    public var prefix: String
    public var objects: Int

    public init(prefix: String, objects: Int) {
      self.prefix = prefix
      self.objects = objects
    }
  }

  public struct Count: Hashable, Sendable {
    public var source: String
    public var dataType: String
    /// Found under the type's patterns, surplus included.
    public var objects: Int

    public init(source: String, dataType: String, objects: Int) {
      self.source = source
      self.dataType = dataType
      self.objects = objects
    }
  }

  public var counts: [Count] = []
  /// The largest unmatched prefixes.
  public var unmatched: [Prefix] = []

  public init() {}

  func objects(_ source: String, _ dataType: String) -> Int? {
    counts.first { $0.source == source && $0.dataType == dataType }?.objects
  }
}

extension LoadedConfiguration {
  /// In this order: catalogs and dimensions, seasons, scrapers, sources.
  public func suggestions(_ lake: ObservedLake = ObservedLake()) -> [ConfigurationSuggestion] {
    catalogSuggestions(lake) + seasonSuggestions(lake) + scraperSuggestions()
      + sourceSuggestions(lake)
  }

  /// `{"suggestions": [{"topic", "title", "yaml", "objects"}]}`.
  public static func json(_ suggestions: [ConfigurationSuggestion]) -> SettingValue {
    .map([
      .init(
        "suggestions",
        .list(
          suggestions.map {
            .map([
              .init("topic", .text($0.topic.rawValue)), .init("title", .text($0.title)),
              .init("yaml", .text($0.yaml)),
              .init("objects", $0.objects.map { .integer(Int64($0)) } ?? .null),
            ])
          }))
    ])
  }

  /// Every enabled type, with its source.
  var enabledTypes: [(source: Desired.Source, type: Desired.DataType, settings: DataTypeSettings)] {
    zip(kernel.desired.sources, dataTypes).flatMap { source, settings in
      source.enabled
        ? zip(source.dataTypes, settings).map { (source, $0, $1) } : []
    }
  }
}
