/// What waivers of the definition that end at the same moment cover.
struct WaivedKeys: Sendable {
  /// A plane of ordinals.
  var plane: [UInt64]
  /// It holds before this moment; nil = for ever.
  let end: Instant?

  func holds(at now: Instant) -> Bool { end.map { now < $0 } ?? true }
}

extension KeySpace {
  /// Finds the keys that are waived, once for the life of the space: for patterns every key is
  /// rendered.
  mutating func waive(_ waivers: [Desired.Waiver]) {
    var shapes: [(shape: Shape, index: Int)] = []
    for waiver in waivers {
      let index = waivedKeys(until: waiver.until?.end)
      switch waiver.scope {
      case .key(let key):
        guard let ordinal = Array(key.utf8).withUnsafeBytes({ self.ordinal(of: $0) }) else {
          continue
        }
        self.waivers[index].plane[ordinal >> 6] |= 1 << UInt64(ordinal & 63)
      case .pattern(let text):
        shapes.append((Shape(PathPattern(text), type: 0, store: &store), index))
      }
    }
    guard !shapes.isEmpty else { return }
    var key: [UInt8] = []
    for segment in segments {
      for ordinal in segment.base..<(segment.base + segment.count) {
        key.removeAll(keepingCapacity: true)
        appendKey(of: ordinal, to: &key)
        for (shape, index) in shapes
        where key.withUnsafeBytes({ shape.matches($0, store) }) {
          self.waivers[index].plane[ordinal >> 6] |= 1 << UInt64(ordinal & 63)
        }
      }
    }
  }

  private mutating func waivedKeys(until end: Instant?) -> Int {
    if let index = waivers.firstIndex(where: { $0.end == end }) { return index }
    waivers.append(
      WaivedKeys(plane: [UInt64](repeating: 0, count: bitCount / 64), end: end))
    return waivers.count - 1
  }

  /// A plane of the ordinals whose waiver in the definition holds; empty if none does.
  public func waived(at now: Instant) -> [UInt64] {
    var plane: [UInt64] = []
    for waiver in waivers where waiver.holds(at: now) {
      if plane.isEmpty {
        plane = waiver.plane
      } else {
        for (index, word) in waiver.plane.enumerated() { plane[index] |= word }
      }
    }
    return plane
  }

  /// Whether a waiver of the definition holds for one ordinal.
  func isWaived(_ ordinal: Int, at now: Instant) -> Bool {
    waivers.contains { waiver in
      waiver.holds(at: now) && waiver.plane[ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
    }
  }

  /// The earliest moment after `now` at which a waiver of the definition ends.
  func nextWaiverEnd(after now: Instant) -> Instant {
    waivers.compactMap(\.end).filter { $0 > now }.min() ?? .distantFuture
  }
}
