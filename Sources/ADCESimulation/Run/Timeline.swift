import ADCEKernel
import Collections

/// What is going to happen in a simulated world, by the time at which it does.
struct Timeline {
  enum Happening {
    /// Something reaches the process with this number.
    case event(Event, process: UInt64)
    case scanEnds(Event.Ticket, ScanUnderWay, process: UInt64)
    case lookUpEnds(LookUpUnderWay, process: UInt64)
    case attemptEnds(AttemptID, process: UInt64)
    /// A request reaches its source, if it had been sent when its sender died.
    case request(RequestUnderWay)
    /// A command has put an object into the lake.
    case written(AttemptID, offset: Int, process: UInt64)
    /// A write reaches the lake whose writer has died.
    case landing(object: Int)
    case faultBegins(Int)
    case faultEnds(Int)
    case reportIsMade
    case reportIsThere(LakeState.Report)
    /// The process is started again.
    case restart(process: UInt64)
    /// A process that was stopped, or waited for its disk, goes on.
    case goesOn(process: UInt64)
    case calmBegins

    /// Whether it is the process's own doing, other than that it hears of something.
    var isOfProcess: Bool {
      switch self {
      case .scanEnds, .lookUpEnds, .attemptEnds: true
      default: false
      }
    }
  }

  private struct Entry: Comparable {
    var at: Instant
    var number: UInt64
    static func < (a: Entry, b: Entry) -> Bool { (a.at, a.number) < (b.at, b.number) }
  }

  private var heap = Heap<Entry>()
  private var happenings: [UInt64: Happening] = [:]
  private var next: UInt64 = 0

  var nextAt: Instant { heap.min?.at ?? .distantFuture }

  mutating func post(_ happening: Happening, at time: Instant) {
    next += 1
    happenings[next] = happening
    heap.insert(Entry(at: time, number: next))
  }

  mutating func take() -> (at: Instant, what: Happening)? {
    guard let entry = heap.popMin(), let what = happenings.removeValue(forKey: entry.number) else {
      return nil
    }
    return (entry.at, what)
  }

  /// The next one, if it is an event for this process and not later than `time`.
  mutating func takeEvent(of process: UInt64, until time: Instant) -> (at: Instant, event: Event)? {
    guard let entry = heap.min, entry.at <= time,
      case .event(let event, process)? = happenings[entry.number]
    else { return nil }
    heap.removeMin()
    happenings[entry.number] = nil
    return (entry.at, event)
  }
}

/// A request on its way to a source.
struct RequestUnderWay {
  var source: Int
  var attempt: AttemptID
  var process: UInt64
  var sent: Instant
}

/// Objects that a task wants looked up.
struct LookUpUnderWay {
  var task: TaskID
  var items: [(index: Int, object: Int?)]
  /// Counts look-ups.
  var turn: UInt64
}

/// A scan from its beginning to its end.
struct ScanUnderWay {
  var source: ScanSource
  /// The key space as it was when it began.
  var space: KeySpace
  /// When it began, by the clock of whoever made it; and in truth.
  var began: Instant
  var begins: Instant
  /// The lake as a report says that it was, or as it is not; nil = as it was when the scan began.
  var holdings: World.Holdings?
  /// How many changes there had been when it began.
  var changes: Int
  /// An object is seen as it was at the beginning or as it is at the end.
  var isMixed: Bool
  var isByRows: Bool
  var identity = Hash128.zero
  /// Changes to the lake by others, when it began.
  var foreignChanges: Int
}
