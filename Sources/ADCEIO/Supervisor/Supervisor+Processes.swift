internal import CProcess
internal import Glibc

// What other processes see and do of a supervisor: find it, start it, follow it.

extension Supervisor {
  /// One that lives.
  public struct Running: Hashable, Sendable {
    /// Its process, if that can be read.
    public var pid: Int32?
  }

  /// The supervisor of a state right now; nil = there is none.
  public static func running(stateDirectory: String) -> Running? {
    PIDFile.holder(of: DaemonFiles(stateDirectory: stateDirectory).pid)
  }

  /// Why this user cannot know whether a process holds the state, or watches over it; nil = he can.
  public static func refusal(stateDirectory: String) -> SystemCallFailure? {
    let directory = StateDirectory(stateDirectory)
    for path in [DaemonFiles(stateDirectory: stateDirectory).pid, directory.writerFile] {
      do throws(SystemCallFailure) { _ = try OpenFile.open(path, O_RDONLY) } catch {
        if error.isRefusal { return error }
      }
    }
    return nil
  }

  /// Starts this program with these arguments as a supervisor: in a session of its own, its output
  /// appended to the log. Returns its id at once.
  public static func spawn(
    stateDirectory: String, log: String, arguments: [String]
  ) throws(SupervisorFailure) -> Int32 {
    let files = DaemonFiles(stateDirectory: stateDirectory)
    try makeFolders(files, log: log)
    do throws(SystemCallFailure) {
      return try SpawnedProgram.start(
        arguments, environment: SpawnedProgram.environment, log: LogFile.open(log), in: .session)
    } catch {
      throw .call(error)
    }
  }

  /// The supervisor that started this process; nil = none did.
  public static var parent: Int32? {
    guard let text = getenv(parentVariable) else { return nil }
    return Int32(String(cString: text))
  }

  /// Lets this process be told (SIGTERM) when its supervisor ends, however that happens.
  ///
  /// - Returns: false if the supervisor has ended already.
  public static func followParent() -> Bool {
    guard let parent else { return true }
    return adce_follow_parent(SIGTERM, parent) != ESRCH
  }

  /// Whether this process had a supervisor that is no more.
  public static var isOrphan: Bool { parent.map { getppid() != $0 } ?? false }
}
