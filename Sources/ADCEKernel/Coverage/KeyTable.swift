/// An open-addressing table from a key's hash to an index below 2²⁶ − 1. It stores six bits of the
/// hash beside the index; who asks verifies the bytes.
struct KeyTable: Sendable {
  private var slots: [UInt32]
  private var mask: Int
  private(set) var count = 0

  static let indexMax = (1 << 26) - 2

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    mask = size - 1
  }

  var isFull: Bool { count * 2 >= slots.count }

  /// Adds an index that is not there; the table must not be full.
  mutating func insert(_ hash: UInt64, _ index: Int) {
    var at = Int(truncatingIfNeeded: hash) & mask
    while slots[at] != 0 { at = (at &+ 1) & mask }
    slots[at] = UInt32(truncatingIfNeeded: hash >> 58) << 26 | UInt32(index + 1)
    count += 1
  }

  /// How much of it is empty beyond what it needs.
  var isSparse: Bool { slots.count > 64 && count * 8 < slots.count }

  /// Replaces each index by what stands at it in `indexes`.
  mutating func renumber(_ indexes: [UInt32]) {
    for at in slots.indices where slots[at] != 0 {
      let index = Int(slots[at] & 0x3FF_FFFF) - 1
      slots[at] = slots[at] & ~0x3FF_FFFF | (indexes[index] + 1)
    }
  }

  /// The first index under `hash` that `isKey` confirms.
  @inline(__always)
  func find(_ hash: UInt64, _ isKey: (Int) -> Bool) -> Int? {
    slots.withUnsafeBufferPointer { slots in
      let tag = UInt32(truncatingIfNeeded: hash >> 58)
      var at = Int(truncatingIfNeeded: hash) & mask
      while true {
        let slot = slots[at]
        if slot == 0 { return nil }
        if slot >> 26 == tag {
          let index = Int(slot & 0x3FF_FFFF) &- 1
          if isKey(index) { return index }
        }
        at = (at &+ 1) & mask
      }
    }
  }
}
