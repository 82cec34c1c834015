/// What the world tells the kernel. Never bodies, keys or secrets of an attempt: sizes, hashes,
/// times, failure classes, and which items by index in their task.
public enum Event: Sendable {
  /// The first event after recovery.
  case started(Start)
  /// The wall clock was set: what to add to an `Instant` to get it, in milliseconds.
  case wallClockChanged(offsetMilliseconds: Int64)
  case configurationChanged(Configuration)
  /// In the order of `Desired.catalogs`.
  case catalogsLoaded(Ticket, [CatalogLoad])
  case scanFinished(Ticket, Scan)
  /// What there is to read is what was read last, and was not read again: a report with the
  /// identity that `Kernel.knownReport` gave.
  case scanUnchanged(Ticket, ScanSource, identity: Hash128)
  case scanFailed(Ticket, ScanFailure)
  /// An answer to `Effect.lookUp`.
  case lookedUp(TaskID, LookUp)
  case attemptEnded(AttemptEnd)
  /// `wakeAt` has come, or nothing in particular: always harmless.
  case woken
  /// What was decided from `decided` on left only so many milliseconds later, when its commit had
  /// come about: the disk was full, or slow. The next event of all.
  case effectsHeld(decided: Instant, milliseconds: Int64)
  /// What the machine is short of has changed.
  case pressureChanged(Pressure)
  case requested(Request)

  /// Ties an answer to its question: an answer to an older one is late, and ignored.
  public struct Ticket: Hashable, Sendable {
    public var number: UInt64
    public init(_ number: UInt64) { self.number = number }
  }

  public struct Start: Sendable {
    public enum After: UInt8, Hashable, Sendable {
      /// The last process ended in order, or there was none.
      case clean
      /// It did not: attempts found running have an unknown outcome.
      case crash
      /// Another process reads a copy of the state: attempts go on.
      case observer
    }
    public var after: After
    public var mode: Run.Mode
    /// `once`: how long nothing may be able to start before it is over.
    public var waitMilliseconds: Int64 = 60_000
    public var bootID: Hash128
    public var wallAtBootMilliseconds: Int64
    public var wallOffsetMilliseconds: Int64
    /// Measured before anything is started.
    public var pressure = Pressure.none

    public init(
      after: After, mode: Run.Mode, bootID: Hash128 = .zero, wallAtBootMilliseconds: Int64 = 0,
      wallOffsetMilliseconds: Int64 = 0
    ) {
      self.after = after
      self.mode = mode
      self.bootID = bootID
      self.wallAtBootMilliseconds = wallAtBootMilliseconds
      self.wallOffsetMilliseconds = wallOffsetMilliseconds
    }
  }

  public enum CatalogLoad: Sendable {
    case content(CatalogTable)
    /// The file is the one that was read last.
    case unchanged
    case failed(String)
  }

  /// What a finished scan found.
  public struct Scan: Sendable {
    public var map: CoverageMap
    /// Of the key space that the map was filled with.
    public var space: Hash128
    public var source: ScanSource
    /// When it began, by the clock of whoever made it.
    public var began: Instant
    /// Identifies what was read; zero where it cannot be the same twice.
    public var identity: Hash128

    public init(
      map: CoverageMap, space: Hash128, source: ScanSource, began: Instant,
      identity: Hash128 = .zero
    ) {
      self.map = map
      self.space = space
      self.source = source
      self.began = began
      self.identity = identity
    }
  }

  public struct ScanFailure: Hashable, Sendable {
    public var message: String
    public init(message: String) { self.message = message }
  }

  public enum LookUp: Hashable, Sendable {
    public struct Item: Hashable, Sendable {
      /// Index into the task's keys.
      public var index: Int
      /// nil = not there.
      public var facts: ObjectFacts?

      public init(index: Int, facts: ObjectFacts?) {
        self.index = index
        self.facts = facts
      }
    }
    case answered([Item])
    case failed(String)
  }
}

/// What an operator asks for. `id` is the host's, to tell the answers apart.
public struct Request: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case reconcile
    /// nil = everything.
    case pause(source: String?)
    case resume(source: String?)
    case retry([TaskID])
    case cancel([TaskID])
    case waive(keys: [[UInt8]], reason: String, until: CivilDay?)
    /// Cancels every task that is not running; its gaps may become tasks again at once.
    case clearQueue
    /// What vanished in a doubted snapshot is really gone.
    case acceptVanished
    /// Admit nothing more; `Effect.drained` follows when nothing is running.
    case drain
  }
  public var id: UInt64
  public var action: Action

  public init(id: UInt64, action: Action) {
    self.id = id
    self.action = action
  }
}
