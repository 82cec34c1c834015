internal import ADCEKernel
internal import Logging

/// Log lines on their way to a program: JSON, one document a line.
public struct LogLines: Sendable {
  /// The beginning of a line whose end has not come yet.
  private var rest: [UInt8] = []

  public init() {}

  /// The documents of the lines that are whole with these bytes: lines that are JSON as they are,
  /// others taken apart into time, level and message, as far as they have them.
  public mutating func json(_ bytes: [UInt8]) -> [String] {
    rest += bytes
    var documents: [String] = []
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      documents.append(LogLines.json(line: Array(rest[..<end])))
      rest.removeSubrange(...end)
    }
    return documents
  }

  private static func json(line: [UInt8]) -> String {
    if case .object? = JSONValue(parsing: line) { return String(decoding: line, as: UTF8.self) }
    let text = String(decoding: line, as: UTF8.self)
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, Instant(iso: parts[0].utf8) != nil,
      let level = Logger.Level(rawValue: String(parts[1]))
    else { return document(nil, nil, text) }
    return document(String(parts[0]), level.rawValue, String(parts[2]))
  }

  private static func document(_ time: String?, _ level: String?, _ message: String) -> String {
    SettingValue.map([
      .init("time", time.map { .text($0) } ?? .null),
      .init("level", level.map { .text($0) } ?? .null), .init("message", .text(message)),
    ]).json
  }
}
