@testable import ADCEKernel

// The ports' side of a transcript: each call is one answer, and gives the effects that follow.

extension KernelHarness {
  /// The first event of a process.
  @discardableResult
  mutating func start(
    _ mode: Run.Mode = .loop, after: Event.Start.After = .clean, boot: UInt64 = 1
  ) -> [Effect] {
    step(.started(.init(after: after, mode: mode, bootID: Hash128(high: 0, low: boot))))
  }

  /// Answers the catalogs that were asked for last.
  @discardableResult
  mutating func load(_ loads: [Event.CatalogLoad]? = nil) -> [Effect] {
    step(.catalogsLoaded(.init(kernel.cycle.ticket), loads ?? world.catalogs))
  }

  /// Answers the scan that was asked for last: of the lake as it is now.
  @discardableResult
  mutating func scan(
    _ source: ScanSource = .directory, began: Instant? = nil, identity: Hash128 = .zero
  ) -> [Effect] {
    let scan = lake.scan(
      for: kernel.space, source: source, began: began ?? now, identity: identity)
    return step(.scanFinished(.init(kernel.cycle.ticket), scan))
  }

  /// A cycle from its beginning to its end; gives the effects of its last step.
  @discardableResult
  mutating func cycle(_ source: ScanSource = .directory, began: Instant? = nil) -> [Effect] {
    if kernel.cycle.phase == .idle || kernel.cycle.phase == .retrying {
      _ = request(.reconcile)
    }
    let effects = load()
    guard kernel.cycle.phase == .scanning else { return effects }
    return scan(source, began: began)
  }

  /// A process from its start to the end of its first cycle.
  @discardableResult
  mutating func begin(_ mode: Run.Mode = .loop) -> [Effect] {
    start(mode)
    return cycle()
  }

  /// To the moment that the kernel asked for.
  @discardableResult
  mutating func wake() -> [Effect] {
    now = max(now, wakeAt)
    return step(.woken)
  }

  @discardableResult
  mutating func pass(_ milliseconds: Int64) -> [Effect] {
    now = now + milliseconds
    return step(.woken)
  }

  /// Answers a look-up from the lake.
  @discardableResult
  mutating func lookUp(_ task: UInt64) -> [Effect] {
    let keys = kernel.keysToLookUp(TaskID(task))
    return step(.lookedUp(TaskID(task), lake.answer(keys)))
  }

  // MARK: Ends of attempts

  /// An attempt that stores every object it was started for.
  @discardableResult
  mutating func succeed(_ attempt: UInt64) -> [Effect] {
    let work = kernel.work(for: AttemptID(attempt))
    var end = AttemptEnd(attempt: AttemptID(attempt), failure: nil, items: [])
    for item in work?.items ?? [] {
      let key = String(decoding: item.key, as: UTF8.self)
      lake.put(key, at: now)
      let facts = ObjectFacts(bytes: 500, modifiedSeconds: now.seconds)
      end.items.append(
        .init(index: item.index, result: .stored(facts, contentHash: Hash128(of: item.key))))
    }
    return step(.attemptEnded(end))
  }

  /// An attempt that fails for every object it was started for.
  @discardableResult
  mutating func fail(
    _ attempt: UInt64, _ failure: FailureClass, retryAfter: Int64? = nil,
    permanent: Bool = false
  ) -> [Effect] {
    let work = kernel.work(for: AttemptID(attempt))
    var end = AttemptEnd(
      attempt: AttemptID(attempt), failure: failure == .absent ? nil : failure,
      items: (work?.items ?? []).map { .init(index: $0.index, result: .failed(failure)) })
    end.retryAfterMilliseconds = retryAfter
    end.permanent = permanent
    return step(.attemptEnded(end))
  }

  // MARK: Looking

  func task(_ id: UInt64) -> TaskView? { kernel.task(TaskID(id), at: now) }
  func state(_ id: UInt64) -> TaskRecord.State? { task(id)?.state }

  /// Keys that an attempt was started for.
  func keys(_ attempt: UInt64) -> [String] {
    (kernel.work(for: AttemptID(attempt))?.items ?? []).map {
      String(decoding: $0.key, as: UTF8.self)
    }
  }

  /// What is known of a key beyond the snapshot.
  func record(of key: String) -> KeyRecord? {
    Array(key.utf8).withUnsafeBytes { kernel.space.ordinal(of: $0) }
      .flatMap { kernel.observed.keys[$0] }
  }

  var numbers: Analysis.Numbers { kernel.analyse(at: now).total }
}

extension Effect {
  static func start(_ attempt: UInt64) -> Effect { .start(AttemptID(attempt)) }
  static func lookUp(_ task: UInt64) -> Effect { .lookUp(TaskID(task)) }
  static func cancel(_ attempt: UInt64) -> Effect { .cancel(AttemptID(attempt)) }
  static func loadCatalogs(_ ticket: UInt64) -> Effect { .loadCatalogs(.init(ticket)) }
  static func scan(_ ticket: UInt64) -> Effect { .scan(.init(ticket)) }
  static func cycle(_ number: UInt64) -> Effect { .cycleFinished(number: number) }
}
