internal import ADCEKernel

extension AuditLog {
  /// What an operator does to a state by a command of their own, without a kernel: told before it
  /// is done, and then with what came of it.
  ///
  /// Where there is no state nothing is told, and nothing is made.
  ///
  /// - Parameters:
  ///   - action: in lower case, words joined by `_`.
  ///   - reason: what is said of a failure.
  ///   - onTrouble: is told why the log cannot be written; the deed is done all the same.
  public static func telling<Result, Failure: Error>(
    _ action: String, _ what: [SettingValue.Member] = [], stateDirectory: String,
    reason: (Failure) -> String, onTrouble: (String) -> Void,
    _ deed: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard Store.exists(in: stateDirectory) else { return try deed() }
    let log = AuditLog(stateDirectory: stateDirectory)
    defer { for trouble in log.takeTroubles() { onTrouble(trouble) } }
    log.tell(action, what, outcome: "asked")
    do throws(Failure) {
      let result = try deed()
      log.tell(action, what, outcome: "ok")
      return result
    } catch {
      log.tell(action, what, outcome: "refused: \(reason(error))")
      throw error
    }
  }

  /// One line of whoever runs this process, on the disk when it returns.
  func tell(_ action: String, _ what: [SettingValue.Member], outcome: String) {
    let entry = AuditEntry(
      at: Instant(milliseconds: SystemClock.wallMilliseconds),
      by: AuditEntry.Actor(.ours(.command)), action, what, outcome: outcome)
    record([entry], durably: true)
  }
}

extension Host {
  /// Tells what the operator who runs this process wants of it, or what came of that; a dry run
  /// does nothing, and says so nowhere.
  public func tell(_ action: String, _ what: [SettingValue.Member], outcome: String = "asked") {
    audit?.tell(action, what, outcome: outcome)
  }
}
