@testable import ADCEKernel

/// What one step came to, in a form that two kernels can be compared by.
struct StepRecord: Equatable {
  /// The last word on each record: nil where it was deleted.
  var records: [RecordName: [UInt8]?]
  var effects: [Effect]
  var wakeAt: Instant
  var digest: Hash128

  struct RecordName: Hashable, Comparable, CustomStringConvertible {
    var table: TableID
    var key: [UInt8]

    static func < (a: RecordName, b: RecordName) -> Bool {
      a.table == b.table
        ? a.key.lexicographicallyPrecedes(b.key) : a.table.rawValue < b.table.rawValue
    }
    var description: String {
      "\(table) \(key.map { String($0, radix: 16) }.joined(separator: " "))"
    }
  }

  init(_ decision: Decision, digest: Hash128) {
    var records: [RecordName: [UInt8]?] = [:]
    for mutation in decision.mutations {
      let name = RecordName(table: mutation.table, key: Array(decision.arena[mutation.key]))
      records[name] = .some(mutation.body.map { Array(decision.arena[$0]) })
    }
    self.records = records
    effects = decision.effects
    wakeAt = decision.wakeAt
    self.digest = digest
  }

  /// Where this one differs from another, in words; nil if it does not.
  func difference(from other: StepRecord) -> String? {
    guard self != other else { return nil }
    var lines: [String] = []
    for name in Set(records.keys).union(other.records.keys).sorted()
    where records[name] != other.records[name] {
      lines.append("\(name): \(describe(records[name])) and \(describe(other.records[name]))")
    }
    if effects != other.effects { lines.append("effects \(effects) and \(other.effects)") }
    if wakeAt != other.wakeAt {
      lines.append("wakeAt \(wakeAt.milliseconds) and \(other.wakeAt.milliseconds)")
    }
    if digest != other.digest { lines.append("digest \(digest.hex) and \(other.digest.hex)") }
    return lines.joined(separator: "; ")
  }

  private func describe(_ body: [UInt8]??) -> String {
    guard let body else { return "untouched" }
    guard let body else { return "deleted" }
    return body.map { String($0, radix: 16) }.joined(separator: " ")
  }
}
