import Testing

@testable import ADCEKernel

/// A kernel with its records and its clock. Every step is taken beside a twin, recovered from the
/// records a moment before, that must decide the same; and the invariants are checked after it.
struct KernelHarness: ~Copyable {
  var world: TestWorld
  var lake: TestLake
  var kernel: Kernel
  var records = MemoryRecords()
  var decision: Decision
  /// A bound on a step, smaller than the kernel's own to see work go on over several.
  private let recordsPerStep: Int
  var now: Instant
  /// The configuration that the kernel was last told.
  private(set) var configuration: Configuration
  private(set) var wakeAt = Instant.distantPast
  private(set) var mutations = 0
  private(set) var problems: [String] = []
  private var requests: UInt64 = 0
  private let checks: Bool
  /// A twin that was recovered earlier and has lived beside the kernel since.
  private var companion: Kernel?

  init(
    _ world: TestWorld, lake: TestLake = TestLake(), at now: Instant = TestWorld.noon,
    checks: Bool = true, recordsPerStep: Int = Kernel.recordsPerStepMax
  ) {
    self.world = world
    self.lake = lake
    self.now = now
    self.checks = checks
    self.recordsPerStep = recordsPerStep
    decision = Decision(recordsPerStep: recordsPerStep)
    configuration = world.configuration
    kernel = Kernel(configuration: world.configuration)
  }

  /// Takes a step and returns every effect that it had.
  @discardableResult
  mutating func step(_ event: Event) -> [Effect] {
    let expected = checks ? twinStep(event) : nil
    let kept = companionStep(event)
    if case .configurationChanged(let new) = event { configuration = new }
    decision.removeAll()
    kernel.step(event, at: now, into: &decision)
    records.apply(decision)
    mutations = decision.mutations.count
    wakeAt = decision.wakeAt
    let record = StepRecord(decision, digest: kernel.digest)
    if let expected, let difference = expected.difference(from: record) {
      note("a recovered twin decides otherwise at \(TestWorld.clock(now)): \(difference)")
    }
    if let kept, let difference = kept.difference(from: record) {
      note("a twin kept for a while decides otherwise at \(TestWorld.clock(now)): \(difference)")
    }
    if decision.wakeAt < now { note("wakeAt lies in the past") }
    if mutations > Kernel.recordsPerStepMax { note("a step made \(mutations) mutations") }
    if checks { for violation in kernel.violations(at: now) { note(violation) } }
    return decision.effects
  }

  private mutating func twinStep(_ event: Event) -> StepRecord? {
    do {
      var twin = try Kernel(
        recovering: records, configuration: configuration, digest: kernel.digest)
      twin.share(pressureOf: kernel)
      var other = Decision(recordsPerStep: recordsPerStep)
      twin.step(event, at: now, into: &other)
      return StepRecord(other, digest: twin.digest)
    } catch {
      note("recovery failed: \(error)")
      return nil
    }
  }

  private mutating func companionStep(_ event: Event) -> StepRecord? {
    guard var twin = companion.take() else { return nil }
    var other = Decision(recordsPerStep: recordsPerStep)
    twin.step(event, at: now, into: &other)
    let record = StepRecord(other, digest: twin.digest)
    companion = consume twin
    return record
  }

  /// From now on a twin, recovered at this moment, lives beside the kernel.
  mutating func keepTwin() {
    do {
      var twin = try Kernel(
        recovering: records, configuration: configuration, digest: kernel.digest)
      twin.share(pressureOf: kernel)
      companion = consume twin
    } catch {
      note("recovery failed: \(error)")
    }
  }

  mutating func note(_ problem: String) {
    problems.append(problem)
    Issue.record("\(problem)")
  }

  /// The process dies and another one takes the records up.
  mutating func crash(with configuration: Configuration? = nil) {
    if let configuration { self.configuration = configuration }
    companion = nil
    do {
      kernel = try Kernel(
        recovering: records, configuration: self.configuration, digest: kernel.digest)
    } catch {
      note("recovery failed: \(error)")
    }
  }

  mutating func request(_ action: Request.Action) -> [Effect] {
    requests += 1
    return step(.requested(Request(id: requests, action: action)))
  }
}

extension TestWorld {
  static func clock(_ now: Instant) -> String { "\(now.iso) (\(now.milliseconds))" }
}

extension Kernel {
  /// What the host would have told a process that began a moment ago.
  fileprivate mutating func share(pressureOf other: borrowing Kernel) {
    lastPressure = other.lastPressure
    pressedSince = other.pressedSince
  }
}
