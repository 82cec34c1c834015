internal import ADCEKernel

extension RunnableScraper {
  /// The scrapers of a configuration, at the indexes of `Configuration.scrapers`.
  package static func all(of loaded: LoadedConfiguration) -> [RunnableScraper] {
    // By name for the one, by source and name for the other: so the files have it.
    var requiredFields: [String: [String]] = [:]
    var contentTypes: [BodyRules.DataType: String] = [:]
    for (source, types) in zip(loaded.kernel.desired.sources, loaded.dataTypes) {
      for type in types {
        if !type.requiredFields.isEmpty { requiredFields[type.name] = type.requiredFields }
        let key = BodyRules.DataType(source: source.name, name: type.name)
        if let contentType = type.contentType { contentTypes[key] = contentType }
      }
    }
    return loaded.scrapers.map { scraper in
      var rules = BodyRules(scraper)
      rules.requiredFields = requiredFields
      rules.contentTypes = contentTypes
      return runnable(scraper, rules, loaded)
    }
  }

  private static func runnable(
    _ scraper: ScraperSettings, _ rules: BodyRules, _ loaded: LoadedConfiguration
  ) -> RunnableScraper {
    if let why = scraper.cannotRun { return .unusable(why) }
    switch scraper.kind {
    case .http:
      let template: URLTemplate
      do {
        template = try URLTemplate(scraper.urlPattern ?? "")
      } catch {
        return .unusable("url_pattern: \(error.message)")
      }
      var settings = HTTPScraperSettings(
        id: scraper.id, baseURL: scraper.baseURL, template: template)
      settings.headers = scraper.headers.map { header in
        switch header.value {
        case .text(let text): .init(name: header.name, value: .literal(text))
        case .reference(let reference): .init(name: header.name, value: .reference(reference))
        }
      }
      settings.userAgent = scraper.userAgent
      settings.timeoutMilliseconds = scraper.timeoutMilliseconds
      settings.rules = rules
      settings.storage = ObjectStorage(scraper)
      settings.obeysRobots = scraper.obeysRobots
      return .http(settings)
    case .command:
      var settings = CommandScraperSettings(
        id: scraper.id, argv: scraper.command, workingDirectory: loaded.projectDirectory,
        upload: scraper.upload)
      settings.acceptedParameters = scraper.accepted
      settings.extraArguments = scraper.extraArguments
      settings.localOutputDirectory = scraper.localOutputDirectory.map(loaded.projectPath)
      settings.credentials = scraper.credentials
      settings.settings = JSONValue(settingsOf: scraper)
      settings.isDryRun = loaded.loop.isDryRun
      settings.timeoutMilliseconds = scraper.timeoutMilliseconds
      settings.memoryBytesMax = scraper.memoryBytesMax
      settings.rules = rules
      settings.storage = ObjectStorage(scraper)
      return .command(settings)
    }
  }
}

extension BodyRules {
  fileprivate init(_ scraper: ScraperSettings) {
    self.init()
    isEnabled = scraper.validates
    contentType = scraper.validation.contentType
    minBytes = scraper.validation.minBytes
    jsonFields = scraper.validation.jsonFields
    errorPatterns = scraper.errorPatterns.map {
      ErrorPattern(match: $0.match, meaning: $0.failure)
    }
  }
}

extension ObjectStorage {
  fileprivate init(_ scraper: ScraperSettings) {
    self.init()
    compression = scraper.compresses
    deduplication = scraper.deduplicates
  }
}

extension JSONValue {
  /// `settings` of a task: the members of custom_settings, then metadata and the other descriptive
  /// fields by their names, where custom_settings has none so called.
  fileprivate init(settingsOf scraper: ScraperSettings) {
    var members: [Member] = []
    if case .map(let custom) = scraper.customSettings {
      members = custom.map { Member($0.name, JSONValue($0.value)) }
    }
    for field in scraper.described where !members.contains(where: { $0.name == field.name }) {
      members.append(Member(field.name, JSONValue(field.value)))
    }
    self = .object(members)
  }

  private init(_ value: SettingValue) {
    self =
      switch value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .number(String(value))
      case .number(let digits): .number(digits)
      case .text(let text): .string(text)
      case .list(let values): .array(values.map { JSONValue($0) })
      case .map(let members): .object(members.map { Member($0.name, JSONValue($0.value)) })
      }
  }
}
