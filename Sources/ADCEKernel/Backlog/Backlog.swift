/// Work that touches more records than one step may change: what earlier steps left of it. The
/// next ones go on, at once, in the order of these fields; until it is done no task is made and no
/// attempt is started.
public struct Backlog: Hashable, Sendable {
  /// After another boot: windows of limits from this one on are still to be taken at their worst.
  public var folds: QuantumRecord.Scope?
  /// Attempts below this id belong to a process that is no more; 0 = none are left.
  public var abandonsBelow: UInt64 = 0
  /// Live tasks from this id on are still to be looked over (`Kernel.review`); nil = none.
  public var reviewsFrom: UInt64?
  /// Records of keys and of counts are to be looked over: some are of no use any more.
  public var sweepsKeys = false
  /// Times that lie too far in the future are to be taken back: the clock was set.
  public var capsTimes = false
  /// Records of segments that are no more are to be deleted.
  public var dropsSegments = false
  /// Admission ended because the step was full.
  public var admits = false

  /// Not work but where it stands: a scan too large for one step was taken in part, and another
  /// brings the rest.
  public var isTakingScan = false

  public init() {}

  /// Nothing is left of it.
  public var isEmpty: Bool {
    folds == nil && abandonsBelow == 0 && reviewsFrom == nil && !sweepsKeys && !capsTimes
      && !dropsSegments
  }

  func encode(into encoder: inout Encoder) {
    encoder.put(optional: folds) { encoder, scope in
      encoder.put(scope.source.number)
      encoder.put(scope.window.rawValue)
    }
    encoder.put(abandonsBelow)
    encoder.put(optional: reviewsFrom) { $0.put($1) }
    encoder.put(sweepsKeys)
    encoder.put(capsTimes)
    encoder.put(dropsSegments)
    encoder.put(admits)
    encoder.put(isTakingScan)
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    folds = try decoder.optional { d throws(DecodingFailure) in
      QuantumRecord.Scope(
        source: NameID(try d.integer()), window: try d.enumeration(QuantumRecord.Window.self))
    }
    abandonsBelow = try decoder.integer()
    reviewsFrom = try decoder.optional { d throws(DecodingFailure) in try d.integer(UInt64.self) }
    sweepsKeys = try decoder.bool()
    capsTimes = try decoder.bool()
    dropsSegments = try decoder.bool()
    admits = try decoder.bool()
    isTakingScan = try decoder.bool()
  }
}

/// What owners have been told, so that they are not told again each cycle.
public struct Notices: Hashable, Sendable {
  /// Sources of which every listed season has ended, in order.
  public var noSeasonOpen: [NameID] = []
  /// A scan that began before the last one was not used.
  public var scanOlder = false

  public init() {}

  func encode(into encoder: inout Encoder) {
    encoder.put(seconds: noSeasonOpen.map(\.number))
    encoder.put(scanOlder)
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    noSeasonOpen = try decoder.seconds().map { NameID($0) }
    scanOlder = try decoder.bool()
  }
}
