/// What one step decided: records to change, then effects to release, then when to ask again.
///
/// The host reuses one value for many steps, commits the mutations of all in one transaction, and
/// only then releases the effects.
public struct Decision: Sendable {
  /// One record to write or delete, as ranges of `arena`.
  public struct Mutation: Hashable, Sendable {
    public var table: TableID
    public var key: Range<Int>
    /// The stored form (version, fields, checksum); nil deletes.
    public var body: Range<Int>?
  }

  public private(set) var mutations: [Mutation] = []
  public package(set) var effects: [Effect] = []
  /// The earliest moment at which any part of the kernel wants to be asked again; it replaces the
  /// last one, and a needless wake is harmless.
  public package(set) var wakeAt: Instant = .distantFuture
  /// The keys and bodies that `mutations` point into.
  public var arena: [UInt8] { encoder.bytes }
  /// The sum to add to the kernel's digest for the mutations made so far in this step.
  package private(set) var digestChange: Hash128 = .zero

  private var encoder = Encoder()
  /// Records that one step should not change more than.
  private let recordsPerStep: Int
  /// Mutations that were there when the step began.
  private var before = 0

  /// What a step writes once the work that it may leave is over: the control records.
  private static let reserve = 16

  public init() { self.init(recordsPerStep: Kernel.recordsPerStepMax) }

  /// With another bound on a step, for tests.
  package init(recordsPerStep: Int) { self.recordsPerStep = recordsPerStep }

  /// Empties the buffers and keeps their memory.
  public mutating func removeAll() {
    mutations.removeAll(keepingCapacity: true)
    effects.removeAll(keepingCapacity: true)
    encoder.removeAll()
    wakeAt = .distantFuture
    digestChange = .zero
    before = 0
  }

  /// Another step follows: what is bounded by step counts from here.
  mutating func beginStep() { before = mutations.count }

  /// How many more records this step may change; what does not fit is left to the next one.
  var room: Int { max(0, recordsPerStep - Decision.reserve - (mutations.count - before)) }

  /// Whether anything has been changed in this step.
  var isUntouched: Bool { mutations.count == before }

  package mutating func takeDigestChange() -> Hash128 {
    defer { digestChange = .zero }
    return digestChange
  }

  /// Appends a write and returns the record's hash; nothing is appended if it equals `old`.
  package mutating func put<R: Record>(_ record: R, at key: R.Key, replacing old: Hash128?)
    -> Hash128
  {
    let start = encoder.bytes.count
    let (hash, keyRange, bodyRange) = StoredForm.encode(record, at: key, into: &encoder)
    guard hash != old else {
      encoder.truncate(to: start)
      return hash
    }
    mutations.append(Mutation(table: R.table, key: keyRange, body: bodyRange))
    digestChange = digestChange &+ hash
    if let old { digestChange = digestChange &- old }
    return hash
  }

  /// Appends a deletion of a record whose hash is `old`.
  package mutating func remove<R: Record>(_ type: R.Type, at key: R.Key, replacing old: Hash128) {
    let start = encoder.bytes.count
    key.encode(into: &encoder)
    mutations.append(
      Mutation(table: R.table, key: start..<encoder.bytes.count, body: nil))
    digestChange = digestChange &- old
  }
}
