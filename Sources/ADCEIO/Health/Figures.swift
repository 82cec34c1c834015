internal import ADCEKernel

/// Numbers of the kernel and of this process's loop at one moment, for `/metrics`.
public struct Figures: Sendable {
  struct TypeLine: Sendable {
    var source: String
    var dataType: String
    var basis: KeySpace.Basis
    var numbers: Analysis.Numbers
    var surplus: Int
    var bytes: Int64
  }

  struct Scraper: Sendable {
    var id: String
    var running: Int
  }

  /// More data types than that are left out, and how many is told.
  static let typesMax = 1000

  var types: [TypeLine]
  var typesLeftOut: Int
  var total: Analysis.Numbers
  var counted: Analysis.Numbers
  var gapsByPriority: [Int]
  var openByPriority: [Int]
  var byState: [(name: String, count: Int)]
  var scrapers: [Scraper]
  var windows: [WindowGauge]
  var pausedSources: [String]
  var isPaused: Bool
  var tasksMade: UInt64
  var attemptsMade: UInt64
  var runs: UInt64
  var cyclesCompleted: UInt64
  var cyclesFailedInARow: UInt32
  var cycleIsUnderWay: Bool
  /// By the wall clock; nil = none yet, none planned.
  var lastCycle: Instant?
  var nextCycle: Instant?
  var snapshot: (source: ScanSource, record: SnapshotRecord)?
  var success: (finished: Int, succeeded: Int)
  var tally: Tally
  var room: DiskRoom?
  var storeBytes: Int64?
  var restarts: Int

  init(_ kernel: borrowing Kernel, at now: Instant, _ facts: HealthFacts, _ tally: Tally) {
    let analysis = kernel.analyse(at: now)
    total = analysis.total
    counted = analysis.counted
    gapsByPriority = analysis.gapsByPriority
    let (space, desired) = (kernel.space, kernel.configuration.desired)
    let bytes = kernel.coverage.bytesByType
    types = space.types.indices.prefix(Figures.typesMax).map { index in
      let type = space.types[index]
      let source = desired.sources[type.source]
      return TypeLine(
        source: source.name, dataType: source.dataTypes[type.dataType].name, basis: type.basis,
        numbers: analysis.byType[index], surplus: analysis.surplusByType[index],
        bytes: bytes[index])
    }
    typesLeftOut = max(0, space.types.count - Figures.typesMax)
    let counts = kernel.taskCounts
    openByPriority = counts.openByPriority
    byState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    let known = kernel.configuration.scrapers.prefix(Tally.scrapersMax)
    var scrapers: [Scraper] = []
    for scraper in known {
      scrapers.append(
        Scraper(id: scraper.id, running: kernel.attemptsRunning(ofScraper: scraper.id)))
    }
    self.scrapers = scrapers
    windows = kernel.windowGauges
    pausedSources = kernel.pausedSources
    isPaused = kernel.run.isPaused
    tasksMade = kernel.tasksMade
    attemptsMade = kernel.attemptsMade
    runs = kernel.run.number
    let (cycle, offset) = (kernel.cycle, kernel.wallOffsetMilliseconds)
    cyclesCompleted = cycle.completed
    cyclesFailedInARow = cycle.failedInARow
    cycleIsUnderWay = cycle.phase == .loadingCatalogs || cycle.phase == .scanning
    lastCycle = cycle.completed > 0 ? cycle.finished + offset : nil
    nextCycle = cycle.nextAt < .distantFuture ? cycle.nextAt + offset : nil
    snapshot = kernel.snapshot
    success = kernel.attemptsEnded(withinDays: 7, at: now)
    self.tally = tally
    room = facts.room
    storeBytes = facts.storeBytes
    restarts = facts.restarts
  }
}
