public import ADCEKernel
internal import Glibc

/// What a supervisor tells of itself and of the process that it keeps alive; in a file, replaced
/// whole at each change.
public struct SupervisorRecord: Hashable, Sendable {
  public enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)

    public var text: String {
      switch self {
      case .code(let code): "exit code \(code)"
      case .signal(let signal): "signal \(signal)"
      }
    }
  }

  /// The supervisor's.
  public var pid: Int32
  public var since: Instant
  /// The process that it keeps alive; nil while there is none.
  public var child: Int32?
  /// How often the child was started again.
  public var restarts = 0
  public var lastExit: Exit?
  public var lastExitAt: Instant?
  /// When the child is started again; nil unless that is waited for.
  public var nextStart: Instant?
  /// Why what the supervisor and its child say is lost: the log cannot be opened. Nil while it can.
  public var logFailure: String?

  init(pid: Int32, since: Instant) {
    self.pid = pid
    self.since = since
  }

  /// What the supervisor that watches over this state says; nil = there is none right now.
  public static func read(stateDirectory: String) -> SupervisorRecord? {
    let files = DaemonFiles(stateDirectory: stateDirectory)
    guard let holder = PIDFile.holder(of: files.pid) else { return nil }
    do throws(SystemCallFailure) {
      guard let record = SupervisorRecord(parsing: try FileTree.read(files.record)),
        holder.pid == nil || record.pid == holder.pid
      else { return nil }
      return record
    } catch {
      // It has not written yet.
      return nil
    }
  }
}

extension SupervisorRecord {
  var json: SettingValue {
    var exit = SettingValue.null
    switch lastExit {
    case .code(let code)?: exit = .map([.init("code", .integer(Int64(code)))])
    case .signal(let signal)?: exit = .map([.init("signal", .integer(Int64(signal)))])
    case nil: break
    }
    return .map([
      .init("version", .integer(1)), .init("pid", .integer(Int64(pid))),
      .init("since", .text(since.iso)),
      .init("child", child.map { .integer(Int64($0)) } ?? .null),
      .init("restarts", .count(restarts)), .init("last_exit", exit),
      .init("last_exit_at", lastExitAt.map { .text($0.iso) } ?? .null),
      .init("next_start", nextStart.map { .text($0.iso) } ?? .null),
      .init("log_failure", logFailure.map { .text($0) } ?? .null),
    ])
  }

  init?(parsing bytes: [UInt8]) {
    func moment(_ value: JSONValue?) -> Instant? { value?.text.flatMap { Instant(iso: $0.utf8) } }
    func number(_ value: JSONValue?) -> Int32? { value?.integer.flatMap { Int32(exactly: $0) } }
    guard let document = JSONValue(parsing: bytes), document["version"]?.integer == 1,
      let pid = number(document["pid"]), let since = moment(document["since"])
    else { return nil }
    self.init(pid: pid, since: since)
    child = number(document["child"])
    restarts = document["restarts"]?.integer ?? 0
    lastExit =
      number(document["last_exit"]?["code"]).map { .code($0) }
      ?? number(document["last_exit"]?["signal"]).map { .signal($0) }
    lastExitAt = moment(document["last_exit_at"])
    nextStart = moment(document["next_start"])
    logFailure = document["log_failure"]?.text
  }

  /// Replaces the file, whole. It need not survive a crash of the machine: the supervisor does not.
  func write(to files: DaemonFiles) throws(SystemCallFailure) {
    let draft = files.record + ".new"
    try FileTree.write(Array((json.json + "\n").utf8), to: draft)
    guard rename(draft, files.record) == 0 else {
      throw SystemCallFailure("rename", files.record)
    }
  }
}
