@testable import ADCEKernel

extension KernelHarness {
  /// Parks a task for each of the first `count` pages, as if its attempts had been spent long ago.
  mutating func parkTasks(_ count: Int, until notBefore: Instant) {
    decision.removeAll()
    decision.beginStep()
    let source = kernel.names.id("site", into: &decision)
    let type = kernel.names.id("page", into: &decision)
    let season = kernel.names.id("2024-25", into: &decision)
    let scraper = kernel.names.id("site_page", into: &decision)
    for page in 0..<count {
      let key = Array(TestWorld.page(page).utf8)
      guard let ordinal = kernel.ordinal(of: key) else { continue }
      var task = TaskRecord(
        priority: .medium, kind: .missing, source: source, type: type, season: season,
        scraper: scraper, score: 0, ownerOrder: 2, due: .distantPast, created: now, itemCount: 1)
      task.state = .parked
      task.reason = .attemptsSpent
      task.parked = 1
      task.attempts = 3
      task.notBefore = notBefore
      var keys = TaskItemsRecord()
      keys.append(key)
      kernel.queue.add(
        task, keys: keys, ordinals: [UInt32(ordinal)],
        at: TaskID(kernel.counters.nextTask), into: &decision)
      kernel.counters.nextTask += 1
    }
    kernel.control.put(.counters(kernel.counters), at: .counters, into: &decision)
    kernel.digest = kernel.digest &+ decision.takeDigestChange()
    records.apply(decision)
    step(.woken)
  }

  /// Goes on while the kernel wants to be woken at once; gives the effects and how many steps.
  @discardableResult
  mutating func goOn(_ first: [Effect], most: Int = 100) -> (effects: [Effect], steps: Int) {
    var (effects, steps) = (first, 1)
    while wakeAt <= now, steps < most {
      effects += wake()
      steps += 1
    }
    return (effects, steps)
  }

  func count(_ state: TaskRecord.State) -> Int { kernel.taskCounts.byState[state] ?? 0 }
}

extension [Effect] {
  var answers: [Effect] { filter { if case .answered = $0 { true } else { false } } }
}
