/// The files of a daemon in its state directory, beside the state itself.
public struct DaemonFiles: Hashable, Sendable {
  public let stateDirectory: String

  public init(stateDirectory: String) {
    self.stateDirectory = StateDirectory(stateDirectory).path
  }

  /// The supervisor's process id; locked by it as long as it lives, and only then believed.
  public var pid: String { stateDirectory + "/adce.pid" }
  /// How the supervisor and its child are (`SupervisorRecord`).
  public var record: String { stateDirectory + "/supervisor.json" }
  /// What the daemon says, and what it prints when it crashes, unless the configuration names
  /// another file; older ones are `adce.log.1`, ….
  public var log: String { stateDirectory + "/log/adce.log" }

  /// Where the log of a daemon with this configuration is.
  public func log(of loaded: LoadedConfiguration) -> String {
    LogSettings(loaded, daemonLog: log).file ?? log
  }
}
