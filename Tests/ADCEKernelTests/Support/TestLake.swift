@testable import ADCEKernel

/// A lake in a dictionary: what scans and look-ups see.
struct TestLake {
  var objects: [String: ObjectFacts] = [:]

  mutating func put(_ key: String, bytes: Int64 = 500, at modified: Instant) {
    objects[key] = ObjectFacts(bytes: bytes, modifiedSeconds: modified.seconds)
  }

  /// A finished scan, filled with the kernel's own matcher.
  func scan(
    for space: KeySpace, source: ScanSource = .directory, began: Instant,
    identity: Hash128 = .zero
  ) -> Event.Scan {
    var map = CoverageMap(for: space)
    for key in objects.keys.sorted() {
      guard let facts = objects[key] else { continue }
      Array(key.utf8).withUnsafeBytes { map.observe(key: $0, facts: facts, in: space) }
    }
    return Event.Scan(
      map: map, space: space.fingerprint, source: source, began: began, identity: identity)
  }

  /// The answer to a look-up of these keys.
  func answer(_ keys: [(index: Int, key: [UInt8])]) -> Event.LookUp {
    .answered(
      keys.map { key in
        .init(index: key.index, facts: objects[String(decoding: key.key, as: UTF8.self)])
      })
  }
}
