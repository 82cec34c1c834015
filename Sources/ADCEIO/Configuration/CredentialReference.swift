/// Where a secret is to be found; never the secret itself (DESIGN.md §9).
public enum CredentialReference: Hashable, Sendable, CustomStringConvertible {
  /// A variable of adce's own environment.
  case environment(String)
  /// A file, re-read when it changes.
  case file(String)
  /// A profile of the AWS shared files.
  case profile(String)
  /// A program that prints it, run again when it changes.
  case program(String)

  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let rest = String(text[text.index(after: colon)...])
    guard !rest.isEmpty else { return nil }
    switch text[..<colon] {
    case "env": self = .environment(rest)
    case "file": self = .file(rest)
    case "profile": self = .profile(rest)
    case "exec": self = .program(rest)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .environment(let name): "env:\(name)"
    case .file(let path): "file:\(path)"
    case .profile(let name): "profile:\(name)"
    case .program(let path): "exec:\(path)"
    }
  }
}

/// A secret that was written out, or where to find it. Printing one never shows a literal.
public enum ConfiguredSecret: Hashable, Sendable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  case literal(String)
  case reference(CredentialReference)

  public init(_ text: String) {
    self = CredentialReference(text).map { .reference($0) } ?? .literal(text)
  }

  public var description: String {
    switch self {
    case .literal: "(secret)"
    case .reference(let reference): reference.description
    }
  }

  public var debugDescription: String { description }
  /// Also `dump` and the messages of failed tests.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
