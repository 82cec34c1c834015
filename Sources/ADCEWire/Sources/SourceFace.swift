internal import ADCEIO
internal import ADCEKernel
internal import ADCESimulation

/// The sources of a world: `/sources/NAME/KEY` is the object of that key, if the source has it. Each
/// counts its requests over a sliding minute, and refuses what is more than it allows.
final class SourceFace: Sendable {
  static let prefix = "/sources/"

  /// What a request comes to, before any fault.
  enum Finding {
    /// Above what the source allows: to be tried again after so many milliseconds.
    case overLimit(Int64)
    case notThere
    case object(Int)
  }

  private let world: World
  private let hasAbsentObjects: Bool
  private let windows: Locked<[String: SlidingMinute]>

  init(_ world: World, profile: WireProfile) {
    self.world = world
    hasAbsentObjects = profile.hasAbsentObjects
    var windows: [String: SlidingMinute] = [:]
    for name in World.sourceNames {
      windows[name] = SlidingMinute(limit: world.plan.requestsPerMinute)
    }
    self.windows = Locked(windows)
  }

  /// Whether the source of an object has it, or will have it.
  func isAttainable(_ index: Int) -> Bool {
    !hasAbsentObjects || !world.isAbsentForEver(index)
  }

  /// The source that a path is of; nil if there is none of that name.
  func source(of path: String) -> String? {
    let name = path.dropFirst(Self.prefix.count).prefix { $0 != "/" }
    return World.sourceNames.first { $0 == name }
  }

  /// - Parameters:
  ///   - now: by the wall clock, which says what is due.
  ///   - arrival: by a clock that is never set.
  func find(
    _ path: String, in source: String, now: Instant, arrival: Int64
  ) -> (finding: Finding, inLastMinute: Int) {
    let admission = windows.withLock { $0[source]?.admit(arrival) } ?? .init(waits: nil, count: 0)
    if let waits = admission.waits { return (.overLimit(waits), admission.count) }
    let key = Array(path.utf8.dropFirst(Self.prefix.count + source.utf8.count + 1))
    guard let index = world.index(of: key), world.source(of: index) == source,
      world.isPublished(index, at: now), world.isDue(index, at: now),
      isAttainable(index)
    else { return (.notThere, admission.count) }
    return (.object(index), admission.count)
  }
}

/// The requests of the last sixty seconds, as many as are allowed.
struct SlidingMinute {
  let limit: Int
  /// A ring of the arrivals that were admitted last.
  private var arrivals: [Int64] = []
  private var oldest = 0

  init(limit: Int) { self.limit = limit }

  struct Admission {
    /// Milliseconds until one is admitted again; nil if this one is.
    var waits: Int64?
    /// Admitted within the minute that ends now, this one included.
    var count: Int
  }

  mutating func admit(_ now: Int64) -> Admission {
    let begin = now - Span.minute
    if arrivals.count < limit {
      arrivals.append(now)
    } else if limit > 0, arrivals[oldest] <= begin {
      arrivals[oldest] = now
      oldest = (oldest + 1) % limit
    } else {
      let waits = limit > 0 ? arrivals[oldest] - begin : Span.minute
      return Admission(waits: waits, count: arrivals.count)
    }
    return Admission(waits: nil, count: arrivals.count { $0 > begin })
  }
}
