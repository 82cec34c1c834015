internal import ADCEKernel
internal import ADCESimulation

/// What goes wrong between a client and the world that is served.
public enum WireProfile: String, CaseIterable, Hashable, Sendable {
  /// Nothing; the sources have all that is due.
  case none
  /// At the sources: 6 % transient 5xx, 2 % 429 with Retry-After, 0.5 % hang, 0.5 % block pages or
  /// cut off; 1 % of the objects are 404 for ever.
  case reference
  /// These, connections reset at the sources, and S3 in trouble: 500, 503, connections reset before
  /// and after the effect, slow answers, pages and objects cut off.
  case chaos
}

/// What a request meets.
enum WireFault: String, CaseIterable, Hashable, Sendable {
  case serverError = "server_error"
  case throttled
  case slowDown = "slow_down"
  case hang
  case blockPage = "block_page"
  case truncated
  case resetBefore = "reset_before"
  /// What was asked for is done, and its answer lost.
  case resetAfter = "reset_after"
  case slow
}

extension WireProfile {
  /// Where a fault may happen.
  enum Place: Hashable, Sendable {
    case source
    /// An answer of S3 that has a body of its own: a page of a listing, an object.
    case reading
    /// Any other request of S3.
    case changing
  }

  var hasAbsentObjects: Bool { self != .none }

  /// Chances in millionths of the requests; what is left over meets nothing.
  func chances(at place: Place) -> [(fault: WireFault, millionths: Int)] {
    switch (self, place) {
    case (.none, _), (.reference, .reading), (.reference, .changing): []
    case (.reference, .source): Self.sourceChances
    case (.chaos, .source): Self.sourceChances + [(.resetBefore, 10_000), (.slow, 10_000)]
    case (.chaos, .reading):
      [
        (.serverError, 10_000), (.slowDown, 10_000), (.resetBefore, 10_000), (.slow, 10_000),
        (.truncated, 30_000),
      ]
    case (.chaos, .changing):
      [
        (.serverError, 10_000), (.slowDown, 10_000), (.resetBefore, 10_000),
        (.resetAfter, 30_000), (.slow, 10_000),
      ]
    }
  }

  private static let sourceChances: [(fault: WireFault, millionths: Int)] = [
    (.serverError, 60_000), (.throttled, 20_000), (.hang, 5000), (.blockPage, 2500),
    (.truncated, 2500),
  ]
}
