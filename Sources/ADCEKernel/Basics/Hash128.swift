/// A 128-bit stable hash: MurmurHash3_x64_128 (Austin Appleby, public domain), seed 0 unless said.
///
/// Stable across runs, builds and machines, so it may reach the disk. It guards against accident,
/// not against an adversary.
public struct Hash128: Hashable, Comparable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public static let zero = Hash128(high: 0, low: 0)

  /// The hash of some bytes.
  public init(of bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
    let c1: UInt64 = 0x87c3_7b91_1142_53d5
    let c2: UInt64 = 0x4cf5_ad43_2745_937f
    var h1 = seed
    var h2 = seed
    let count = bytes.count
    let blocks = count / 16
    for i in 0..<blocks {
      var k1 = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: i &* 16, as: UInt64.self))
      var k2 = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: i &* 16 &+ 8, as: UInt64.self))
      k1 = rotate(k1 &* c1, by: 31) &* c2
      h1 = (rotate(h1 ^ k1, by: 27) &+ h2) &* 5 &+ 0x52dc_e729
      k2 = rotate(k2 &* c2, by: 33) &* c1
      h2 = (rotate(h2 ^ k2, by: 31) &+ h1) &* 5 &+ 0x3849_5ab5
    }
    var k1: UInt64 = 0
    var k2: UInt64 = 0
    let tail = blocks &* 16
    for i in tail..<count {
      let byte = UInt64(bytes[i])
      if i &- tail < 8 {
        k1 |= byte << UInt64((i &- tail) &* 8)
      } else {
        k2 |= byte << UInt64((i &- tail &- 8) &* 8)
      }
    }
    h2 ^= rotate(k2 &* c2, by: 33) &* c1
    h1 ^= rotate(k1 &* c1, by: 31) &* c2
    h1 ^= UInt64(count)
    h2 ^= UInt64(count)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    h1 = finalised(h1)
    h2 = finalised(h2)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    high = h1
    low = h2
  }

  public init(of bytes: [UInt8], seed: UInt64 = 0) {
    self = bytes.withUnsafeBytes { Hash128(of: $0, seed: seed) }
  }

  public init(of text: String, seed: UInt64 = 0) {
    var text = text
    self = text.withUTF8 { Hash128(of: UnsafeRawBufferPointer($0), seed: seed) }
  }

  /// Sums are commutative, so that a digest of records does not depend on their order.
  public static func &+ (a: Hash128, b: Hash128) -> Hash128 {
    let (low, carry) = a.low.addingReportingOverflow(b.low)
    return Hash128(high: a.high &+ b.high &+ (carry ? 1 : 0), low: low)
  }

  public static func &- (a: Hash128, b: Hash128) -> Hash128 {
    let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
    return Hash128(high: a.high &- b.high &- (borrow ? 1 : 0), low: low)
  }

  public static func < (a: Hash128, b: Hash128) -> Bool { (a.high, a.low) < (b.high, b.low) }

  /// 32 lower-case hexadecimal digits, the high half first.
  public var hex: String {
    func digits(_ value: UInt64) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return digits(high) + digits(low)
  }
}

@inline(__always)
private func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
  (value << count) | (value >> (64 &- count))
}

@inline(__always)
private func finalised(_ value: UInt64) -> UInt64 {
  var k = value
  k ^= k >> 33
  k = k &* 0xff51_afd7_ed55_8ccd
  k ^= k >> 33
  k = k &* 0xc4ce_b9fe_1a85_ec53
  k ^= k >> 33
  return k
}
