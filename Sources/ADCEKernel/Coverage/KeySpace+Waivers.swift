/// A waiver of the definition, ready to be matched.
struct WaivedKeys: Sendable {
  enum Scope: Sendable {
    case key([UInt8])
    case shape(Shape)
  }

  var scope: Scope
  /// It holds before this moment; nil = for ever.
  var end: Instant?

  init(_ waiver: Desired.Waiver, store: inout KeyStore) {
    switch waiver.scope {
    case .key(let key): scope = .key(Array(key.utf8))
    case .pattern(let text): scope = .shape(Shape(PathPattern(text), type: 0, store: &store))
    }
    end = waiver.until?.end
  }
}

extension KeySpace {
  /// A plane of the ordinals whose waiver in the definition holds; empty if there are no waivers.
  public func waived(at now: Instant) -> [UInt64] {
    guard !waivers.isEmpty else { return [] }
    var plane = [UInt64](repeating: 0, count: bitCount / 64)
    var shapes: [Shape] = []
    for waiver in waivers where waiver.end.map({ now < $0 }) ?? true {
      switch waiver.scope {
      case .key(let key):
        if let ordinal = key.withUnsafeBytes({ self.ordinal(of: $0) }) {
          plane[ordinal >> 6] |= 1 << UInt64(ordinal & 63)
        }
      case .shape(let shape): shapes.append(shape)
      }
    }
    guard !shapes.isEmpty else { return plane }
    var key: [UInt8] = []
    for segment in segments {
      for ordinal in segment.base..<(segment.base + segment.count) {
        key.removeAll(keepingCapacity: true)
        appendKey(of: ordinal, to: &key)
        let isWaived = key.withUnsafeBytes { bytes in
          shapes.contains { $0.matches(bytes, store) }
        }
        if isWaived { plane[ordinal >> 6] |= 1 << UInt64(ordinal & 63) }
      }
    }
    return plane
  }

  /// Whether a waiver of the definition holds for one ordinal.
  func isWaived(_ ordinal: Int, at now: Instant) -> Bool {
    guard !waivers.isEmpty else { return false }
    var key: [UInt8] = []
    appendKey(of: ordinal, to: &key)
    return waivers.contains { waiver in
      guard waiver.end.map({ now < $0 }) ?? true else { return false }
      switch waiver.scope {
      case .key(let waived): return waived == key
      case .shape(let shape): return key.withUnsafeBytes { shape.matches($0, store) }
      }
    }
  }

  /// The earliest moment after `now` at which a waiver of the definition ends.
  func nextWaiverEnd(after now: Instant) -> Instant {
    waivers.compactMap(\.end).filter { $0 > now }.min() ?? .distantFuture
  }
}
