import Testing

@testable import ADCEKernel

/// A kernel's life in a world of chance: outcomes, operators, catalogs, scans, crashes, clocks.
/// Every event is drawn from the seed, so that a failing life can be lived again.
struct RandomLife: ~Copyable {
  var harness: KernelHarness
  private var chance: Chance
  /// Ports' answers under way, in no order that matters: each arrives when chance has it.
  private var answers: [Answer] = []
  private var boot: UInt64 = 1
  private var wallOffset: Int64 = 0
  private var wakesInARow = 0
  private(set) var steps = 0
  /// What happened, for the test to see that it was not idle.
  private(set) var attempts = 0
  private(set) var crashes = 0
  private(set) var stored = 0

  private enum Answer {
    case catalogs(Event.Ticket)
    /// The lake as it was when the scan began, in the space that was asked for.
    case scan(Event.Ticket, Event.Scan)
    case lookUp(TaskID)
    case attempt(AttemptID)
  }

  init(seed: UInt64) {
    chance = Chance(seed)
    var world = TestWorld(
      games: 8 + chance.below(20), players: 1 + chance.below(5), dumps: 1 + chance.below(3))
    RandomLife.shuffle(&world.configuration, &chance)
    // In some lives a step holds so little that nearly everything goes on over several.
    let recordsPerStep = chance.isOne(in: 3) ? 30 : Kernel.recordsPerStepMax
    harness = KernelHarness(world, recordsPerStep: recordsPerStep)
    for (key, facts) in world.fullLake.objects.sorted(by: { $0.key < $1.key })
    where chance.isOne(in: 2) { harness.lake.objects[key] = facts }
  }

  /// Other settings of the same definition.
  private static func shuffle(_ configuration: inout Configuration, _ chance: inout Chance) {
    configuration.queue.itemsPerTask = 1 + chance.below(4)
    configuration.queue.maxLive = 3 + chance.below(20)
    configuration.queue.maxLiveByPriority = (0..<4).map { _ in 1 + chance.below(8) }
    configuration.queue.ttlMilliseconds = Int64(1 + chance.below(48)) * Span.hour
    configuration.loop.minTasksToTrigger = 1 + chance.below(3)
    configuration.loop.maxRunMilliseconds = Int64(1 + chance.below(60)) * Span.minute
    configuration.globalLimits.maxConcurrent = 2 + chance.below(3)
    for index in configuration.scrapers.indices {
      configuration.scrapers[index].maxConcurrent = 1 + chance.below(3)
      configuration.scrapers[index].retry.maxAttempts = 1 + chance.below(4)
      configuration.scrapers[index].requestsPerSecondMicro = chance.isOne(in: 3) ? 500_000 : 0
    }
    var limits = Configuration.SourceLimits(name: "stats")
    limits.windows = .init(perMinute: 4 + chance.below(10), perHour: 100)
    limits.burst = chance.isOne(in: 2) ? 2 : nil
    limits.minDelayMilliseconds = chance.isOne(in: 2) ? 700 : 0
    configuration.sources = [limits]
    configuration.globalLimits.windows = .init(perMinute: chance.isOne(in: 2) ? 20 : nil)
  }

  mutating func live(steps count: Int) {
    start(.clean)
    while steps < count, harness.problems.isEmpty { turn() }
  }

  private mutating func start(_ after: Event.Start.After) {
    let mode: Run.Mode = chance.isOne(in: 4) ? chance.pick([.once, .reconcile]) : .loop
    take(
      .started(
        .init(
          after: after, mode: mode, bootID: Hash128(high: 0, low: boot),
          wallOffsetMilliseconds: wallOffset)))
  }

  private mutating func turn() {
    if chance.isOne(in: 60) { harness.keepTwin() }
    switch chance.below(100) {
    case ..<55 where !answers.isEmpty: arrive()
    case ..<80: wake()
    case ..<88: passTime()
    case ..<92: askSomething()
    case ..<95: changeLake()
    case ..<97: changeCatalogs()
    case 97: if chance.isOne(in: 2) { changeConfiguration() } else { changePressure() }
    case 98: changeClock()
    default: crash()
    }
  }

  private mutating func take(_ event: Event) {
    steps += 1
    for effect in harness.step(event) { carryOut(effect) }
  }

  private mutating func carryOut(_ effect: Effect) {
    switch effect {
    case .loadCatalogs(let ticket): answers.append(.catalogs(ticket))
    case .scan(let ticket):
      let source: ScanSource = chance.pick([.directory, .directory, .listing, .inventory])
      let age = source == .inventory ? Int64(chance.below(30)) * Span.hour : 0
      let wall = harness.now + wallOffset
      let scan = harness.lake.scan(
        for: harness.kernel.space, source: source, began: wall - age,
        identity: source == .inventory ? Hash128(high: 1, low: UInt64(chance.below(3))) : .zero)
      answers.append(.scan(ticket, scan))
    case .lookUp(let task): answers.append(.lookUp(task))
    case .start(let attempt):
      attempts += 1
      answers.append(.attempt(attempt))
    case .cancel, .cycleFinished, .cycleFailed, .runEnded, .alert, .answered, .drained: break
    case .finished:
      // What a process was started for is done: another one begins some time later.
      answers = []
      harness.now = harness.now + Int64(chance.below(7200)) * Span.second
      harness.crash()
      start(.clean)
    }
  }

  private mutating func changePressure() {
    let short = Pressure.Resource.allCases.filter { _ in chance.isOne(in: 4) }
    take(.pressureChanged(Pressure(short.map { Pressure.Shortage($0, "too little") })))
    if chance.isOne(in: 2) {
      let held = Int64(chance.below(5000))
      take(.effectsHeld(decided: harness.now - held, milliseconds: held))
    }
  }

  // MARK: Time

  /// To the moment that the kernel asked for, if it is not far off.
  private mutating func wake() {
    if harness.wakeAt <= harness.now {
      wakesInARow += 1
      if wakesInARow > 200 { harness.note("it asks to be woken again and again") }
    } else {
      wakesInARow = 0
      guard harness.wakeAt < harness.now + 3 * Span.day else { return }
      harness.now = harness.wakeAt
    }
    take(.woken)
  }

  private mutating func passTime() {
    wakesInARow = 0
    if harness.kernel.pressure != .none, chance.isOne(in: 2) { take(.pressureChanged(.none)) }
    let span: Int64 = chance.pick([50, 3000, 40_000, 10 * Span.minute, 5 * Span.hour])
    harness.now = harness.now + 1 + Int64(chance.below(Int(span)))
    take(.woken)
  }

  /// The wall clock is set.
  private mutating func changeClock() {
    let days: Int64 = chance.isOne(in: 4) ? Int64(chance.below(5)) - 2 : 0
    wallOffset += days * Span.day + Int64(chance.below(20)) * Span.minute - 5 * Span.minute
    take(.wallClockChanged(offsetMilliseconds: wallOffset))
  }

  // MARK: Answers

  private mutating func arrive() {
    harness.now = harness.now + Int64(chance.below(3000))
    let index = chance.below(answers.count)
    let answer = answers[index]
    answers.swapAt(index, answers.count - 1)
    answers.removeLast()
    switch answer {
    case .catalogs(let ticket): take(.catalogsLoaded(ticket, loads()))
    case .scan(let ticket, let scan):
      if chance.isOne(in: 8) {
        take(.scanFailed(ticket, .init(message: "the lake does not answer")))
      } else if let known = harness.kernel.knownReport(of: scan.source), chance.isOne(in: 2) {
        take(.scanUnchanged(ticket, scan.source, identity: known))
      } else {
        take(.scanFinished(ticket, scan))
      }
    case .lookUp(let task):
      var keys = harness.kernel.keysToLookUp(task)
      if chance.isOne(in: 8), !keys.isEmpty { keys.removeLast() }
      take(
        .lookedUp(
          task, chance.isOne(in: 8) ? .failed("no answer") : harness.lake.answer(keys)))
    case .attempt(let attempt): end(attempt)
    }
  }

  private mutating func loads() -> [Event.CatalogLoad] {
    var loads = harness.world.catalogs
    for index in loads.indices where chance.isOne(in: 6) {
      loads[index] = chance.isOne(in: 2) ? .unchanged : .failed("unreadable")
    }
    return loads
  }

  private mutating func end(_ attempt: AttemptID) {
    guard let work = harness.kernel.work(for: attempt) else {
      take(.attemptEnded(AttemptEnd(attempt: attempt, failure: .ownFault, items: [])))
      return
    }
    var end = AttemptEnd(attempt: attempt, failure: nil, items: [])
    let luck = chance.below(10)
    if luck >= 6 {
      end.failure = chance.pick(FailureClass.allCases.filter { $0 != .absent })
      end.permanent = chance.isOne(in: 6)
      if chance.isOne(in: 3) { end.retryAfterMilliseconds = Int64(chance.below(7200)) * 1000 }
    }
    for item in work.items {
      end.items.append(.init(index: item.index, result: result(of: item, end.failure)))
    }
    if chance.isOne(in: 20) { end.items = [] }
    if chance.isOne(in: 3) { end.requests = chance.below(6) }
    if end.failure == nil, work.items.isEmpty { harness.lake.put(TestWorld.dump(0), at: wall) }
    end.message = "so it ended"
    take(.attemptEnded(end))
    // A port may say the same thing twice.
    if chance.isOne(in: 25) { take(.attemptEnded(end)) }
  }

  private var wall: Instant { harness.now + wallOffset }

  private mutating func result(
    of item: AttemptWork.Item, _ failure: FailureClass?
  ) -> ItemResult {
    if let failure {
      return chance.isOne(in: 4) ? .untouched : .failed(failure)
    }
    switch chance.below(10) {
    case 0: return .failed(.absent)
    case 1: return .failed(.invalid)
    case 2: return .untouched
    case 3:
      guard let stored = item.stored else { return .failed(.transient) }
      return .current(stored)
    default:
      let bytes = chance.isOne(in: 12) ? 10 : 500
      let key = String(decoding: item.key, as: UTF8.self)
      harness.lake.put(key, bytes: Int64(bytes), at: wall)
      stored += 1
      let facts = ObjectFacts(bytes: Int64(bytes), modifiedSeconds: wall.seconds)
      return .stored(facts, contentHash: Hash128(of: item.key))
    }
  }

  // MARK: The world

  private mutating func askSomething() {
    let ids = harness.kernel.taskIDs
    let some = ids.isEmpty ? [] : (0..<2).map { _ in chance.pick(ids) }
    let source: String? = chance.isOne(in: 3) ? nil : chance.pick(["stats", "site", "nobody"])
    let action: Request.Action
    switch chance.below(11) {
    case 0: action = .reconcile
    case 1: action = .pause(source: source)
    case 2, 3, 4: action = .resume(source: source)
    case 5: action = .retry(some)
    case 6: action = .cancel(some)
    case 7:
      action = .waive(
        keys: [Array(TestWorld.box(chance.below(20)).utf8)], reason: "nobody wants it",
        until: chance.isOne(in: 2) ? nil : CivilDay(containing: wall))
    case 8: action = .acceptVanished
    case 9: action = .clearQueue
    default: action = chance.isOne(in: 4) ? .drain : .resume(source: nil)
    }
    _ = harness.request(action).map { carryOut($0) }
    steps += 1
    if action == .drain {
      // A process that drains ends; another one follows.
      while !answers.isEmpty, harness.problems.isEmpty { arrive() }
      harness.crash()
      start(.clean)
    }
  }

  /// Somebody else writes to the lake, or deletes from it.
  private mutating func changeLake() {
    let key =
      chance.isOne(in: 3)
      ? TestWorld.page(chance.below(5))
      : chance.isOne(in: 3) ? TestWorld.dump(chance.below(3)) : TestWorld.box(chance.below(25))
    switch chance.below(6) {
    case 0: harness.lake.objects = [:]
    case 1, 2: harness.lake.objects[key] = nil
    default: harness.lake.put(key, bytes: chance.isOne(in: 4) ? 5 : 900, at: wall)
    }
  }

  private mutating func changeCatalogs() {
    harness.world.games = max(1, harness.world.games + chance.below(5) - 1)
    harness.world.players = max(1, harness.world.players + chance.below(3) - 1)
  }

  private mutating func changeConfiguration() {
    var configuration = harness.configuration
    mutate(&configuration)
    take(.configurationChanged(configuration))
  }

  private mutating func mutate(_ configuration: inout Configuration) {
    switch chance.below(6) {
    case 0: configuration.desired.sources[0].dataTypes[0].patterns = ["games/{game_id}.json"]
    case 1:
      configuration.desired.sources[0].dataTypes[0].patterns = ["box/{season}/{game_id}.json"]
    case 2: configuration.desired.sources.reverse()
    case 3: configuration.desired.sources[0].enabled.toggle()
    case 4:
      let last = configuration.scrapers[2]
      configuration.scrapers[2].id = last.id == "bulk_dump" ? "bulk_other" : "bulk_dump"
    default: configuration.queue.itemsPerTask = 1 + chance.below(5)
    }
  }

  private mutating func crash() {
    crashes += 1
    answers = []
    harness.now = harness.now + Int64(chance.below(120_000))
    var configuration = harness.configuration
    if chance.isOne(in: 3) { mutate(&configuration) }
    harness.crash(with: configuration)
    if chance.isOne(in: 4) {
      boot += 1
      let years: Int64 = chance.isOne(in: 3) ? 365 * (Int64(chance.below(3)) - 1) : 0
      harness.now = harness.now + years * Span.day + Int64(chance.below(600_000)) - 200_000
    }
    start(.crash)
  }
}
