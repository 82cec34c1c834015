internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Store {
  /// The mutations by table and key, the last one of each record alone: sorted keys are written
  /// thirty times faster than random ones, and a record changed twice is written once.
  static func sorted(_ mutations: [Decision.Mutation], arena: [UInt8]) -> [Decision.Mutation] {
    arena.withUnsafeBytes { bytes in
      let order = mutations.indices.sorted { a, b in
        let difference = compare(mutations[a], mutations[b], bytes)
        return difference != 0 ? difference < 0 : a < b
      }
      var result: [Decision.Mutation] = []
      result.reserveCapacity(order.count)
      for index in order {
        let mutation = mutations[index]
        if let last = result.last, compare(last, mutation, bytes) == 0 { result.removeLast() }
        result.append(mutation)
      }
      return result
    }
  }

  /// Below, at or above zero, as LMDB orders keys: bytes, then length.
  private static func compare(
    _ a: Decision.Mutation, _ b: Decision.Mutation, _ arena: UnsafeRawBufferPointer
  ) -> Int {
    guard a.table == b.table else { return Int(a.table.rawValue) - Int(b.table.rawValue) }
    guard let base = arena.baseAddress else { return 0 }
    // Sound: the ranges are of the arena, and the shorter length bounds both.
    let difference = memcmp(
      base + a.key.lowerBound, base + b.key.lowerBound, min(a.key.count, b.key.count))
    return difference != 0 ? Int(difference) : a.key.count - b.key.count
  }
}
