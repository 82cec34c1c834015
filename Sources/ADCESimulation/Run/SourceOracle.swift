import ADCEKernel
import Collections

/// The source's own view of its limit: no window of a minute, wherever it begins, may hold more
/// requests than it allows. It shares no code with the kernel's limits.
struct SourceOracle {
  private var sent: [String: Deque<Instant>] = [:]

  mutating func sent(
    _ source: String, at now: Instant, limit: Int, _ violations: inout [String]
  ) {
    var times = sent[source] ?? []
    while let first = times.first, first <= now - Span.minute { times.removeFirst() }
    times.append(now)
    if times.count > limit {
      violations.append(
        "\(source) got \(times.count) requests within a minute at \(now.iso), allowed \(limit)")
    }
    sent[source] = times
  }
}
