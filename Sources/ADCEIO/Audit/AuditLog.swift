internal import ADCEKernel

/// What was done to a state and by it, in files that are only ever appended to, below
/// `STATE/audit`: `actions` (operators, cycles, alerts, configurations; 400 days) and `attempts`
/// (30 days, at most 256 MiB: there may be thousands an hour).
///
/// It never fails its caller: what cannot be written is counted and said once, and the loop goes
/// on.
public final class AuditLog: Sendable {
  static let actionBounds = SegmentedFile.Bounds(days: 400, bytes: 256 << 20)
  static let attemptBounds = SegmentedFile.Bounds(days: 30, bytes: 256 << 20)

  fileprivate final class Files {
    var actions: SegmentedFile
    var attempts: SegmentedFile
    var lost = 0
    var isSaid = false
    var troubles: [String] = []

    init(_ folder: String) {
      actions = SegmentedFile(folder: folder + "/actions", bounds: AuditLog.actionBounds)
      attempts = SegmentedFile(folder: folder + "/attempts", bounds: AuditLog.attemptBounds)
    }
  }

  private let files: Locked<Files>

  public init(stateDirectory: String) {
    files = Locked(Files(AuditLog.folder(stateDirectory)))
  }

  static func folder(_ stateDirectory: String) -> String {
    PathText.join(stateDirectory, "audit")
  }

  /// Entries that could not be written since this process began.
  public var lostEntries: Int { files.withLock { $0.lost } }

  /// Writes entries, in their order.
  ///
  /// - Parameter durably: on the disk when it returns, as an operator's action must be before its
  ///   effect is seen; else soon, by the system's own time.
  public func record(_ entries: [AuditEntry], durably: Bool) {
    guard !entries.isEmpty else { return }
    files.withLock { files in
      let attempts = entries.filter { $0.isAttempt }
      let actions = entries.filter { !$0.isAttempt }
      write(actions, durably, &files.actions, files)
      write(attempts, durably, &files.attempts, files)
    }
  }

  /// Has everything on the disk.
  public func synchronise() {
    files.withLock { files in
      for attempt in [true, false] {
        do throws(SystemCallFailure) {
          if attempt { try files.attempts.synchronise() } else { try files.actions.synchronise() }
        } catch {
          files.say(error)
        }
      }
    }
  }

  /// What there is to say since the last call.
  public func takeTroubles() -> [String] {
    files.withLock { files in
      defer { files.troubles = [] }
      return files.troubles
    }
  }

  private func write(
    _ entries: [AuditEntry], _ durably: Bool, _ file: inout SegmentedFile, _ files: Files
  ) {
    guard let last = entries.last else { return }
    let lines = Array(entries.map { $0.json.json + "\n" }.joined().utf8)
    do throws(SystemCallFailure) {
      try file.append(lines, on: CivilDay(containing: last.at))
      if durably { try file.synchronise() }
      if files.isSaid {
        files.troubles.append("the audit log is written again; \(files.lost) entries were lost")
        files.isSaid = false
      }
    } catch {
      files.lost += entries.count
      files.say(error)
    }
  }
}

extension AuditLog.Files {
  fileprivate func say(_ failure: SystemCallFailure) {
    guard !isSaid else { return }
    isSaid = true
    troubles.append("the audit log cannot be written, and the loop goes on: \(failure)")
  }
}

extension AuditEntry {
  /// Of one attempt: there are many.
  var isAttempt: Bool { action.hasPrefix("attempt_") }
}
