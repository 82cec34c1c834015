/// Where a process's log goes, and in which form.
public struct LogSettings: Hashable, Sendable {
  public var level: ScraperSettings.LogLevel
  public var isJSON: Bool
  /// nil = there is no file: the log goes to stderr alone.
  public var file: String?
  public var bytesMax: Int64
  public var backups: Int
  /// Stdout and stderr are the file: nobody looks at them, and they go with it when it is put
  /// aside.
  public var isDaemon = false

  /// - Parameter daemonLog: of a daemon: its file where none is configured; nil = no daemon.
  public init(_ loaded: LoadedConfiguration, daemonLog: String? = nil) {
    let outputs = loaded.outputs
    level = outputs.logLevel
    isJSON = outputs.logsJSON == true
    bytesMax = outputs.logBytesMax
    backups = outputs.logBackups
    let configured = outputs.logFile ?? outputs.logDirectory.map { PathText.join($0, "adce.log") }
    file = configured.map { loaded.projectPath($0) } ?? daemonLog
    isDaemon = daemonLog != nil
  }
}

extension LoadedConfiguration {
  /// What must never be seen in a log: secrets that are written out, and those that our own
  /// environment holds.
  package func redaction(environment: [String: String]) -> Redaction {
    var secrets = [alerts.slack, alerts.webhook].compactMap { secret -> String? in
      if case .literal(let text)? = secret { text } else { nil }
    }
    var references = scrapers.flatMap(\.credentials)
    references += [lake.accessKeyID, lake.secretAccessKey, alerts.webhookToken].compactMap { $0 }
    references += health.tokens.map(\.reference)
    if let password = alerts.mail?.password { references.append(password) }
    for secret in [alerts.slack, alerts.webhook] {
      if case .reference(let reference)? = secret { references.append(reference) }
    }
    for case .environment(let name) in references {
      if let value = environment[name] { secrets.append(value) }
    }
    secrets += ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].compactMap { environment[$0] }
    return Redaction(secrets)
  }
}
