/// What an oracle watches. Two failures of one promise are the same failure.
public enum Promise: String, Hashable, Sendable, CaseIterable {
  case gapsAreTrue
  case looksGoForward
  case oneTaskAKey
  case durableBeforeVisible
  case startedOnce
  case sourceLimits
  case concurrency
  case restOfSources
  case nothingNeedless
  case boundedRequests
  case lookBeforeRepeat
  case waiversHold
  case pausesHold
  case boundedSteps
  case boundedState
  case recovery
  case kernelInvariants
  case cyclesSucceed
  case thisWorldOnly
  // Liveness.
  case completion
  case rhythm
  case noSpinning
  // Of a replay.
  case sameAsRecorded

  /// As people read it.
  public var text: String {
    switch self {
    case .gapsAreTrue: "what is told as a gap is one, and nothing else is"
    case .looksGoForward: "no look at the lake is replaced by an older one"
    case .oneTaskAKey: "a key is in one live task at most, and no task is lost"
    case .durableBeforeVisible: "no effect without a durable intent"
    case .startedOnce: "an attempt is started once"
    case .sourceLimits: "no source gets more than it allows, within any window"
    case .concurrency: "no more attempts at a time than allowed"
    case .restOfSources: "a minimum delay, a pace and a Retry-After are kept"
    case .nothingNeedless: "nothing is asked for that a look at the lake had shown"
    case .boundedRequests: "an object is asked for a bounded number of times a day"
    case .lookBeforeRepeat: "what was cut off is looked up before it is asked for again"
    case .waiversHold: "what is waived is not asked for"
    case .pausesHold: "what is paused is not asked for"
    case .boundedSteps: "a step changes a bounded number of records"
    case .boundedState: "every collection is bounded"
    case .recovery: "the state recovered is the one committed"
    case .kernelInvariants: "the kernel's own invariants, its digest among them"
    case .cyclesSucceed: "where nothing fails, no cycle does"
    case .thisWorldOnly: "nothing is asked for that is not of this world"
    case .completion: "in the end all is there that can be had"
    case .rhythm: "cycles follow each other"
    case .noSpinning: "it never spins"
    case .sameAsRecorded: "a replay is as it was recorded"
    }
  }
}
