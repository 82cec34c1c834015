public import ADCEKernel

extension StoreFailure: CustomStringConvertible {
  public var description: String { message }

  /// One line for a person: what happened, where, and what to do.
  public var message: String {
    let restore = "restore a backup, or move the directory away to start anew from a scan"
    return switch self {
    case .heldBy(let directory, let pid, let since):
      "\(directory): \(pid.map { "process \($0)" } ?? "another process") holds the state"
        + "\(since.map { " since \($0)" } ?? ""); stop it, or try again later"
    case .openHere(let directory):
      "\(directory): this process has the state open already; close it first"
    case .forked(let directory):
      "\(directory): the state was opened before a fork; only the parent may use it"
    case .absent(let directory):
      "\(directory): there is no state yet; `adce reconcile` or `adce run` makes it"
    case .permission(let path, let doing, let reason):
      "\(path): cannot \(doing): \(reason); run as its owner, or correct its mode"
    case .unsafe(let path, let mode):
      "\(path): others can write to it (mode \(octal(mode))); `chmod go-w` it, and its owner"
        + " must be the user that runs adce"
    case .cannotCreate(let path, let reason):
      "\(path): cannot create it: \(reason); name another place with --state-dir"
    case .notAStore(let path, let reason):
      "\(path): not a state file of adce: \(reason); \(restore)"
    case .truncated(let path, let bytes, let needed):
      "\(path): truncated: \(bytes) bytes of at least \(needed); \(restore)"
    case .damaged(let path, let doing, let reason):
      "\(path): damaged, found while trying to \(doing): \(reason); \(restore)"
    case .corruptRecord(let table, let key, let reason):
      "table \(table), key \(key): \(reason.reading); `adce state verify` lists all such"
        + " records; \(restore)"
    case .corruptMeta(let path, let reason):
      "\(path): the record of the last commit: \(reason.reading); \(restore)"
    case .digestMismatch(let path, let stored, let found):
      "\(path): the records add up to \(found.hex), the last commit says \(stored.hex); \(restore)"
    case .newerSchema(let path, let unknown):
      "\(path): written by a newer adce (\(unknown)); run that version, or restore a backup"
    case .olderSchema(let path, let missing):
      "\(path): written by an older adce (lacks \(missing)); `adce run` brings it up to date"
    case .mapFull(let path, let bytes):
      "\(path): full: the map's limit is \(bytes) bytes; nothing was changed; new work waits"
        + " until there is room"
    case .diskFull(let path, let reason):
      "\(path): no room on the disk: \(reason); nothing was changed; free some space"
    case .outcomeUnknown(let path, let sequence, let reason):
      "\(path): it is unknown whether commit \(sequence) happened: \(reason); the state must be"
        + " opened again"
    case .inputOutput(let path, let doing, let reason):
      "\(path): cannot \(doing): \(reason); check the disk and the system's log"
    }
  }
}

extension DecodingFailure {
  /// What is wrong with a stored record, for a person.
  public var reading: String {
    switch self {
    case .truncated: "it is cut short"
    case .malformed(let what): "it is malformed: \(what)"
    case .checksum: "it does not match its checksum"
    case .newerVersion(let version): "its version \(version) is newer than this program's"
    }
  }
}

/// Permission bits as `chmod` takes them.
private func octal(_ mode: UInt32) -> String { "0" + String(mode & 0o7777, radix: 8) }
