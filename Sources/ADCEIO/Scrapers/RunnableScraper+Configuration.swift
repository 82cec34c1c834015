internal import ADCEKernel

extension RunnableScraper {
  /// The scrapers of a configuration, at the indexes of `Configuration.scrapers`.
  static func all(of loaded: LoadedConfiguration) -> [RunnableScraper] {
    let required = RunnableScraper.requiredFields(loaded)
    return loaded.scrapers.map { settings in
      var rules = BodyRules()
      rules.isEnabled = settings.validates
      rules.contentType = settings.validation.contentType
      rules.minBytes = settings.validation.minBytes
      rules.jsonFields = settings.validation.jsonFields
      rules.requiredFields = required
      rules.errorPatterns = settings.errorPatterns.map {
        ErrorPattern(match: $0.match, meaning: $0.failure.meaning)
      }
      var storage = ObjectStorage()
      storage.compression = settings.compresses
      storage.deduplication = settings.deduplicates
      if let reason = settings.cannotRun { return .unusable(reason) }
      return settings.kind == .http
        ? http(settings, rules, storage) : command(settings, rules, storage, loaded)
    }
  }

  /// Fields that bodies must have, by data type.
  private static func requiredFields(_ loaded: LoadedConfiguration) -> [String: [String]] {
    var result: [String: [String]] = [:]
    for type in loaded.dataTypes.joined() where !type.requiredFields.isEmpty {
      result[type.name] = type.requiredFields
    }
    return result
  }

  private static func http(
    _ settings: ScraperSettings, _ rules: BodyRules, _ storage: ObjectStorage
  ) -> RunnableScraper {
    do throws(RequestPattern.Fault) {
      let pattern = try RequestPattern(settings.urlPattern ?? "")
      var scraper = HTTPScraperSettings(
        id: settings.id, baseURL: settings.baseURL, pattern: pattern)
      scraper.headers = settings.headers.map { header in
        switch header.value {
        case .text(let text): .init(name: header.name, value: .literal(text))
        case .reference(let reference): .init(name: header.name, value: .reference(reference))
        }
      }
      scraper.userAgent = settings.userAgent
      scraper.timeoutMilliseconds = settings.timeoutMilliseconds
      scraper.rules = rules
      scraper.storage = storage
      scraper.obeysRobots = settings.obeysRobots
      return .http(scraper)
    } catch {
      return .unusable("url_pattern: \(error)")
    }
  }

  private static func command(
    _ settings: ScraperSettings, _ rules: BodyRules, _ storage: ObjectStorage,
    _ loaded: LoadedConfiguration
  ) -> RunnableScraper {
    var scraper = CommandScraperSettings(
      id: settings.id, argv: settings.command, workingDirectory: loaded.projectDirectory,
      upload: settings.upload == .itself ? .byItself : .byADCE)
    scraper.acceptedParameters = Set(settings.accepted.map(\.rawValue))
    scraper.extraArguments = settings.extraArguments[settings.source] ?? []
    scraper.localOutputDirectory = settings.localOutputDirectory.map(loaded.projectPath)
    scraper.credentials = settings.credentials
    scraper.settings = json(settings)
    scraper.isDryRun = loaded.loop.isDryRun
    scraper.timeoutMilliseconds = settings.timeoutMilliseconds
    scraper.rules = rules
    scraper.storage = storage
    return .command(scraper)
  }

  /// `settings` of ADCE_TASK: custom_settings' fields, then the descriptive ones.
  private static func json(_ settings: ScraperSettings) -> JSONValue {
    var members: [SettingValue.Member] = []
    if case .map(let custom) = settings.customSettings { members += custom }
    members += settings.described
    return JSONValue(parsing: Array(SettingValue.map(members).json.utf8)) ?? .object([])
  }
}

extension ScraperSettings.ErrorPattern.Class {
  fileprivate var meaning: ErrorPattern.Meaning {
    switch self {
    case .transient: .transient
    case .throttled: .throttled
    case .permanent: .permanent
    case .source: .source
    case .invalid: .invalid
    }
  }
}
