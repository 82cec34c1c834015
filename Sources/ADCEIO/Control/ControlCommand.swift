public import ADCEKernel

/// What goes to a daemon through its control socket.
public enum ControlCommand: Hashable, Sendable {
  /// Whether it is there, and how it is; changes nothing.
  case ping
  /// Decided by the kernel.
  case act(Request.Action)
  /// A comparison, answered when its cycle has ended.
  case reconcile(Reconciliation)
  /// Read the configuration again, check it, and take it if it is good.
  case reload

  public struct Reconciliation: Hashable, Sendable {
    public var acceptsVanished = false
    /// Compare this report, whatever its age, in place of the lake.
    public var report: String?

    public init() {}
  }

  /// Whether it only looks.
  public var isHarmless: Bool { self == .ping }

  /// Its name on the wire and in the audit.
  public var name: String {
    switch self {
    case .ping: "ping"
    case .reconcile: "reconcile"
    case .reload: "reload"
    case .act(let action): action.controlName
    }
  }
}

extension ControlCommand {
  /// The version of the documents that go through the socket; another one is refused.
  static let version: Int64 = 1

  /// One line: `{"version":1,"command":NAME,…}`.
  public var json: SettingValue {
    var members: [SettingValue.Member] = [
      .init("version", .integer(ControlCommand.version)), .init("command", .text(name)),
    ]
    switch self {
    case .ping, .reload: break
    case .reconcile(let wish):
      members.append(.init("accept_vanished", .bool(wish.acceptsVanished)))
      if let report = wish.report { members.append(.init("report", .text(report))) }
    case .act(let action): members += action.controlMembers
    }
    return .map(members)
  }

  /// What is wrong with a document that is no command.
  struct Misread: Error {
    var reason: String
  }

  init(_ document: JSONValue) throws(Misread) {
    guard let version = document["version"]?.integer else {
      throw Misread(reason: "no command: it has no version")
    }
    guard version == Int(ControlCommand.version) else {
      throw Misread(
        reason: "version \(version) of the control protocol, and the daemon speaks "
          + "\(ControlCommand.version): use the `adce` that the daemon is of")
    }
    switch document["command"]?.text {
    case "ping"?: self = .ping
    case "reload"?: self = .reload
    case "reconcile"?:
      var wish = Reconciliation()
      wish.acceptsVanished = document["accept_vanished"] == .bool(true)
      wish.report = document["report"]?.text
      self = .reconcile(wish)
    case let name?: self = .act(try Request.Action(control: name, document))
    case nil: throw Misread(reason: "no command: it names none")
    }
  }
}
