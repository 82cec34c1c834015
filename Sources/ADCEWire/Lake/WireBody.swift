internal import ADCEKernel

/// The content of an object of the world: JSON text of a given size, made from its key and the seed.
/// Any part of it can be had without the rest.
struct WireBody: Hashable, Sendable {
  let count: Int
  private let hash: UInt64
  private let head: [UInt8]
  private static let tail = Array("\"}\n".utf8)
  private static let blockBytes = 4096
  /// Each block begins with so many digits, which say which block of which object it is.
  private static let nameBytes = 16

  /// - Parameter count: bytes, more than the key and what names it take.
  init(key: [UInt8], seed: UInt64, count: Int) {
    self.count = count
    hash = Hash128(of: key, seed: seed).low
    head = Array(
      "{\"key\":\"\(String(decoding: key, as: UTF8.self))\",\"seed\":\(seed),\"filler\":\"".utf8)
    precondition(count >= head.count + Self.tail.count, "no room for a body of \(count) bytes")
  }

  /// Letters that blocks are cut from.
  private static let letters: [UInt8] = {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var state: UInt64 = 1
    return (0..<(1 << 16) + blockBytes).map { _ in
      // Knuth's MMIX generator; its high bits are the good ones.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return alphabet[Int(state >> 58)]
    }
  }()

  var bytes: [UInt8] { bytes(0..<count) }

  /// The bytes in `range`, which lies within the body.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    let fillerEnd = count - Self.tail.count
    var at = range.lowerBound
    while at < range.upperBound {
      if at < head.count {
        let end = min(range.upperBound, head.count)
        bytes += head[at..<end]
        at = end
      } else if at < fillerEnd {
        let place = at - head.count
        let inBlock = place % Self.blockBytes
        let end = min(range.upperBound, fillerEnd, at - inBlock + Self.blockBytes)
        append(block: place / Self.blockBytes, inBlock..<inBlock + (end - at), to: &bytes)
        at = end
      } else {
        bytes += Self.tail[(at - fillerEnd)..<(range.upperBound - fillerEnd)]
        at = range.upperBound
      }
    }
    return bytes
  }

  private func append(block: Int, _ range: Range<Int>, to bytes: inout [UInt8]) {
    var name = hash ^ (UInt64(block) &* 0x9e37_79b9_7f4a_7c15)
    name = (name ^ (name >> 29)) &* 0xbf58_476d_1ce4_e5b9
    name ^= name >> 32
    let digits: StaticString = "0123456789abcdef"
    for place in range.clamped(to: 0..<Self.nameBytes) {
      bytes.append(digits.utf8Start[Int(name >> UInt64(60 - 4 * place) & 15)])
    }
    let letters = range.clamped(to: Self.nameBytes..<Self.blockBytes)
    guard !letters.isEmpty else { return }
    let start = Int(name & 0xFFFF)
    bytes += Self.letters[start + letters.lowerBound..<start + letters.upperBound]
  }
}
