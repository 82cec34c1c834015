import ADCEKernel

/// What can go wrong in a simulated world, each a class that a scenario has or has not.
public enum FaultClass: UInt8, Hashable, Sendable, CaseIterable, Codable {
  // What a source does.
  case slowAnswer = 1
  case hang
  case serverError
  case throttled
  case resetBefore
  case refused
  case blockPage
  case truncatedBody
  case sourceDown
  // What a scraper does.
  case scraperCrash
  case scraperLie
  // What the lake does.
  case storeRefused
  case answerLost
  case scanFails
  case scanSlow
  case lookUpFails
  case lookUpPartial
  case objectDeleted
  case objectTruncated
  case objectAppears
  case lakeVanishes
  case reportLate
  case reportBroken
  case reportOld
  // What the catalogs do.
  case catalogShrinks
  case catalogBroken
  // What happens to the process and its machine.
  case crashBeforeCommit
  case crashInCommit
  case crashAfterCommit
  case crashInRecovery
  case paused
  case reboot
  case clockForward
  case clockBack
  case pressure
  // What happens to the store.
  case commitRefused
  case commitUnknown
  case lastCommitLost
  case backupRestored
  // What operators do.
  case operatorPause
  case operatorRetry
  case operatorCancel
  case operatorWaive
  case operatorClear
  case operatorReconcile
  case operatorAccept
  case operatorRestart
  case operatorReload

  /// How a fault of this class acts over its time.
  enum Shape {
    /// While it lasts each occasion is struck with a probability.
    case chance
    /// It holds from its beginning to its end.
    case state
    /// It happens at its beginning.
    case moment
  }

  var shape: Shape {
    switch self {
    case .slowAnswer, .hang, .serverError, .throttled, .resetBefore, .refused, .blockPage,
      .truncatedBody, .scraperCrash, .scraperLie, .storeRefused, .answerLost, .scanFails, .scanSlow,
      .lookUpFails, .lookUpPartial, .reportLate, .reportBroken, .reportOld, .crashBeforeCommit,
      .crashInCommit, .crashAfterCommit, .crashInRecovery, .commitRefused, .commitUnknown,
      .lastCommitLost:
      .chance
    case .sourceDown, .lakeVanishes, .catalogShrinks, .catalogBroken, .paused, .reboot,
      .clockForward, .clockBack, .pressure, .backupRestored, .operatorPause, .operatorReload:
      .state
    case .objectDeleted, .objectTruncated, .objectAppears, .operatorRetry, .operatorCancel,
      .operatorWaive, .operatorClear, .operatorReconcile, .operatorAccept, .operatorRestart:
      .moment
    }
  }

  /// Of a chance: how likely it may be, in millionths of the occasions. What has few occasions is
  /// likely at each, or it would never happen.
  var chances: ClosedRange<Int64> {
    switch self {
    case .crashBeforeCommit, .crashInCommit, .crashAfterCommit, .commitUnknown: 2000...20_000
    case .commitRefused: 2000...500_000
    case .crashInRecovery, .lastCommitLost: 200_000...500_000
    case .reportLate, .reportOld, .reportBroken: 300_000...900_000
    // What strikes a few requests of some worlds alone.
    case .scraperCrash, .scraperLie, .slowAnswer, .answerLost, .storeRefused, .lookUpFails,
      .lookUpPartial:
      20_000...700_000
    default: 2000...700_000
    }
  }

  /// How long it lasts, in milliseconds.
  var lengths: ClosedRange<Int64> {
    switch self {
    case .paused: Span.minute...3 * Span.hour
    case .reboot: Span.minute...6 * Span.hour
    case .clockForward, .clockBack, .catalogShrinks, .catalogBroken, .backupRestored:
      Span.minute...2 * Span.day
    case .crashInRecovery, .lastCommitLost, .reportLate, .reportOld, .reportBroken:
      2 * Span.day...5 * Span.day
    case .scraperCrash, .scraperLie, .slowAnswer, .answerLost, .storeRefused, .lookUpFails,
      .lookUpPartial:
      6 * Span.hour...5 * Span.day
    default: Span.minute...Span.day
    }
  }

  public var name: String { "\(self)" }
}

/// By its name: a number would mean another class when one is put between two.
extension FaultClass {
  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let kind = FaultClass.allCases.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "there is no class of faults \"\(name)\"")
    }
    self = kind
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
