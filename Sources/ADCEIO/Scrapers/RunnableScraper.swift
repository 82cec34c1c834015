/// All that running one scraper needs and that the kernel does not decide by.
package enum RunnableScraper: Sendable {
  case http(HTTPScraperSettings)
  case command(CommandScraperSettings)
  /// It cannot run; the sentence says why.
  case unusable(String)
}

/// A scraper that ADCE is itself (CONFIG.md §7).
package struct HTTPScraperSettings: Sendable {
  package var id: String
  package var baseURL: String
  package var template: URLTemplate
  /// In file order.
  package var headers: [Header] = []
  package var userAgent: String?
  package var timeoutMilliseconds: Int64 = 30_000
  package var rules = BodyRules()
  package var storage = ObjectStorage()
  /// `robots: obey`.
  package var obeysRobots = true

  package struct Header: Hashable, Sendable {
    package var name: String
    package var value: ConfiguredSecret

    package init(name: String, value: ConfiguredSecret) {
      self.name = name
      self.value = value
    }
  }

  package init(id: String, baseURL: String, template: URLTemplate) {
    self.id = id
    self.baseURL = baseURL
    self.template = template
  }
}

extension HTTPScraperSettings {
  /// Why a place is not asked; nil if it is.
  package func refusal(of origin: URLOrigin) -> String? {
    obeysRobots && !origin.isLoopback ? HTTPScraperSettings.robotsRefusal(of: origin.host) : nil
  }

  package static func robotsRefusal(of host: String) -> String {
    "robots.txt is not read yet, so with robots: obey only this machine is asked, not \(host)"
  }
}

/// How objects go into the lake.
package struct ObjectStorage: Hashable, Sendable {
  /// gzip them.
  package var compression = false
  /// Do not write a body that equals the stored one.
  package var deduplication = false

  package init() {}
}

/// A scraper that is a program (CONFIG.md §6).
package struct CommandScraperSettings: Sendable {
  package var id: String
  /// The program and its first arguments, the interpreter included.
  package var argv: [String]
  /// The project folder.
  package var workingDirectory: String
  package var upload: ScraperSettings.Upload
  package var acceptedParameters: Set<ScraperSettings.Parameter> = [
    .season, .gameIDs, .startDate, .endDate, .dryRun,
  ]
  /// By source: appended where the task has neither a season nor ids.
  package var extraArguments: [String: [String]] = [:]
  package var localOutputDirectory: String?
  package var credentials: [CredentialReference] = []
  /// What it finds under `settings` in its task: custom_settings, metadata …
  package var settings: JSONValue = .object([])
  package var isDryRun = false
  package var timeoutMilliseconds: Int64 = 30_000
  /// From TERM to KILL.
  package var graceMilliseconds: Int64 = 5000
  /// Address space of each of its processes; nil = no limit.
  package var memoryBytesMax: Int64?
  package var rules = BodyRules()
  package var storage = ObjectStorage()

  package init(
    id: String, argv: [String], workingDirectory: String, upload: ScraperSettings.Upload
  ) {
    self.id = id
    self.argv = argv
    self.workingDirectory = workingDirectory
    self.upload = upload
  }
}
