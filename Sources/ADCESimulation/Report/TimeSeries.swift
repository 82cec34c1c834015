public import ADCEKernel

/// What a run looked like over its time: a point for each interval, a few hundred at most. When there
/// are more, neighbours are joined, and the interval doubles.
public struct TimeSeries: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    /// Milliseconds since the simulation began; the end of the interval.
    public var at: Int64
    /// What the process knew then.
    public var expected = 0
    public var present = 0
    /// By priority: critical, high, medium, low.
    public var gaps = [0, 0, 0, 0]
    /// In the order of `TimeSeries.states`.
    public var tasks = [Int](repeating: 0, count: TimeSeries.states.count)
    /// Within the interval, by source, in the order of `World.placement`.
    public var requests = [Int](repeating: 0, count: World.placement.count)
    /// Objects asked for within the interval that came, and that did not.
    public var succeeded = 0
    public var failed = 0
    /// Of the cycles that ended within the interval, in milliseconds; nil = none did.
    public var slowestCycle: Int64?

    init(at time: Int64) { at = time }

    /// The point and the one after it as one: what was counted adds up, what was looked at is the
    /// later one's.
    func joined(with later: Point) -> Point {
      var result = later
      for index in requests.indices { result.requests[index] += requests[index] }
      result.succeeded += succeeded
      result.failed += failed
      result.slowestCycle = [slowestCycle, later.slowestCycle].compactMap(\.self).max()
      return result
    }
  }

  /// States of tasks that are not over.
  public static let states: [TaskRecord.State] = [
    .pending, .admitted, .running, .backingOff, .parked,
  ]
  static let pointsMax = 360

  public private(set) var interval: Int64
  public private(set) var points: [Point] = []

  init(interval: Int64) { self.interval = interval }

  /// - Parameter joins: it is a part of the last one.
  mutating func append(_ point: Point, joins: Bool = false) {
    if joins, let last = points.popLast() {
      points.append(last.joined(with: point))
    } else {
      points.append(point)
    }
    guard points.count > TimeSeries.pointsMax else { return }
    var joined: [Point] = []
    for index in stride(from: 0, to: points.count - 1, by: 2) {
      joined.append(points[index].joined(with: points[index + 1]))
    }
    // An odd one has no neighbour: it stays half an interval long.
    if points.count % 2 == 1, let last = points.last { joined.append(last) }
    points = joined
    interval *= 2
  }
}

/// Looks at a simulation now and then, and counts in between. One that has none is as fast as ever.
public struct Sampler: Sendable {
  public private(set) var series: TimeSeries
  /// Attempts that were started, and processes.
  public private(set) var starts = 0
  private(set) var nextAt: Instant
  private var point: TimeSeries.Point
  private var cycleBegan: Instant?

  /// An hour a point, half an hour where it lasts two days at most.
  public init(_ scenario: Scenario) {
    let interval = scenario.durationMilliseconds <= 2 * Span.day ? Span.hour / 2 : Span.hour
    series = TimeSeries(interval: interval)
    point = TimeSeries.Point(at: 0)
    nextAt = WorldPlan.begin + interval
  }

  mutating func arrived(at source: Int) { point.requests[source] += 1 }

  mutating func attempted(isStored: Bool) {
    if isStored { point.succeeded += 1 } else { point.failed += 1 }
  }

  mutating func note(_ effect: Effect, at now: Instant) {
    switch effect {
    case .loadCatalogs: cycleBegan = now
    case .cycleFinished, .cycleFailed:
      guard let began = cycleBegan else { return }
      cycleBegan = nil
      point.slowestCycle = max(point.slowestCycle ?? 0, now - began)
    case .start: starts += 1
    case .scan, .lookUp, .cancel, .runEnded, .alert, .answered, .drained, .finished: break
    }
  }

  /// The interval has ended: what it counted, with what is to be seen now.
  mutating func sample(_ kernel: borrowing Kernel, steady: Instant, at now: Instant) {
    let analysis = kernel.analyse(at: steady)
    let states = kernel.taskCounts.byState
    point.at = now - WorldPlan.begin
    point.expected = analysis.total.expected
    point.present = analysis.total.present
    point.gaps = analysis.gapsByPriority
    point.tasks = TimeSeries.states.map { states[$0] ?? 0 }
    // A rest of an interval would show a rate that never was.
    let rest = point.at - (series.points.last?.at ?? .min / 2)
    series.append(point, joins: rest < series.interval / 2)
    point = TimeSeries.Point(at: 0)
    nextAt = now + series.interval
  }
}

extension Simulation {
  /// Samples whatever was due before the time goes on to `time`.
  mutating func sample(before time: Instant) {
    while let due = sampler?.nextAt, due <= time {
      sampler?.sample(kernel, steady: due + machine.steadyError, at: due)
    }
  }

  /// The last interval, cut off by the end.
  mutating func sampleEnd() {
    guard let sampler, sampler.series.points.last.map({ $0.at < elapsed }) ?? true else { return }
    let steady = steady
    self.sampler?.sample(kernel, steady: steady, at: now)
  }
}
