import ADCEKernel

/// Which transitions a run has seen: (state, event, effect), each a few bits.
public struct TransitionCoverage: Hashable, Sendable {
  public private(set) var seen: [UInt32: Int] = [:]

  mutating func note(_ event: Event, _ effects: ArraySlice<Effect>, _ kernel: borrowing Kernel) {
    let state =
      UInt32(kernel.cycle.phase.rawValue) << 8 | UInt32(kernel.run.phase.rawValue) << 4
      | (kernel.run.isPaused ? 1 : 0) | (kernel.run.isDraining ? 2 : 0)
    if effects.isEmpty {
      seen[state << 16 | event.number << 8, default: 0] += 1
    }
    for effect in effects { seen[state << 16 | event.number << 8 | effect.number, default: 0] += 1 }
  }

  public mutating func merge(_ other: TransitionCoverage) {
    seen.merge(other.seen, uniquingKeysWith: +)
  }

  public var count: Int { seen.count }
}

extension Event {
  /// Its kind, for people and for coverage.
  var name: String {
    switch self {
    case .started: "started"
    case .wallClockChanged: "wall clock changed"
    case .configurationChanged: "configuration changed"
    case .catalogsLoaded: "catalogs loaded"
    case .scanFinished: "scan finished"
    case .scanUnchanged: "scan unchanged"
    case .scanFailed: "scan failed"
    case .lookedUp: "looked up"
    case .attemptEnded: "attempt ended"
    case .woken: "woken"
    case .pressureChanged: "pressure changed"
    case .effectsHeld: "effects held"
    case .requested(let request): "requested \(request.action)"
    }
  }

  fileprivate var number: UInt32 {
    switch self {
    case .started: 1
    case .wallClockChanged: 2
    case .configurationChanged: 3
    case .catalogsLoaded: 4
    case .scanFinished: 5
    case .scanUnchanged: 6
    case .scanFailed: 7
    case .lookedUp: 8
    case .attemptEnded: 9
    case .woken: 10
    case .pressureChanged: 11
    case .effectsHeld: 12
    case .requested(let request):
      switch request.action {
      case .reconcile: 20
      case .pause: 21
      case .resume: 22
      case .retry: 23
      case .cancel: 24
      case .waive: 25
      case .clearQueue: 26
      case .acceptVanished: 27
      case .drain: 28
      }
    }
  }
}

extension Effect {
  fileprivate var number: UInt32 {
    switch self {
    case .loadCatalogs: 1
    case .scan: 2
    case .lookUp: 3
    case .start: 4
    case .cancel: 5
    case .cycleFinished: 6
    case .cycleFailed: 7
    case .runEnded: 8
    case .alert(let alert): 32 + UInt32(alert.kind.rawValue)
    case .answered(_, .accepted): 9
    case .answered(_, .refused): 10
    case .drained: 11
    case .finished: 12
    }
  }
}
