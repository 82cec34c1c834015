/// What a daemon answers through its control socket.
public struct ControlReply: Hashable, Sendable {
  /// The exit code of the command that asked (CLI.md); 0 = it was done.
  public var exitCode: Int32
  /// What went wrong; nil if nothing did.
  public var message: String?
  /// What the command prints as JSON.
  public var result: SettingValue
  /// What it prints for people, where that is not made from the result.
  public var text: String?

  public init(
    exitCode: Int32 = 0, message: String? = nil, result: SettingValue = .map([]),
    text: String? = nil
  ) {
    self.exitCode = exitCode
    self.message = message
    self.result = result
    self.text = text
  }

  /// It was done, and concerned so many.
  static func accepted(_ count: Int) -> ControlReply {
    ControlReply(result: .map([.init("accepted", .integer(Int64(count)))]))
  }

  static func refused(_ exitCode: Int32, _ message: String) -> ControlReply {
    ControlReply(exitCode: exitCode, message: message)
  }

  /// Of `accepted`: how many.
  public var count: Int? {
    if case .integer(let count)? = result["accepted"] { Int(count) } else { nil }
  }
}

extension ControlReply {
  var json: SettingValue {
    .map([
      .init("version", .integer(ControlCommand.version)),
      .init("exit", .integer(Int64(exitCode))),
      .init("message", message.map { .text($0) } ?? .null),
      .init("result", result),
      .init("text", text.map { .text($0) } ?? .null),
    ])
  }

  /// Nil unless the bytes are a reply of our version.
  init?(parsing bytes: [UInt8]) {
    guard let document = JSONValue(parsing: bytes),
      document["version"]?.integer == Int(ControlCommand.version),
      let exit = document["exit"]?.integer, let exitCode = Int32(exactly: exit)
    else { return nil }
    self.init(
      exitCode: exitCode, message: document["message"]?.text,
      result: document["result"].map { SettingValue($0) } ?? .null,
      text: document["text"]?.text)
  }
}

extension SettingValue {
  /// A parsed document, its numbers as they were written.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let digits): self = Int64(digits).map { .integer($0) } ?? .number(digits)
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map { SettingValue($0) })
    case .object(let members): self = .map(members.map { .init($0.name, SettingValue($0.value)) })
    }
  }
}
