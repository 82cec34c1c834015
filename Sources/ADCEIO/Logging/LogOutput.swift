public import Logging

/// A process's log: on stderr for whoever looks, and in a file that is kept, if there is one.
public struct LogOutput: Sendable {
  public let file: RotatingFile?
  private let settings: LogSettings
  private let redaction: Redaction
  private let show: (@Sendable (String) -> Void)?

  /// - Parameters:
  ///   - environment: our own variables; the secrets among them are redacted.
  ///   - show: puts a line on stderr; nil = nobody looks there.
  public init(
    _ settings: LogSettings, of loaded: LoadedConfiguration, environment: [String: String],
    show: (@Sendable (String) -> Void)?
  ) {
    self.settings = settings
    redaction = loaded.redaction(environment: environment)
    file = settings.file.map {
      RotatingFile(
        path: $0, bytesMax: settings.bytesMax, backups: settings.backups,
        followers: settings.isDaemon ? [1, 2] : [])
    }
    self.show = settings.isDaemon ? nil : show
  }

  /// - Parameters:
  ///   - shown: what goes to stderr.
  ///   - kept: what goes to the file.
  public func handler(
    label: String, shown: Logger.Level, kept: Logger.Level
  ) -> any LogHandler {
    var handlers: [any LogHandler] = []
    if let show {
      handlers.append(
        LineLogHandler(
          label: label, level: shown, style: settings.isJSON ? .json : .human,
          redaction: redaction, write: show))
    }
    if let file {
      handlers.append(
        LineLogHandler(
          label: label, level: kept, style: settings.isJSON ? .json : .dated,
          redaction: redaction
        ) { file.write($0) })
    }
    return handlers.count == 1 ? handlers[0] : MultiplexLogHandler(handlers)
  }
}
