/// The keys whose last waiver in the definition ends at one moment.
struct WaivedKeys: Sendable {
  /// They hold before this moment; the distant future = for ever.
  let end: Instant
  /// Ascending. No key is in two of these: so all of them take no more room than the keys.
  var ordinals: [UInt32] = []

  func contains(_ ordinal: Int) -> Bool {
    var (low, high) = (0, ordinals.count)
    while low < high {
      let middle = (low + high) / 2
      if ordinals[middle] < UInt32(ordinal) { low = middle + 1 } else { high = middle }
    }
    return low < ordinals.count && ordinals[low] == UInt32(ordinal)
  }
}

extension KeySpace {
  /// Finds the keys that are waived, once for the life of the space: for patterns every key is
  /// rendered.
  mutating func waive(_ waivers: [Desired.Waiver]) {
    var shapes: [(shape: Shape, end: Instant)] = []
    // By ordinal, of those that are waived by key.
    var named: [Int: Instant] = [:]
    for waiver in waivers {
      let end = waiver.until?.end ?? .distantFuture
      switch waiver.scope {
      case .key(let key):
        let ordinal = Array(key.utf8).withUnsafeBytes { self.ordinal(of: $0) }
        if let ordinal { named[ordinal] = max(end, named[ordinal] ?? end) }
      case .pattern(let text):
        shapes.append((Shape(PathPattern(text), type: 0, store: &store), end))
      }
    }
    var groups: [Instant: Int] = [:]
    guard !shapes.isEmpty else {
      for ordinal in named.keys.sorted() { waive(ordinal, until: named[ordinal], in: &groups) }
      return
    }
    var key: [UInt8] = []
    for segment in segments {
      for ordinal in segment.base..<(segment.base + segment.count) {
        key.removeAll(keepingCapacity: true)
        appendKey(of: ordinal, to: &key)
        var end = named[ordinal]
        for (shape, other) in shapes where end.map({ $0 < other }) ?? true {
          if key.withUnsafeBytes({ shape.matches($0, store) }) { end = other }
        }
        waive(ordinal, until: end, in: &groups)
      }
    }
  }

  /// `groups` says where in `waivers` those of an end are; ordinals come ascending.
  private mutating func waive(_ ordinal: Int, until end: Instant?, in groups: inout [Instant: Int])
  {
    guard let end else { return }
    let index = groups[end] ?? waivers.count
    if index == waivers.count {
      groups[end] = index
      waivers.append(WaivedKeys(end: end))
    }
    waivers[index].ordinals.append(UInt32(ordinal))
  }

  /// A plane of the ordinals whose waiver in the definition holds; empty if none does.
  public func waived(at now: Instant) -> [UInt64] {
    var plane: [UInt64] = []
    for waived in waivers where now < waived.end {
      if plane.isEmpty { plane = [UInt64](repeating: 0, count: bitCount / 64) }
      for ordinal in waived.ordinals { plane[Int(ordinal >> 6)] |= 1 << UInt64(ordinal & 63) }
    }
    return plane
  }

  /// Whether a waiver of the definition holds for one ordinal.
  func isWaived(_ ordinal: Int, at now: Instant) -> Bool {
    waivers.contains { now < $0.end && $0.contains(ordinal) }
  }

  /// The earliest moment after `now` at which a waiver of the definition ends.
  func nextWaiverEnd(after now: Instant) -> Instant {
    waivers.lazy.map(\.end).filter { $0 > now }.min() ?? .distantFuture
  }
}
