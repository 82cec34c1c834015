/// Shares the ranges of a listing among its readers, and decides when one is to be divided.
final class ListingBoard: Sendable {
  private struct State {
    var queue: [ListingRange]
    var active = 0
    /// Readers that wait for a range.
    var idle = 0
    var counts = ListingCounts()
    var failure: ListingFailure?
  }

  private let state: Monitor<State>
  private let freeSplits: Int

  init(_ ranges: [ListingRange], readers: Int) {
    var first = State(queue: ranges.reversed())
    first.counts.ranges = ranges.count
    state = Monitor(first)
    freeSplits = 4 * readers
  }

  private enum Turn {
    case range(ListingRange)
    case over
  }

  /// The next range; waits while others may yet divide theirs. nil when all is listed, or one has
  /// failed.
  func next() -> ListingRange? {
    var isWaiting = false
    let turn = state.wait { state -> Turn? in
      if isWaiting { state.idle -= 1 }
      isWaiting = false
      if state.failure != nil { return .over }
      if let range = state.queue.popLast() {
        state.active += 1
        return .range(range)
      }
      if state.active == 0 { return .over }
      state.idle += 1
      isWaiting = true
      return nil
    }
    guard case .range(let range) = turn else { return nil }
    return range
  }

  /// Divides a range of which a page was read, if somebody waits for work.
  ///
  /// Each part costs at most one request beyond a page a thousand objects, so parts are bounded: a
  /// guess that fails again and again must not cost more than it can bring.
  func divide(_ range: inout ListingRange) {
    range = state.withLock { state in
      var lower = range
      guard state.idle > state.queue.count,
        state.counts.splits < freeSplits + state.counts.pages / 25, let upper = lower.split()
      else { return range }
      state.counts.splits += 1
      state.counts.ranges += 1
      state.queue.append(upper)
      return lower
    }
  }

  /// Whether to go on after another page of so many objects.
  func tookPage(objects: Int) -> Bool {
    state.withLock { state in
      state.counts.pages += 1
      state.counts.objects += objects
      return state.failure == nil
    }
  }

  func finished() { state.withLock { $0.active -= 1 } }

  /// The first failure is the one to tell.
  func fail(_ reason: ListingFailure) {
    state.withLock { $0.failure = $0.failure ?? reason }
  }

  var outcome: Result<ListingCounts, ListingFailure> {
    state.withLock { state in state.failure.map { .failure($0) } ?? .success(state.counts) }
  }
}

/// What a listing took.
package struct ListingCounts: Hashable, Sendable {
  /// Answers that counted.
  package var pages = 0
  package var ranges = 0
  /// Ranges that were made by dividing another.
  package var splits = 0
  package var objects = 0

  package init() {}
}
