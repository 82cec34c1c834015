internal import ADCEKernel
public import Logging

/// Writes log events as lines: for people, or one JSON object each.
public struct LineLogHandler: LogHandler {
  public enum Style: Sendable {
    /// `adce: message`; the prefix for warnings and errors only.
    case human
    /// The same in a file: `2025-01-15T00:00:00Z warning message`.
    case dated
    /// `{"time","level","label","message",…metadata}`.
    case json
  }

  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let style: Style
  private let redaction: Redaction
  private let write: @Sendable (String) -> Void

  /// `write` takes a line without its newline, from any thread.
  public init(
    label: String, level: Logger.Level, style: Style, write: @escaping @Sendable (String) -> Void
  ) {
    self.init(label: label, level: level, style: style, redaction: Redaction(), write: write)
  }

  /// The same without what `redaction` knows to be secret.
  package init(
    label: String, level: Logger.Level, style: Style, redaction: Redaction,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    logLevel = level
    self.style = style
    self.redaction = redaction
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let extra = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let details = extra.map { " \($0.key)=\($0.value)" }.joined()
    let line: String
    switch style {
    case .human:
      let prefix = event.level >= .warning ? "\(label): " : ""
      line = "\(prefix)\(event.message)\(details)".printableLines
    case .dated:
      // One event, one line: what follows in a file begins with a time.
      let text = "\(event.message)\(details)".replacing("\n", with: " ⏎ ").printable
      line = "\(Self.now) \(event.level.rawValue) \(text)"
    case .json:
      line =
        SettingValue.map(
          [
            .init("time", .text(Self.now)), .init("level", .text(event.level.rawValue)),
            .init("label", .text(label)), .init("message", .text("\(event.message)")),
          ] + extra.map { .init($0.key, .text("\($0.value)")) }
        ).json
    }
    write(redaction.apply(line))
  }

  private static var now: String { Instant(milliseconds: SystemClock.wallMilliseconds).iso }
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
