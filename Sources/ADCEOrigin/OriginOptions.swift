/// How a loopback source behaves.
public struct OriginOptions: Sendable {
  /// 0 = any free port.
  public var port = 0
  /// Bodies are a function of this and of what is asked for.
  public var seed: UInt64 = 0
  /// Members that every body has besides its own, so that `required_fields` can be met.
  public var fields: [String] = []
  /// Every body says which request, counted from 1 in the order of the log, it answers: no two are
  /// the same.
  public var numbersRequests = false
  /// Before each answer.
  public var latencyMilliseconds: Int64 = 0
  /// What is not there: answered by 404.
  public var missing: Set<String> = []
  /// The first that applies decides; none: 200.
  public var rules: [OriginRule] = []
  /// One line a request is appended: milliseconds since 1970, method, target, status (0 = none
  /// was sent), parted by spaces. Written before the answer leaves.
  public var logFile: String?
  /// The server ends by itself after that long.
  public var lifetimeMilliseconds: Int64 = 3_600_000

  public init() {}
}

/// A fault that some of the requests meet.
public struct OriginRule: Sendable {
  public enum Fault: Sendable {
    /// An answer with this status, and `Retry-After` as given.
    case status(Int, retryAfter: String? = nil)
    /// The connection is reset before a byte of an answer.
    case reset
    /// No answer until the client gives up.
    case hang
    /// 200 with an HTML page in place of the body.
    case blockPage
    /// The whole length is announced, half of the body sent, the connection closed.
    case truncated
  }

  /// Targets (path and query as sent) that begin with it.
  public var prefix: String
  /// Of the requests that the prefix selects, every nth meets the fault; 1 = all. At least 1.
  public var every: Int
  public var fault: Fault

  public init(prefix: String = "/", every: Int = 1, fault: Fault) {
    self.prefix = prefix
    self.every = every
    self.fault = fault
  }
}
