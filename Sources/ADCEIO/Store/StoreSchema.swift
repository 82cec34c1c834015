internal import ADCEKernel

/// The form of the records, as the list of named changes that led to it. Names are never reused,
/// reordered or removed once released; a store remembers which ones it has been through.
///
/// New fields and new tables need none: decoders fill what an old record lacks, and tables are
/// made at opening.
struct StoreSchema: Sendable {
  struct Migration: Sendable {
    var name: String
    /// Reads the records as they lie in the store and puts what is to change into the decision.
    var apply: @Sendable (borrowing Snapshot, inout Decision) throws(StoreFailure) -> Void
  }

  var migrations: [Migration]

  static let current = StoreSchema(migrations: [])

  var names: [String] { migrations.map(\.name) }
}

extension Store {
  /// Refuses a newer schema; applies what an older one lacks, a commit each, in their order. A
  /// crash in between leaves a store that has been through some of them, and goes on from there.
  mutating func bring(upTo schema: StoreSchema) throws(StoreFailure) {
    let applied = lastMeta.migrations
    let known = schema.names
    let unknown = applied.filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw .newerSchema(path: dataFile, unknown: unknown.joined(separator: ", "))
    }
    let lacking = schema.migrations.filter { !applied.contains($0.name) }
    guard mode == .readWrite else {
      guard lacking.isEmpty else {
        let names = lacking.map(\.name).joined(separator: ", ")
        throw .olderSchema(path: dataFile, missing: names)
      }
      return
    }
    for migration in lacking { try apply(migration) }
  }

  private mutating func apply(_ migration: StoreSchema.Migration) throws(StoreFailure) {
    var decision = Decision()
    let snapshot = try Snapshot.begin(environment, databases: databases, path: dataFile)
    try migration.apply(snapshot, &decision)
    // The map may grow in the commit, and must not with a reader alive.
    _ = consume snapshot
    var meta = lastMeta
    meta.sequence += 1
    meta.digest = meta.digest &+ decision.takeDigestChange()
    meta.migrations.append(migration.name)
    try write(decision.mutations, arena: decision.arena, meta)
  }
}
