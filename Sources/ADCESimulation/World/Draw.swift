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
    case schedule = 5
    case operators = 6
    case policy = 7
  }

  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// 64 uniform bits about `subject` and `turn`.
  public func bits(_ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0) -> UInt64 {
    // SplitMix64's finaliser (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
    // Generators", 2014) over the parts, one after the other.
    Draw.mixed(Draw.mixed(Draw.mixed(seed, stream.rawValue), subject), turn)
  }

  private static func mixed(_ state: UInt64, _ part: UInt64) -> UInt64 {
    var state = state &+ 0x9e37_79b9_7f4a_7c15 &+ part &* 0xd134_2543_de82_ef95
    state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
    return state ^ (state >> 31)
  }

  /// Uniform in 0 ..< 1,000,000.
  public func millionth(_ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0) -> Int {
    Int(bits(stream, subject, turn) % 1_000_000)
  }

  /// Uniform in `range`.
  func within(
    _ range: ClosedRange<Int64>, _ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0
  ) -> Int64 {
    range.lowerBound
      + Int64(bits(stream, subject, turn) % UInt64(range.upperBound - range.lowerBound + 1))
  }

  /// In `range`, each power of two as likely as the next: short times are as common as long ones.
  func logarithmic(
    _ range: ClosedRange<Int64>, _ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0
  ) -> Int64 {
    let bits = bits(stream, subject, turn)
    var top = range.upperBound
    // As many halvings as there are between the bounds, one of them chosen.
    var halvings: UInt64 = 0
    while top / 2 >= max(1, range.lowerBound) {
      top /= 2
      halvings += 1
    }
    top = range.upperBound >> Int64(bits % (halvings + 1))
    let low = max(range.lowerBound, top / 2)
    return low + Int64((bits >> 8) % UInt64(max(1, top - low + 1)))
  }

  /// One of several.
  func one<T>(of choices: [T], _ stream: Stream, _ subject: UInt64, _ turn: UInt64 = 0) -> T {
    choices[Int(bits(stream, subject, turn) % UInt64(choices.count))]
  }
}
