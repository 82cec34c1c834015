import ADCEKernel
import Collections

/// The kernel on virtual time against a generated world: one thread, one seed, the same decisions
/// each time.
public struct Simulation: ~Copyable {
  public struct Options: Hashable, Sendable {
    public var plan = WorldPlan.full
    public var seed: UInt64 = 1
    public var durationMilliseconds: Int64 = Span.day
    public var faults = FaultProfile.reference
    /// Keep the durable records, so that the kernel can be killed and recovered.
    public var crashes = 0
    /// Recompute the digest and check the invariants after each cycle.
    public var checks = true

    public init() {}
  }

  let options: Options
  var world: World
  var kernel: Kernel
  var decision = Decision()
  var records = MemoryRecords()
  var now = WorldPlan.begin
  var pending = Heap<Arrival>()
  var arrivals: [UInt64: Event] = [:]
  var nextArrival: UInt64 = 0
  var wakeAt = WorldPlan.begin
  var catalogsRead = false
  var scans = 0
  /// Kernel ordinals of the world's objects, for the key space with this fingerprint.
  var ordinals: [Int32] = []
  var ordinalsFor = Hash128.zero
  /// The lake as a map of that key space, kept up with each object that is stored.
  var mirror: CoverageMap
  var source = SourceOracle()
  var tally = Tally()
  var crashTimes: [Instant] = []
  public internal(set) var report: SimulationReport

  struct Arrival: Comparable {
    var at: Instant
    var number: UInt64
    static func < (a: Arrival, b: Arrival) -> Bool { (a.at, a.number) < (b.at, b.number) }
  }

  public init(_ options: Options) {
    self.options = options
    world = World(plan: options.plan, seed: options.seed)
    kernel = Kernel(configuration: world.configuration)
    mirror = CoverageMap(for: kernel.space)
    report = SimulationReport(seed: options.seed, objects: options.plan.objectsDue)
    for index in 0..<options.crashes {
      let share = world.draw.millionth(.crashes, UInt64(index))
      let at = options.durationMilliseconds / 1_000_000 * Int64(share)
      crashTimes.append(WorldPlan.begin + at)
    }
    crashTimes.sort()
  }

  /// Runs to the end and reports.
  public mutating func run() -> SimulationReport {
    let end = WorldPlan.begin + options.durationMilliseconds
    step(.started(.init(after: .clean, mode: .loop)))
    while true {
      let next = min(pending.min?.at ?? .distantFuture, wakeAt)
      if let crash = crashTimes.first, crash <= next {
        crashTimes.removeFirst()
        now = max(now, crash)
        self.crash()
        continue
      }
      if next > end { break }
      now = max(now, next)
      if let arrival = pending.min, arrival.at <= now {
        pending.removeMin()
        if let event = arrivals.removeValue(forKey: arrival.number) { step(event) }
      } else {
        step(.woken)
      }
    }
    now = end
    finish()
    return report
  }

  private mutating func step(_ event: Event) {
    report.steps += 1
    decision.removeAll()
    kernel.step(event, at: now, into: &decision)
    if options.crashes > 0 { records.apply(decision) }
    report.mutations += decision.mutations.count
    wakeAt = decision.wakeAt
    for effect in decision.effects { carryOut(effect) }
  }

  /// The process dies: what was in flight is lost, though its effect may have happened.
  private mutating func crash() {
    report.crashes += 1
    pending = Heap()
    arrivals = [:]
    let digest = kernel.digest
    do {
      kernel = try Kernel(
        recovering: records, configuration: world.configuration, digest: digest)
    } catch {
      report.violations.append("recovery failed: \(error)")
      return
    }
    report.violations += kernel.violations(at: now)
    step(.started(.init(after: .crash, mode: .loop)))
  }

  mutating func post(_ event: Event, after milliseconds: Int64) {
    nextArrival += 1
    arrivals[nextArrival] = event
    pending.insert(Arrival(at: now + max(1, milliseconds), number: nextArrival))
  }
}
