/// A fast 64-bit hash of a key's bytes, the same on every machine: 16 bytes a step, each folded
/// from a full 128-bit product (the construction of wyhash, Wang Yi, public domain).
@inline(__always)
func keyHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let p0: UInt64 = 0xa076_1d64_78bd_642f
  let p1: UInt64 = 0xe703_7ed1_a0b4_28db
  var hash: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: bytes.count)
  var at = 0
  let count = bytes.count
  while count &- at >= 16 {
    hash = fold(word(bytes, at) ^ p0, word(bytes, at &+ 8) ^ hash)
    at &+= 16
  }
  var a: UInt64 = 0
  var b: UInt64 = 0
  if count &- at >= 8 {
    a = word(bytes, at)
    b = tail(bytes, from: at &+ 8)
  } else {
    a = tail(bytes, from: at)
  }
  return fold(fold(a ^ p1, b ^ hash), p0 ^ UInt64(truncatingIfNeeded: count))
}

@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
  UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
}

/// Up to seven bytes.
@inline(__always)
private func tail(_ bytes: UnsafeRawBufferPointer, from start: Int) -> UInt64 {
  var value: UInt64 = 0
  var shift: UInt64 = 0
  var at = start
  while at < bytes.count {
    value |= UInt64(bytes[at]) &<< shift
    shift &+= 8
    at &+= 1
  }
  return value
}

@inline(__always)
private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}

/// A 128-bit stable hash of a sequence of words, fed one by one.
struct WordHash {
  private var high: UInt64 = 0x243f_6a88_85a3_08d3
  private var low: UInt64 = 0x1319_8a2e_0370_7344
  private var count: UInt64 = 0

  mutating func add(_ value: UInt64) {
    count &+= 1
    high = fold(high ^ value, 0xa076_1d64_78bd_642f ^ count)
    low = (low &+ high) ^ fold(low ^ 0xe703_7ed1_a0b4_28db, value ^ 0x8ebc_6af0_9c88_c6e3)
  }

  mutating func add(_ value: Int64) { add(UInt64(bitPattern: value)) }
  mutating func add(_ value: Int) { add(UInt64(bitPattern: Int64(value))) }
  mutating func add(_ value: Bool) { add(value ? 1 : 0 as UInt64) }
  mutating func add(_ value: Hash128) {
    add(value.high)
    add(value.low)
  }
  mutating func add(_ text: String) { add(Hash128(of: text)) }

  var value: Hash128 {
    var end = self
    end.add(count)
    end.add(0xffff as UInt64)
    return Hash128(high: end.high, low: end.low)
  }
}
