public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Drives a kernel in the real world: gathers events, steps, commits, then releases the effects.
///
/// No effect runs whose intent is not on disk. All of it happens on the thread that calls `run`;
/// the ports answer from their own threads by posting events.
public final class Host {
  public struct Options: Sendable {
    public var mode = Run.Mode.loop
    /// `run --once`: how long nothing may be able to start before it is over.
    public var waitMilliseconds: Int64 = 60_000
    /// Read this report instead of the lake, whatever its age.
    public var report: InventoryReport?
    /// Decide and show, but write nothing and run nothing.
    public var isDryRun = false
    /// Pretend that it is this time.
    public var pretendedNow: Instant?
    /// Reads the configuration again, as `reload` asks; from any thread. nil = no reload.
    public var loadConfiguration: (@Sendable () -> ConfigurationOutcome)?
    /// Told of each request of an operator that changes something, with its outcome; on any thread.
    public var onOperatorRequest: @Sendable (OperatorRequest, ControlReply) -> Void = { _, _ in }
    /// `Observer.onPulse` is called at least so often while the loop goes round; nil = whenever it
    /// does.
    public var pulseMilliseconds: Int64?
    /// Write the files that users' tools read.
    public var writesViews = true
    /// The lake is the one that the state knows by another name: it has moved.
    public var acceptsLake = false
    /// The bounds of the state's map.
    public var mapSize = Store.MapSize.standard

    public init() {}
  }

  /// What the host has seen of the last cycle, in milliseconds.
  public struct Timings: Hashable, Sendable {
    public var scan: Int64 = 0
    public var analyse: Int64 = 0
    public var commit: Int64 = 0
    public var total: Int64 = 0
    /// Of a listing: how many requests it took, and in how many ranges; else 0.
    public var requests = 0
    public var ranges = 0

    public init() {}
  }

  /// What a caller is told while the host runs; called on the host's thread.
  public struct Observer {
    /// Before the kernel takes an event.
    public var onEvent: (Event, borrowing Kernel, Instant) -> Void = { _, _, _ in }
    public var onEffect: (Effect, borrowing Kernel, Instant) -> Void = { _, _, _ in }
    /// What a batch decided is on disk.
    public var onCommit: (Decision) -> Void = { _ in }
    /// After each step's commit.
    public var onStep: (borrowing Kernel, Instant) -> Void = { _, _ in }
    public var onTrouble: (String) -> Void = { _ in }
    /// A commit was refused: it is tried again every five seconds, and each time this is told.
    public var onRefusal: (String) -> Void = { _ in }
    /// The loop has gone round: it does not hang.
    public var onPulse: () -> Void = {}
    /// Another configuration holds from now on.
    public var onReload: (LoadedConfiguration) -> Void = { _ in }

    public init() {}
  }

  public enum Ending: Hashable, Sendable {
    /// What it was started for is done.
    case finished
    /// It was asked to stop, and nothing was left running.
    case drained
  }

  public internal(set) var loaded: LoadedConfiguration {
    didSet {
      resources?.change(ResourceLimits(loaded.loop), paths: writtenPaths)
      let lake = loaded.lake
      lakeSettings.withLock { $0 = lake }
    }
  }
  /// Of the configuration that holds, for those who ask from other threads.
  let lakeSettings: Locked<LakeSettings>
  let options: Options
  let clock: SystemClock
  let stateDirectory: String
  var lake: any Lake
  let lakes: LakesInUse
  let executor: ScraperExecutor
  /// For what waits for the lake.
  let threads: WorkerThreads
  /// What the last scan was made for, for those who ask from other threads.
  let expected: Locked<Expected>
  let inbox: Inbox
  /// The parts that can fail without ending the process.
  public let components: Components
  let views = ViewPublisher()
  /// nil = nothing is done that anybody must be able to look up: a dry run.
  let audit: AuditLog?
  var trail = AuditTrail()
  /// A lake that an operator has agreed to, and that no commit knows of yet.
  var lakeAccepted: [SettingValue.Member]?
  /// As measured last: what a kernel begins with.
  var pressure = Pressure.none
  var resources: ResourceWatch?
  var kernel: Kernel
  var store: Store?
  var observer = Observer()
  var decision = Decision()
  public internal(set) var timings = Timings()
  public internal(set) var scanFailure: String?
  let scanNotes = Locked(ScanNotes())
  var catalogs: CatalogFiles
  var scanBegan: Int64 = 0
  var cycleBegan: Int64 = 0
  private var sequence: UInt64
  /// Commits of unknown outcome in a row.
  private var recoveries = 0
  private static let recoveriesMax = 5
  private var lastFailure: StoreFailure?
  /// That the effects of the last batch left late, which the kernel is to be told first.
  private var held: Event?
  /// Later than so many milliseconds is late.
  private static let promptMilliseconds: Int64 = 20
  var ending: Ending?
  /// Operators who wait for an answer.
  var waiting = WaitingOperators()
  private var sleep = SleepWatch()

  /// What is expected: keys, and how they are defined.
  struct Expected: Sendable {
    var space: KeySpace?
    var desired: Desired
  }

  init(
    loaded: LoadedConfiguration, options: Options, clock: SystemClock, stateDirectory: String,
    ports: consuming Ports, kernel: consuming Kernel, store: consuming Store?
  ) {
    self.loaded = loaded
    self.options = options
    self.clock = clock
    self.stateDirectory = stateDirectory
    lakeSettings = Locked(loaded.lake)
    lake = ports.lake
    lakes = ports.lakes
    executor = ports.executor
    threads = ports.threads
    expected = ports.expected
    let inbox = ports.inbox
    self.inbox = inbox
    components = Components { name, message in inbox.post(.trouble("\(name): \(message)")) }
    self.kernel = kernel
    sequence = store?.meta.sequence ?? 0
    if let directory = store?.directory {
      audit = AuditLog(stateDirectory: directory)
    } else {
      audit = nil
    }
    self.store = store
    catalogs = CatalogFiles(loaded.catalogFiles)
  }

  /// Gives an event to the kernel, from any thread.
  public func post(_ event: Event) { inbox.post(event) }

  /// Something that posts to this host from other threads, for example on a signal.
  public var poster: @Sendable (Event) -> Void {
    let inbox = inbox
    return { inbox.post($0) }
  }

  /// Lets a caller look at the kernel, on the host's thread, while it does not run.
  public func withKernel<R>(_ body: (borrowing Kernel, Instant) -> R) -> R {
    body(kernel, clock.now)
  }

  /// Runs until the kernel says that it is over. Nothing is left running, whatever ends it.
  public func run(_ observer: Observer) throws(HostFailure) -> Ending {
    self.observer = observer
    let control = serveControl()
    resources = watchResources()
    defer {
      resources?.stop()
      executor.cancelAll(graceMilliseconds: 0)
      lakes.abandonAll()
      var polls = 0
      while executor.runningCount > 0, polls < 500 {
        usleep(10_000)
        polls += 1
      }
      dismissOperators()
      components.stop()
      control?.stop()
      finishViews()
    }
    var wakeAt = try process([start])
    while ending == nil {
      let wait = min(max(0, wakeAt - clock.now), options.pulseMilliseconds ?? .max)
      var events = events(of: inbox.take(waitingMilliseconds: wait))
      noticeSleep()
      if let jump = clockJump() { events.insert(jump, at: 0) }
      if events.isEmpty { events = [.woken] }
      wakeAt = try process(events)
      self.observer.onPulse()
    }
    return ending ?? .finished
  }

  /// What was due while the machine slept is looked at now: the boot clock went on.
  private func noticeSleep() {
    guard let slept = sleep.look() else { return }
    self.observer.onTrouble("the machine slept for \(slept / 1000) s")
  }

  /// The first event after recovery.
  private var start: Event {
    var start = Event.Start(after: .crash, mode: options.mode)
    start.waitMilliseconds = options.waitMilliseconds
    start.bootID = clock.bootID
    start.wallAtBootMilliseconds = clock.wallAtBootMilliseconds
    start.wallOffsetMilliseconds = clock.wallOffsetMilliseconds
    start.pressure = pressure
    return .started(start)
  }

  /// The wall clock was set, or has drifted by more than a second.
  private func clockJump() -> Event? {
    let offset = clock.wallOffsetMilliseconds
    let change = offset - kernel.wallOffsetMilliseconds
    guard abs(change) > 1000 else { return nil }
    if abs(change) > 10_000 {
      let way = change > 0 ? "forward" : "back"
      observer.onTrouble("the wall clock was set \(way) by \((abs(change) + 500) / 1000) s")
    }
    return .wallClockChanged(offsetMilliseconds: offset)
  }

  /// Steps over a batch, commits what it decided, releases its effects. Returns when to go on.
  private func process(_ events: [Event]) throws(HostFailure) -> Instant {
    sayScanNotes()
    decision.removeAll()
    let began = SystemClock.milliseconds(CLOCK_MONOTONIC)
    var hasScan = false
    let decided = clock.now
    if let event = held {
      held = nil
      kernel.step(event, at: clock.now, into: &decision)
    }
    for event in events {
      if case .scanFinished = event {
        hasScan = true
        timings.scan = SystemClock.milliseconds(CLOCK_MONOTONIC) - scanBegan
        let outcome = scanNotes.withLock { $0.outcome }
        timings.requests = outcome?.requests ?? 0
        timings.ranges = outcome?.ranges ?? 0
      }
      if case .pressureChanged(let measured) = event { pressure = measured }
      observer.onEvent(event, kernel, clock.now)
      kernel.step(event, at: clock.now, into: &decision)
    }
    let stepped = SystemClock.milliseconds(CLOCK_MONOTONIC)
    guard try commit() else {
      recoveries += 1
      // A disk that fails again and again is no place to go on: the supervisor decides.
      if recoveries > Host.recoveriesMax, let failure = lastFailure { throw .store(failure) }
      try recover()
      components.restarted("store")
      return try process([start])
    }
    recoveries = 0
    if hasScan {
      timings.analyse = stepped - began
      timings.commit = SystemClock.milliseconds(CLOCK_MONOTONIC) - stepped
    }
    let wakeAt = decision.wakeAt
    auditBatch(events)
    waiting.keepPromises()
    observer.onStep(kernel, clock.now)
    var left = decided
    for effect in decision.effects {
      release(effect)
      if case .start = effect { left = clock.now }
    }
    if left - decided > Host.promptMilliseconds {
      held = .effectsHeld(decided: decided, milliseconds: left - decided)
    }
    return wakeAt
  }

  // MARK: Durable before visible

  /// Commits the decision; false if nobody knows whether it was, so that the kernel must be
  /// recovered. A full disk or map is waited for, and said.
  private func commit() throws(HostFailure) -> Bool {
    guard store != nil, !decision.mutations.isEmpty else { return true }
    var waited = 0
    while true {
      do throws(StoreFailure) {
        try store?.commit(decision, sequence: sequence + 1, digest: kernel.digest, at: clock.now)
        sequence += 1
        observer.onCommit(decision)
        if let what = lakeAccepted { tell("accept_lake", what, outcome: "ok") }
        lakeAccepted = nil
        return true
      } catch {
        if case .outcomeUnknown = error {
          components.failed("store", error.message)
          lastFailure = error
          return false
        }
        guard error.isCleanRefusal else { throw .store(error) }
        // Nothing was changed: what was decided stays decided, and is written as soon as it can.
        if waited % 12 == 0 { observer.onTrouble(error.message) }
        waited += 1
        if isStopRequested() { throw .store(error) }
        // It waits, and does not hang.
        observer.onRefusal(error.message)
        observer.onPulse()
        usleep(5_000_000)
      }
    }
  }

  /// Whether somebody wants us to stop while a commit waits for room.
  private func isStopRequested() -> Bool {
    inbox.contains { arrival in
      switch arrival {
      case .event(.requested(let request)): request.action == .drain
      case .operation(let operation): operation.request.command == .act(.drain)
      case .event, .trouble: false
      }
    }
  }

  /// After a commit of unknown outcome: stop every effect, drop the kernel and all that was queued
  /// for it, open the store again, recover.
  private func recover() throws(HostFailure) {
    if kernel.run.isDraining { inbox.post(.requested(Request(id: 0, action: .drain))) }
    held = nil
    executor.cancelAll(graceMilliseconds: 1000)
    // A server that does not answer is not waited for; the lake is opened anew below.
    lakes.abandonAll()
    // Whatever does not end within a minute hangs: then nobody is told that the loop goes on.
    var pulses = 6000
    while executor.runningCount > 0 {
      if pulses > 0 { observer.onPulse() }
      pulses -= 1
      usleep(10_000)
    }
    inbox.removeAnswers()
    waiting.dismissAll(
      .refused(75, "the state had to be opened again: whether it was done is not known"))
    guard let directory = store?.directory else { return }
    let lake = store?.lake
    store = nil
    var fresh = try Host.open(directory, .readWrite, options.mapSize)
    fresh.lake = lake
    kernel = try Host.kernel(of: fresh, kernel.configuration)
    sequence = fresh.meta.sequence
    store = consume fresh
    let space = kernel.space
    expected.withLock { $0.space = space }
    // Of the old one nobody may be waiting any more, and all the same it may have been abandoned.
    self.lake = try Host.lake(of: loaded, options)
    lakes.reopen()
    executor.replace(scrapers: RunnableScraper.all(of: loaded), lake: self.lake)
    executor.reopen()
  }
}
