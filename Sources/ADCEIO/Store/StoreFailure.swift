public import ADCEKernel

/// Why the durable state could not be opened, read or changed.
///
/// `message` says what, where and what to do; `exitCode` is the process's answer (CLI.md).
public enum StoreFailure: Error, Hashable, Sendable {
  /// Another process writes to the state. Its id and start as it wrote them, if readable.
  case heldBy(directory: String, pid: Int32?, since: String?)
  /// This process has the directory open already; LMDB's locks do not survive a second opening.
  case openHere(directory: String)
  /// The process was forked after the store was opened; only its parent may use it.
  case forked(directory: String)
  /// There is no state to read.
  case absent(directory: String)
  case permission(path: String, doing: String, reason: String)
  /// Others than the owner can write to it; `mode` holds the permission bits.
  case unsafe(path: String, mode: UInt32)
  case cannotCreate(path: String, reason: String)
  case notAStore(path: String, reason: String)
  /// The file is shorter than the pages in use, in bytes.
  case truncated(path: String, bytes: UInt64, needed: UInt64)
  /// The pages contradict each other; found while doing something.
  case damaged(path: String, doing: String, reason: String)
  case corruptRecord(table: TableID, key: String, reason: DecodingFailure)
  case corruptMeta(path: String, reason: DecodingFailure)
  /// The records do not add up to the digest of the last commit.
  case digestMismatch(path: String, stored: Hash128, found: Hash128)
  /// Written by a newer version; names what this one does not know.
  case newerSchema(path: String, unknown: String)
  /// Written by an older version and opened for reading only.
  case olderSchema(path: String, missing: String)
  /// The map has no room, in bytes. Nothing was changed and the store can be used.
  case mapFull(path: String, bytes: UInt64)
  /// The file system has no room. Nothing was changed and the store can be used.
  case diskFull(path: String, reason: String)
  /// A commit failed where it can no longer be told whether it happened: close, open again and
  /// compare sequence numbers.
  case outcomeUnknown(path: String, sequence: UInt64, reason: String)
  case inputOutput(path: String, doing: String, reason: String)
}

extension StoreFailure {
  /// The exit code of a process that ends for this (CLI.md, from sysexits.h).
  public var exitCode: Int32 {
    switch self {
    case .heldBy: 75
    case .openHere, .forked: 70
    case .permission, .unsafe: 77
    case .cannotCreate: 73
    case .absent, .notAStore, .truncated, .damaged, .corruptRecord, .corruptMeta,
      .digestMismatch, .newerSchema, .olderSchema:
      65
    case .mapFull, .diskFull, .outcomeUnknown, .inputOutput: 74
    }
  }

  /// Whether the store is as it was before the call and may be used on: the host waits and says so.
  public var isCleanRefusal: Bool {
    switch self {
    case .mapFull, .diskFull: true
    default: false
    }
  }

  /// Whether the stored state itself is in doubt: no new attempts until an operator clears it.
  public var isDoubtful: Bool {
    switch self {
    case .unsafe, .notAStore, .truncated, .damaged, .corruptRecord, .corruptMeta,
      .digestMismatch:
      true
    default: false
    }
  }
}
