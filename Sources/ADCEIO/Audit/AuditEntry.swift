public import ADCEKernel

/// One thing that was done: by whom, what, why, and what came of it.
public struct AuditEntry: Hashable, Sendable {
  /// Who did it.
  public struct Actor: Hashable, Sendable {
    public var name: String
    /// Of the user database.
    public var userID: UInt32?
    /// By which way it came: `command`, `control`, `signal`, `http`; `self` = by itself.
    public var way: String

    public init(name: String, userID: UInt32?, way: String) {
      self.name = name
      self.userID = userID
      self.way = way
    }

    /// ADCE, which nobody asked.
    public static let adce = Actor(name: "adce", userID: nil, way: "self")
  }

  /// By the wall clock.
  public var at: Instant
  public var by: Actor
  /// In lower case, words joined by `_`.
  public var action: String
  /// Numbers and names, never bodies or secrets.
  public var what: [SettingValue.Member]
  public var why: String?
  /// `ok`, or what went otherwise; `asked` = what follows is in a later entry, if it came to that.
  public var outcome: String

  public init(
    at: Instant, by: Actor = .adce, _ action: String, _ what: [SettingValue.Member] = [],
    why: String? = nil, outcome: String = "ok"
  ) {
    self.at = at
    self.by = by
    self.action = action
    self.what = what
    self.why = why
    self.outcome = outcome
  }

  /// Whether a person did it.
  public var isOperators: Bool { by.way != Actor.adce.way }
}

extension AuditEntry {
  public var json: SettingValue {
    .map([
      .init("at", .text(at.preciseISO)), .init("who", .text(by.name)),
      .init("uid", by.userID.map { .integer(Int64($0)) } ?? .null), .init("how", .text(by.way)),
      .init("action", .text(action)), .init("what", .map(what)),
      .init("why", why.map { .text($0) } ?? .null), .init("outcome", .text(outcome)),
    ])
  }

  /// Nil unless the line is an entry, whole.
  public init?(line: [UInt8]) {
    guard let document = JSONValue(parsing: line),
      let at = document["at"]?.text.flatMap({ Instant(iso: $0.utf8) }),
      let who = document["who"]?.text, let how = document["how"]?.text,
      let action = document["action"]?.text, let outcome = document["outcome"]?.text
    else { return nil }
    self.init(
      at: at,
      by: Actor(
        name: who, userID: document["uid"]?.integer.flatMap { UInt32(exactly: $0) }, way: how),
      action, document["what"].map { SettingValue($0) }?.members ?? [],
      why: document["why"]?.text, outcome: outcome)
  }

  /// `name=value …`.
  var whatText: String {
    what.map { member in
      if case .text(let text) = member.value { return "\(member.name)=\(text)" }
      return "\(member.name)=\(member.value.json)"
    }.joined(separator: " ")
  }

  /// A table of entries.
  public static func table(_ entries: [AuditEntry], _ columnsMax: Int? = nil) -> String {
    var table = TextTable([
      .init("AT"), .init("WHO"), .init("ACTION"), .init("WHAT"),
      .init("OUTCOME", flexible: true),
    ])
    for entry in entries { table.append(entry.cells) }
    return table.text(columnsMax)
  }

  private var cells: [String] {
    [
      at.iso, isOperators ? "\(by.name) (\(by.way))" : by.name, action, whatText,
      why.map { "\(outcome): \($0)" } ?? outcome,
    ]
  }

  /// One line for people, for an entry that comes by itself.
  public var text: String { cells.filter { !$0.isEmpty }.joined(separator: "  ") }
}

extension Instant {
  /// ISO 8601 with milliseconds, so that what happens within a second keeps its order.
  var preciseISO: String {
    let fraction = Int((milliseconds % 1000 + 1000) % 1000)
    let digits = String(fraction)
    return iso.dropLast() + "." + String(repeating: "0", count: 3 - digits.count) + digits + "Z"
  }
}

extension SettingValue {
  fileprivate var members: [Member]? {
    if case .map(let members) = self { members } else { nil }
  }
}
