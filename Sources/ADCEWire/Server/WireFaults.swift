internal import ADCEIO
internal import ADCEKernel
internal import ADCESimulation

/// Decides what each request meets: a function of the seed, of what is asked for, and of how often
/// it has been asked for before.
final class WireFaults: Sendable {
  let profile: WireProfile
  private let draw: Draw
  private let counts = Locked<[UInt64: UInt64]>([:])

  /// More targets than this share one count: what they meet is still drawn, and not foreseeable.
  private static let targetsMax = 400_000

  init(profile: WireProfile, draw: Draw) {
    self.profile = profile
    self.draw = draw
  }

  /// What this request meets, and bits to choose its details by.
  ///
  /// - Parameter target: the method and what it asks for.
  func next(_ target: String, at place: WireProfile.Place) -> (fault: WireFault?, bits: UInt64) {
    let chances = profile.chances(at: place)
    guard !chances.isEmpty else { return (nil, 0) }
    let subject = Hash128(of: target).low
    let turn = counts.withLock { counts in
      let key = counts[subject] != nil || counts.count < Self.targetsMax ? subject : 0
      counts[key, default: 0] += 1
      return counts[key, default: 0]
    }
    let bits = draw.bits(.faults, subject, turn)
    var rest = Int(bits % 1_000_000)
    for (fault, millionths) in chances {
      if rest < millionths { return (fault, bits >> 32) }
      rest -= millionths
    }
    return (nil, bits >> 32)
  }
}
