internal import Glibc

/// A person, or a program of theirs, who asks for something.
public struct Operator: Hashable, Sendable {
  public enum Way: String, Hashable, Sendable {
    /// By a command that goes through the daemon's socket.
    case control
    /// By a command that acts on the state itself, because no daemon holds it.
    case command
    case signal
    case http
  }

  public var userID: UInt32
  /// By the user database; the number where it has none.
  public var name: String
  public var way: Way

  public init(userID: UInt32, name: String? = nil, way: Way) {
    self.userID = userID
    self.name = name ?? Operator.userName(userID)
    self.way = way
  }

  /// Whoever runs this process.
  public static func ours(_ way: Way) -> Operator { Operator(userID: geteuid(), way: way) }

  private static func userName(_ id: UInt32) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    // What an entry needs beside its fields (getpwuid_r(3)); a longer one is shown by its number.
    var text = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(id, &entry, &text, text.count, &found) == 0, let found,
      let name = found.pointee.pw_name
    else { return String(id) }
    return String(cString: name)
  }
}

/// What an operator asks for, and who that is: what the audit is told.
public struct OperatorRequest: Hashable, Sendable {
  public var command: ControlCommand
  public var by: Operator
  /// What made them ask, where the command has no reason of its own.
  public var why: String?

  public init(_ command: ControlCommand, by: Operator, why: String? = nil) {
    self.command = command
    self.by = by
    self.why = why
  }
}
