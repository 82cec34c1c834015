import ADCEIO
import ADCEKernel

/// A kernel that is told what the world does, and the facts that lie beside it: all well at first.
struct HealthWorld: ~Copyable {
  /// 2025-01-15T12:00:00Z.
  static let noon = Instant(seconds: 1_736_942_400)
  static let keys = (0..<20).map { "box/\($0).json" }

  var kernel: Kernel
  var now = HealthWorld.noon
  var facts = HealthFacts()
  var rules: HealthRules
  private(set) var effects: [Effect] = []
  private var decision = Decision()

  init(_ edit: (inout LoadedConfiguration) -> Void = { _ in }) {
    var loaded = LoadedConfiguration()
    loaded.lake.url = "file:///lake"
    loaded.lake.snapshotMaxMilliseconds = 24 * Span.hour
    loaded.health.checkMilliseconds = Span.minute
    var scraper = Configuration.Scraper(id: "stats_box", source: "stats", kind: .http)
    scraper.retry.maxAttempts = 1
    scraper.maxConcurrent = 20
    loaded.kernel.scrapers = [scraper]
    loaded.kernel.globalLimits.maxConcurrent = 20
    loaded.kernel.globalLimits.windows = .init(perMinute: 600, perHour: 6000)
    loaded.kernel.queue.itemsPerTask = 1
    var limits = Configuration.SourceLimits(name: "stats")
    limits.windows = .init(perMinute: 300)
    loaded.kernel.sources = [limits]
    var box = Desired.DataType(name: "box")
    box.required = true
    box.patterns = ["box/{id}.json"]
    box.scraper = 0
    var source = Desired.Source(name: "stats")
    source.dataTypes = [box]
    loaded.kernel.desired.sources = [source]
    loaded.kernel.desired.dimensions = [
      .init(name: "id", values: .list((0..<20).map(String.init)))
    ]
    loaded.dataTypes = [[DataTypeSettings(name: "box")]]
    edit(&loaded)
    rules = HealthRules(loaded)
    kernel = Kernel(configuration: loaded.kernel)
    facts.writer = (4711, "2025-01-15T12:00:00Z")
    facts.room = .init(freeBytes: 50_000_000_000, totalBytes: 100_000_000_000)
  }

  /// Takes a step; the effects are those of the last one.
  mutating func step(_ event: Event) {
    decision.removeAll()
    kernel.step(event, at: now, into: &decision)
    effects = decision.effects
  }

  mutating func start() {
    step(.started(Event.Start(after: .clean, mode: .loop)))
  }

  /// Reads the catalogs, if a cycle asks for them; whether it then asks for a scan.
  mutating func loadCatalogs(_ loads: [Event.CatalogLoad] = []) -> Event.Ticket? {
    for case .loadCatalogs(let ticket) in effects {
      step(.catalogsLoaded(ticket, loads))
      break
    }
    for case .scan(let ticket) in effects { return ticket }
    return nil
  }

  /// A whole cycle, after which the lake holds the first `present` keys.
  mutating func cycle(present: Int) {
    let isAsked = effects.contains { if case .loadCatalogs = $0 { true } else { false } }
    if !isAsked { step(.requested(Request(id: 1, action: .reconcile))) }
    guard let ticket = loadCatalogs() else { return }
    var map = CoverageMap(for: kernel.space)
    for key in HealthWorld.keys.prefix(present) {
      Array(key.utf8).withUnsafeBytes {
        map.observe(
          key: $0, facts: ObjectFacts(bytes: 1000, modifiedSeconds: now.seconds - 60),
          in: kernel.space)
      }
    }
    step(
      .scanFinished(
        ticket,
        Event.Scan(map: map, space: kernel.space.fingerprint, source: .directory, began: now)))
  }

  mutating func failCycle(_ message: String) {
    step(.requested(Request(id: 1, action: .reconcile)))
    guard let ticket = loadCatalogs() else { return }
    step(.scanFailed(ticket, .init(message: message)))
    facts.scanFailure = message
  }

  /// Ends every attempt that the last step started.
  mutating func endAttempts(_ failure: FailureClass?) {
    for case .start(let attempt) in effects {
      guard let work = kernel.work(for: attempt) else { continue }
      let facts = ObjectFacts(bytes: 1000, modifiedSeconds: now.seconds)
      let items = work.items.map {
        AttemptEnd.Item(
          index: $0.index,
          result: failure.map { .failed($0) } ?? .stored(facts, contentHash: .zero))
      }
      decision.removeAll()
      kernel.step(
        .attemptEnded(AttemptEnd(attempt: attempt, failure: failure, items: items)), at: now,
        into: &decision)
    }
    effects = decision.effects
  }

  var report: StatusReport { StatusReport(kernel, at: now, facts: facts, rules: rules) }

  func component(_ name: String) -> StatusReport.Component? {
    report.components.first { $0.name == name }
  }
}
