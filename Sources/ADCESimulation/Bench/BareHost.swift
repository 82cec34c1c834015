import ADCEKernel
import Collections

/// A kernel whose lake and sources answer at once, out of memory: what it takes is the kernel's own.
struct BareHost: ~Copyable {
  /// What the sources make of an attempt, by its number.
  enum Sources {
    case answering
    /// One attempt in eight is stored; the others fail, each class in its turn.
    case failing
  }

  private(set) var kernel: Kernel
  private(set) var counts = Counts()
  private let catalogs: [CatalogTable]
  private let sources: Sources
  /// Events that are stepped over before a commit, at most.
  private let batch: Int
  private var decision = Decision()
  private var pending: Deque<Event> = []
  private var map: CoverageMap?
  private var now = WorldPlan.begin
  private var wakeAt = Instant.distantPast
  private var isFinished = false

  struct Counts: Hashable {
    var steps: Int64 = 0
    var effects: Int64 = 0
    var mutations: Int64 = 0
    var commits: Int64 = 0
    /// Of keys and records.
    var bytes: Int64 = 0
    var stored: Int64 = 0
  }

  /// - Parameter holdings: of the world's lake when it begins; nil = it is empty.
  init(
    _ world: World, _ mode: Run.Mode, _ sources: Sources, batch: Int = 1,
    holdings: World.Holdings? = nil
  ) {
    kernel = Kernel(configuration: world.configuration)
    catalogs = world.catalogs
    self.sources = sources
    self.batch = batch
    pending.append(.started(.init(after: .clean, mode: mode, bootID: Hash128(high: 1, low: 1))))
    guard let holdings else { return }
    // The key space is there once the catalogs are.
    while kernel.cycle.phase != .scanning { turn { _, _, _ in } }
    var first = CoverageMap(for: kernel.space)
    for index in 0..<world.objectCount {
      guard let facts = holdings.facts(index) else { continue }
      world.key(index).withUnsafeBytes { first.observe(key: $0, facts: facts, in: kernel.space) }
    }
    map = first
  }

  /// Goes on until the kernel says that it is done, nothing will ever happen, or so many steps were
  /// taken.
  mutating func run(stepsMax: Int64 = .max) {
    while goesOn, counts.steps < stepsMax { turn { _, _, _ in } }
  }

  /// The same. `commit` is given what a batch has decided, the number of the commit, and the digest
  /// after it.
  mutating func run(commit: (borrowing Decision, UInt64, Hash128) throws -> Void) throws {
    while goesOn { try turn(commit) }
  }

  private var goesOn: Bool { !isFinished && (!pending.isEmpty || wakeAt < .distantFuture) }

  private mutating func turn(
    _ commit: (borrowing Decision, UInt64, Hash128) throws -> Void
  ) rethrows {
    decision.removeAll()
    if pending.isEmpty {
      now = max(now, wakeAt)
      step(.woken)
    }
    for _ in 0..<batch {
      guard let event = pending.popFirst() else { break }
      // Whatever is answered takes a moment.
      now = now + 5
      step(event)
    }
    if !decision.mutations.isEmpty {
      counts.mutations += Int64(decision.mutations.count)
      counts.bytes += Int64(decision.arena.count)
      counts.commits += 1
      try commit(decision, UInt64(counts.commits), kernel.digest)
    }
    wakeAt = decision.wakeAt
    let effects = decision.effects
    counts.effects += Int64(effects.count)
    for effect in effects { release(effect) }
  }

  private mutating func step(_ event: Event) {
    counts.steps += 1
    kernel.step(event, at: now, into: &decision)
  }

  private mutating func release(_ effect: Effect) {
    switch effect {
    case .loadCatalogs(let ticket):
      let isRead = kernel.fingerprint(ofCatalog: 0) != nil
      pending.append(
        .catalogsLoaded(ticket, catalogs.map { isRead ? .unchanged : .content($0) }))
    case .scan(let ticket):
      let map = map ?? CoverageMap(for: kernel.space)
      self.map = map
      pending.append(
        .scanFinished(
          ticket,
          .init(map: map, space: kernel.space.fingerprint, source: .directory, began: now)))
    case .lookUp(let task):
      let items = kernel.keysToLookUp(task).map { Event.LookUp.Item(index: $0.index, facts: nil) }
      pending.append(.lookedUp(task, .answered(items)))
    case .start(let attempt): pending.append(.attemptEnded(end(of: attempt)))
    case .finished: isFinished = true
    case .cancel, .cycleFinished, .cycleFailed, .runEnded, .alert, .answered, .drained: break
    }
  }

  private mutating func end(of id: AttemptID) -> AttemptEnd {
    var end = AttemptEnd(attempt: id, failure: nil, items: [])
    guard let work = kernel.work(for: id) else { return end }
    let failure = failure(of: id)
    if failure == .throttled { end.retryAfterMilliseconds = 30 * Span.second }
    let facts = ObjectFacts(bytes: 200_000, modifiedSeconds: now.seconds)
    for item in work.items {
      if let failure {
        end.items.append(.init(index: item.index, result: .failed(failure)))
        continue
      }
      counts.stored += 1
      let space = kernel.space
      if let ordinal = item.key.withUnsafeBytes({ space.ordinal(of: $0) }) {
        map?.set(ordinal, facts: facts, in: space)
      }
      end.items.append(
        .init(
          index: item.index,
          result: .stored(facts, contentHash: Hash128(high: 0, low: id.number))))
    }
    return end
  }

  private func failure(of id: AttemptID) -> FailureClass? {
    guard sources == .failing, id.number % 8 != 0 else { return nil }
    return FailureClass.allCases[Int(id.number / 8) % FailureClass.allCases.count]
  }
}
