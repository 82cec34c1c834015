/// What times are compared with: a fixed piece of work that no change to the project makes faster or
/// slower, for it shares no code with it.
///
/// A pass takes some fifty milliseconds of an optimised build, in four parts of which the measured
/// things are made, too:
///
/// - *integers*: four million rounds of SplitMix64's finaliser, each of which waits for the last;
/// - *hashing*: FNV-1a over 4 MiB, byte by byte;
/// - *memory*: two hundred thousand reads that lead through 16 MiB in one random cycle, so that each waits
///   for the memory;
/// - *allocation*: a hundred thousand arrays of 64 bytes, of which the last thousand live.
///
/// Each measured thing has passes of its own between its rounds, and of both the least is taken: a
/// slower machine, or a busier one, is slower at both.
struct Calibration {
  private let cycle: [UInt32]
  private let text: [UInt8]
  private var live: [[UInt64]]
  /// What a pass does is divided by it.
  private let divisor: Int

  /// - Parameter divisor: 1 but where nobody looks at the times; at most 1,000.
  init(divisor: Int = 1) {
    self.divisor = divisor
    // One cycle through all of them (S. Sattolo, 1986).
    var cycle = (0..<UInt32((1 << 22) / divisor)).map { $0 }
    var state: UInt64 = 1
    for index in stride(from: cycle.count - 1, to: 0, by: -1) {
      state = Calibration.mixed(state)
      cycle.swapAt(index, Int(state % UInt64(index)))
    }
    self.cycle = cycle
    text = (0..<(1 << 22) / divisor).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    live = [[UInt64]](repeating: [], count: 1000)
  }

  /// One pass; the sum of what it has worked out is the same each time.
  mutating func pass() -> UInt64 {
    var sum: UInt64 = 1
    for _ in 0..<4_000_000 / divisor { sum = Calibration.mixed(sum) }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    var place = 0
    for _ in 0..<200_000 / divisor { place = Int(cycle[place]) }
    var allocated: UInt64 = 0
    for index in 0..<100_000 / divisor {
      live[index % 1000] = [UInt64](repeating: UInt64(index), count: 8)
      allocated &+= live[(index &* 7) % 1000].first ?? 0
    }
    // As it began, so that the next pass comes to the same.
    live = [[UInt64]](repeating: [], count: 1000)
    return sum ^ hash ^ UInt64(place) ^ allocated
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var state = value &+ 0x9e37_79b9_7f4a_7c15
    state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
    return state ^ (state >> 31)
  }
}
