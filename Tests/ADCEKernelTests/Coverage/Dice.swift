/// A deterministic source of chance (SplitMix64, Sebastiano Vigna, public domain).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func roll(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self) }
  /// True once in `n`.
  mutating func once(in n: Int) -> Bool { roll(0..<n) == 0 }
  mutating func pick<T>(_ items: [T]) -> T { items[roll(0..<items.count)] }
}
