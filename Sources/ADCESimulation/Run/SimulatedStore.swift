import ADCEKernel

/// The durable state of a simulated process, with what can become of it.
struct SimulatedStore {
  private(set) var records = MemoryRecords()
  /// The kernel's, as committed.
  private(set) var digest = Hash128.zero

  private typealias Entry = (table: TableID, key: [UInt8], body: [UInt8]?)
  /// What the last commit replaced.
  private var replaced: [Entry] = []
  private var digestBefore = Hash128.zero
  private var backup: (records: MemoryRecords, digest: Hash128)?

  mutating func commit(_ decision: Decision, digest new: Hash128) {
    replaced.removeAll(keepingCapacity: true)
    for mutation in decision.mutations {
      let key = Array(decision.arena[mutation.key])
      replaced.append((mutation.table, key, records[mutation.table, key]))
      records[mutation.table, key] = mutation.body.map { Array(decision.arena[$0]) }
    }
    digestBefore = digest
    digest = new
  }

  /// The machine lost its power: the last commit is as if it had never been. False if there is none
  /// to lose.
  mutating func loseLastCommit() -> Bool {
    guard !replaced.isEmpty else { return false }
    for entry in replaced.reversed() { records[entry.table, entry.key] = entry.body }
    replaced = []
    digest = digestBefore
    return true
  }

  mutating func backUp() { backup = (records, digest) }

  /// False if there is no backup.
  mutating func restoreBackup() -> Bool {
    guard let backup else { return false }
    (records, digest) = backup
    self.backup = nil
    replaced = []
    return true
  }

  func holds(_ attempt: AttemptID) -> Bool {
    let number = attempt.number
    let key = (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
    return records[.attempts, key] != nil
  }
}
