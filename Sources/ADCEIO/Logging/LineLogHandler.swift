internal import ADCEKernel
public import Logging

/// Writes log events as lines: for people, or one JSON object each.
public struct LineLogHandler: LogHandler {
  public enum Style: Sendable {
    /// `adce: message`; the prefix for warnings and errors only.
    case human
    /// `{"time","level","label","message",…metadata}`.
    case json
  }

  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let style: Style
  private let write: @Sendable (String) -> Void

  /// `write` takes a line without its newline, from any thread.
  public init(
    label: String, level: Logger.Level, style: Style, write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    logLevel = level
    self.style = style
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let extra = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    switch style {
    case .human:
      let prefix = event.level >= .warning ? "\(label): " : ""
      let details = extra.map { " \($0.key)=\($0.value)" }.joined()
      write("\(prefix)\(event.message)\(details)")
    case .json:
      let now = Instant(milliseconds: SystemClock.wallMilliseconds)
      write(
        SettingValue.map(
          [
            .init("time", .text(now.iso)), .init("level", .text(event.level.rawValue)),
            .init("label", .text(label)), .init("message", .text("\(event.message)")),
          ] + extra.map { .init($0.key, .text("\($0.value)")) }
        ).json)
    }
  }
}

extension ScraperSettings.LogLevel {
  /// The same, in the words of the logging API.
  public var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
