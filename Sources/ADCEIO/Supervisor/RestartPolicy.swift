/// Whether, and when, a supervisor starts its child again.
public struct RestartPolicy: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    case restart(afterMilliseconds: Int64)
    /// It ended because it had nothing to do, or was told to.
    case done
    /// Trying again does not help: the supervisor ends with this code, and says why.
    case giveUp(exitCode: Int32)
  }

  /// Exits after which only a person can help: usage, bad data, configuration. Tried again a few
  /// times all the same, for the person may be at it.
  static let hopeless: Set<Int32> = [64, 65, 78]
  static let hopelessMax = 5
  /// No permission, or a disk that cannot be written: whoever starts it is told at once. Once it has
  /// worked, that is a fault that comes and goes, and is waited for as long as it takes.
  static let refused: Int32 = 77

  private var backoff: Backoff
  private var hopelessInARow = 0

  public init(backoff: Backoff = Backoff()) { self.backoff = backoff }

  /// - Parameters:
  ///   - ranMilliseconds: how long the child had run.
  ///   - hasWorked: some child of this supervisor has worked before.
  public mutating func ended(
    _ exit: SupervisorRecord.Exit, afterMilliseconds ranMilliseconds: Int64, hasWorked: Bool
  ) -> Verdict {
    if exit == .code(0) { return .done }
    // What ran well in between has nothing to do with what came before.
    if ranMilliseconds >= backoff.forgetsAfterMilliseconds { hopelessInARow = 0 }
    if exit == .code(RestartPolicy.refused), !hasWorked {
      return .giveUp(exitCode: RestartPolicy.refused)
    }
    if case .code(let code) = exit, RestartPolicy.hopeless.contains(code) {
      hopelessInARow += 1
      // The first one of all is somebody's who waits for it to start, and is told at once.
      if !hasWorked || hopelessInARow >= RestartPolicy.hopelessMax {
        return .giveUp(exitCode: code)
      }
    } else {
      hopelessInARow = 0
    }
    return .restart(afterMilliseconds: backoff.failed(afterMilliseconds: ranMilliseconds))
  }
}
