/// Named streams of chance, all from one seed.
///
/// A draw is a function of the seed, the stream and what it is about, not of how many draws came
/// before it: a new draw anywhere shifts no other.
public struct Draw: Hashable, Sendable {
  public enum Stream: UInt64, Sendable {
    case world = 1
    case faults = 2
    case latency = 3
    case crashes = 4
  }

  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// 64 uniform bits about `subject` and `turn`.
  public func bits(_ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0) -> UInt64 {
    // SplitMix64's finaliser (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
    // Generators", 2014) over the parts, one after the other.
    var state = seed
    for part in [stream.rawValue, subject, turn] {
      state = state &+ 0x9e37_79b9_7f4a_7c15 &+ part &* 0xd134_2543_de82_ef95
      state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
      state ^= state >> 31
    }
    return state
  }

  /// Uniform in 0 ..< 1,000,000.
  public func millionth(_ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0) -> Int {
    Int(bits(stream, subject, turn) % 1_000_000)
  }
}
