/// What the host is asked to do once the step's mutations are durable.
public enum Effect: Hashable, Sendable {
  /// Read the catalogs; answer with `catalogsLoaded`.
  case loadCatalogs(Event.Ticket)
  /// Scan the lake with the kernel's key space; answer with `scanFinished` or `scanFailed`.
  case scan(Event.Ticket)
  /// Look the open keys of a task up in the lake; answer with `lookedUp`.
  case lookUp(TaskID)
  /// Start an attempt (`Kernel.work(for:)`); answer with `attemptEnded`.
  case start(AttemptID)
  /// Stop an attempt; it ends with `attemptEnded` all the same.
  case cancel(AttemptID)
  case cycleFinished(number: UInt64)
  case cycleFailed(number: UInt64, message: String)
  case runEnded(number: UInt64)
  case alert(Alert)
  /// The answer to a `Request`.
  case answered(id: UInt64, Answer)
  /// Nothing is running after a `drain`.
  case drained
  /// What this process was started for is done (`Run.Mode.once`, `.reconcile`).
  case finished

  public enum Answer: Hashable, Sendable {
    /// How many tasks, sources or keys it concerned.
    case accepted(Int)
    case refused(String)
  }
}

/// Something that an owner should know.
public struct Alert: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    case cycleFailed
    case catalogKept
    case catalogUnknown
    case vanished
    case noSeasonOpen
    case clockSetBack
    case invariant
    /// An object was stored that nothing expects any more.
    case stray
    /// Something of the machine is short: less is admitted.
    case pressureBegan
    case pressureEnded
  }
  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
