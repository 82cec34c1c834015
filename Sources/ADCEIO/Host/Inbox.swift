internal import ADCEKernel

/// What is on its way to the host: any thread puts something in, the host's takes all out.
final class Inbox: Sendable {
  enum Arrival: Sendable {
    case event(Event)
    case operation(Operation)
    /// Something to tell whoever watches the host.
    case trouble(String)

    var event: Event? {
      if case .event(let event) = self { event } else { nil }
    }
  }

  private let arrivals = Locked<[Arrival]>([])
  private let wakeUp: WakeUp

  init() throws(HostFailure) { wakeUp = try WakeUp() }

  func post(_ event: Event) { post(.event(event)) }

  func post(_ arrival: Arrival) {
    let isFirst = arrivals.withLock { arrivals in
      arrivals.append(arrival)
      return arrivals.count == 1
    }
    // Whoever takes the first takes all.
    if isFirst { wakeUp.signal() }
  }

  /// All that is there, at once; if there is nothing, waits for something, at most so long, or
  /// until the wall clock is set.
  func take(waitingMilliseconds milliseconds: Int64) -> [Arrival] {
    // Before looking: what comes after the look must wake.
    wakeUp.clear()
    let there = takeAll()
    if !there.isEmpty || milliseconds <= 0 { return there }
    wakeUp.wait(milliseconds: milliseconds)
    wakeUp.clear()
    return takeAll()
  }

  private func takeAll() -> [Arrival] {
    arrivals.withLock { arrivals in
      defer { arrivals = [] }
      return arrivals
    }
  }

  /// Whether something that is there is of a kind; it stays.
  func contains(where isWanted: (Arrival) -> Bool) -> Bool {
    arrivals.withLock { $0.contains(where: isWanted) }
  }

  /// Forgets the answers that are there: they were meant for a kernel that is no more. What
  /// operators asked for stays.
  func removeAnswers() {
    arrivals.withLock { arrivals in
      arrivals.removeAll { arrival in
        switch arrival {
        case .event(.requested), .operation, .trouble: false
        case .event: true
        }
      }
    }
  }
}
