import ADCEKernel

/// The kernel on virtual time, in a world that fails it as a scenario says: one thread, one seed,
/// the same decisions each time.
///
/// What a host does is done here too, in the host's order: a batch of events is stepped over,
/// committed, and only then are its effects released.
public struct Simulation: ~Copyable {
  let scenario: Scenario
  var world: World
  var schedule: FaultSchedule
  /// What the owner has configured by now.
  var configuration: Configuration
  var kernel: Kernel
  var decision = Decision()
  /// When the batch was stepped over that is being committed.
  var decided = WorldPlan.begin
  /// The true time.
  var now = WorldPlan.begin
  var timeline = Timeline()
  var process = Process()
  var machine = Machine()
  var store = SimulatedStore()
  /// False where nothing can befall the process: then nothing is kept that it could lose.
  var keepsStore: Bool
  /// Where the process is still to die, whatever the scenario holds.
  var crashPoint: CrashPoint?
  var flights: [AttemptID: Flight] = [:]
  /// Attempts that have ended, and of which the process has not heard.
  var unheard: Set<AttemptID> = []
  /// When processes died, and attempts were cut off: nothing leaves them any more.
  var deaths: [UInt64: Instant] = [:]
  var cuts: [Cut: Instant] = [:]
  /// Where the attempts asked that have ended, until the process has heard of it; and what those
  /// sources want, until that is on disk, with how many effects of the batch were decided before.
  var endedAt: [AttemptID: Int] = [:]
  var waits: [Wait] = []
  var lake = LakeState()
  var lakeMap = LakeMap()
  var owner = OwnerState()
  var oracles: Oracles
  var tally = Tally()
  var report: SimulationReport
  var isCalm = false
  var deadline = Instant.distantFuture

  /// What a source wants, since when, and how many effects of its batch were decided before.
  typealias Wait = (source: Int, milliseconds: Int64, since: Instant, effects: Int)

  /// An attempt of one process: where a backup is put back, its number is used again.
  struct Cut: Hashable {
    var process: UInt64
    var attempt: AttemptID
  }

  /// The daemon's process, by what the world knows of it.
  struct Process {
    var isUp = false
    /// Counts processes; what was meant for an earlier one reaches nobody.
    var number: UInt64 = 0
    /// Nothing of it moves: neither the kernel nor its ports.
    var isStopped = false
    /// It waits for its disk to take a commit; its ports go on.
    var isHeld = false
    var isRecovering = false
    /// Before it the disk is not tried again.
    var triesAgainAt = Instant.distantPast
    /// How long the last commit was waited for, and since when by the steady clock: to be told.
    var held: (decided: Instant, milliseconds: Int64)?
    var isDraining = false
    /// Came while it could not take it.
    var waiting: [Event] = []
    /// By the true time.
    var wakeAt = Instant.distantFuture
    /// When a cycle last came to its end, good or bad; else when it could begin one.
    var cycledAt = Instant.distantPast
    /// Scans begun, also by earlier processes.
    var scans: UInt64 = 0
  }

  /// Clocks. The steady one is the wall clock as it stood at boot, plus the time since.
  struct Machine {
    var boots: UInt64 = 1
    /// To add to the true time to get the steady clock, and the wall clock.
    var steadyError: Int64 = 0
    var wallError: Int64 = 0
  }

  /// What a recorded run had come to after each step; nil = there is none to compare with.
  var expected: [UInt64]?
  /// The same of this run, where it is to be recorded.
  public internal(set) var recorded: [UInt64] = []
  public var isRecording = false
  /// Stops after this step, in the middle of whatever is going on.
  public var stopsAfter = UInt64.max
  /// Gets a line for each transition; nil = nobody reads them.
  public var log: (@Sendable (String) -> Void)?
  /// Looks at it now and then; nil = nobody does.
  public var sampler: Sampler?

  public init(_ scenario: Scenario) {
    self.scenario = scenario
    world = World(plan: scenario.plan, seed: scenario.seed, policy: scenario.policy)
    schedule = FaultSchedule(scenario.faults, seed: scenario.seed)
    configuration = world.configuration
    kernel = Kernel(configuration: configuration)
    var allowed = scenario.policy
    if scenario.isCanary { allowed.perMinute = allowed.perMinute.map { $0 / 2 } }
    oracles = Oracles(allowed)
    report = SimulationReport(seed: scenario.seed, objects: scenario.plan.objectsDue)
    keepsStore =
      scenario.plan.objectsDue < 10_000 || scenario.faults.contains { $0.kind.befallsProcess }
    for (index, fault) in scenario.faults.enumerated() where fault.kind.shape != .chance {
      timeline.post(.faultBegins(index), at: WorldPlan.begin + fault.begins)
      if fault.kind.shape == .state {
        timeline.post(.faultEnds(index), at: WorldPlan.begin + fault.ends)
      }
    }
    if scenario.policy.lake == .inventory {
      timeline.post(.reportIsMade, at: WorldPlan.begin + 1)
    }
    if scenario.mustConverge {
      timeline.post(.calmBegins, at: WorldPlan.begin + scenario.durationMilliseconds)
    }
  }

  /// Milliseconds since the simulation began.
  var elapsed: Int64 { now - WorldPlan.begin }
  /// The clocks of the machine.
  var steady: Instant { now + machine.steadyError }
  var wall: Instant { now + machine.wallError }

  /// Runs to the end and reports.
  public mutating func run() -> SimulationReport {
    let end =
      scenario.mustConverge
      ? Instant.distantFuture : WorldPlan.begin + scenario.durationMilliseconds
    start()
    while report.verdict == nil {
      let wakeAt = canStep ? process.wakeAt : .distantFuture
      let next = min(timeline.nextAt, wakeAt)
      if next > end {
        now = end
        break
      }
      if now > deadline {
        fail(.liveness, .completion, lateness())
        break
      }
      if report.isCut { break }
      if report.steps > SimulationReport.stepsMax {
        report.verdict = .unknown
        break
      }
      if wakeAt < timeline.nextAt {
        moveOn(to: wakeAt)
        checkRhythm()
        process([.woken])
      } else if let (at, what) = timeline.take() {
        moveOn(to: at)
        checkRhythm()
        happen(what)
      } else {
        fail(.liveness, .rhythm, "nothing will ever happen again")
      }
    }
    finish()
    sampleEnd()
    return report
  }

  private mutating func moveOn(to time: Instant) {
    if time > now {
      if sampler != nil { sample(before: time) }
      now = time
      report.stepsAtOnce = 0
    }
  }

  /// Whether the process can take an event now.
  var canStep: Bool { process.isUp && !process.isStopped && !process.isHeld }

  /// A line of the log, if anybody reads it.
  func say(_ what: @autoclosure () -> String) {
    guard let log else { return }
    let step = String(report.steps)
    log(
      "\(now.iso) \(String(repeating: " ", count: max(0, 7 - step.count)))\(step)  \(what())")
  }

  /// Something happened that must never happen.
  mutating func found(_ promise: Promise, _ violation: String) {
    fail(.safety, promise, violation)
  }

  mutating func fail(
    _ verdict: SimulationReport.Verdict, _ promise: Promise, _ what: String
  ) {
    if report.violations.count < 100 {
      report.violations.append("\(now.iso) step \(report.steps): \(what)")
    }
    if report.broken == nil { report.broken = promise }
    if report.verdict == nil || report.verdict == .pass { report.verdict = verdict }
  }

  /// Cycles follow each other, whatever else there is to do.
  private mutating func checkRhythm() {
    let longest = 3 * scenario.policy.intervalMinutes * Span.minute + 2 * Span.hour
    guard canStep, !process.isDraining, now - process.cycledAt > longest else { return }
    fail(.liveness, .rhythm, "no cycle since \(process.cycledAt.iso)")
  }

  private mutating func happen(_ what: Timeline.Happening) {
    if process.isStopped, what.isOfProcess {
      // Its ports stand still with it.
      return timeline.post(what, at: now + 10 * Span.second)
    }
    switch what {
    case .event(let event, process.number):
      guard canStep else {
        if process.isUp { process.waiting.append(event) }
        return
      }
      process(batch(from: event))
    case .event: break
    case .scanEnds(let ticket, let scan, let number):
      if number == process.number, process.isUp { finish(scan, ticket) }
    case .lookUpEnds(let lookUp, let number):
      if number == process.number, process.isUp { finish(lookUp) }
    case .attemptEnds(let attempt, let number):
      if number == process.number, process.isUp { finish(attempt) }
    case .request(let request): arrive(request)
    case .written(let attempt, let offset, let number):
      if number == process.number { write(offset, of: attempt) }
    case .landing(let object): land(object)
    case .faultBegins(let index): begin(scenario.faults[index])
    case .faultEnds(let index): end(scenario.faults[index])
    case .reportIsMade: makeReport()
    case .reportIsThere(let report): publish(report)
    case .restart(let number):
      if number == process.number, !process.isUp { start() }
    case .goesOn(let number):
      if number == process.number { goOn() }
    case .calmBegins: beginCalm()
    }
  }

  /// What a host takes at a time: the events of a few milliseconds, at most fifty.
  private mutating func batch(from first: Event) -> [Event] {
    var events = [first]
    let until = now + Int64(world.draw.bits(.crashes, report.steps, 1) % 5)
    while events.count < 50,
      let (at, event) = timeline.takeEvent(of: process.number, until: until)
    {
      moveOn(to: at)
      events.append(event)
    }
    return events
  }

  mutating func post(_ event: Event, after milliseconds: Int64) {
    timeline.post(.event(event, process: process.number), at: now + milliseconds)
  }
}
