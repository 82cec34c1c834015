public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Between the loop, which alone may look at the kernel, and those who want to know how it is.
///
/// Readers ask, at any rate and from any thread; the loop answers between two of its steps, at most
/// once a second, with a bulletin that never changes again. Asking is an event that means nothing
/// (`woken`): a loop that does not answer it hangs, and every reader can tell since when.
public final class HealthWatch: Sendable {
  /// What a reader needs fresh.
  public enum Part: Sendable, CaseIterable { case status, tasks, figures }

  /// A component that fares otherwise than at the last check.
  public struct Change: Sendable {
    public var was: StatusReport.Condition?
    public var now: StatusReport.Component
  }

  struct State {
    var bulletin: Bulletin?
    var wanted: Set<Part> = []
    /// When each part was last made, in milliseconds of the monotonic clock.
    var made: [Part: Int64] = [:]
    /// When the loop was asked for a sign that has not come yet.
    var asked: Int64?
    /// When it last said that it waits for a commit to be possible.
    var trouble: (at: Int64, message: String)?
    var scanFailure: String?
    var tally = Tally()
    var waiters: [UInt64: (part: Part, continuation: CheckedContinuation<Void, Never>)] = [:]
    var nextWaiter: UInt64 = 0
    var rules: HealthRules
  }

  let state: Locked<State>
  private let stateDirectory: String
  private let post: @Sendable (Event) -> Void
  private let onChange: @Sendable (Change) -> Void
  /// The parts of the process beside the loop.
  public let components: Components
  let started = SystemClock.wallMilliseconds

  /// A part younger than that is fresh.
  static let freshMilliseconds: Int64 = 1000
  /// While a commit is refused the loop says so every five seconds; silence beyond this hangs.
  private static let troubleMilliseconds: Int64 = 30_000

  /// - Parameters:
  ///   - post: wakes the loop; from any thread.
  ///   - onChange: called on the loop's thread.
  public init(
    stateDirectory: String, rules: HealthRules,
    components: Components = Components(onFailure: { _, _ in }),
    post: @escaping @Sendable (Event) -> Void,
    onChange: @escaping @Sendable (Change) -> Void = { _ in }
  ) {
    self.stateDirectory = stateDirectory
    self.components = components
    self.post = post
    self.onChange = onChange
    state = Locked(State(rules: rules))
  }

  public var rules: HealthRules { state.withLock { $0.rules } }

  /// After a reload.
  public func follow(_ rules: HealthRules) { state.withLock { $0.rules = rules } }
}

// MARK: - The loop's side, on its thread

extension HealthWatch {
  /// Before the kernel takes an event.
  public func took(_ event: Event, _ kernel: borrowing Kernel, _ now: Instant) {
    guard case .attemptEnded(let end) = event, let attempt = kernel.attempt(end.attempt) else {
      return
    }
    state.withLock { $0.tally.count(end, of: attempt, at: now) }
  }

  public func released(_ effect: Effect, timings: Host.Timings) {
    state.withLock { state in
      state.tally.count(effect)
      switch effect {
      case .cycleFailed(_, let message): state.scanFailure = message
      case .cycleFinished:
        state.scanFailure = nil
        state.tally.timings = timings
      default: break
      }
    }
  }

  /// A commit was refused, and will be tried again.
  public func troubled(_ message: String) {
    state.withLock { $0.trouble = (HealthWatch.now, message) }
  }

  /// A step is done and committed: a sign of life, and the time to answer who has asked.
  public func stepped(_ kernel: borrowing Kernel, _ now: Instant) {
    let (wanted, rules, tally, scanFailure, last) = state.withLock { state in
      state.asked = nil
      state.trouble = nil
      state.tally.steps += 1
      defer { state.wanted = [] }
      return (
        state.wanted, state.rules, state.tally, state.scanFailure, state.bulletin
      )
    }
    guard !wanted.isEmpty else { return }
    var facts = HealthFacts.measured(stateDirectory: stateDirectory, rules: rules)
    // We are who runs; whether the lock's file can be read says nothing new.
    facts.writer = (getpid(), Instant(milliseconds: started).iso)
    facts.scanFailure = scanFailure
    let status = StatusReport(kernel, at: now, facts: facts, rules: rules)
    let next = Bulletin(
      number: (last?.number ?? 0) + 1, status: status,
      tasks: wanted.contains(.tasks) ? TaskBoard(kernel, at: now) : last?.tasks,
      figures: wanted.contains(.figures) ? Figures(kernel, at: now, facts, tally) : last?.figures)
    publish(next, wanted, instead: last)
  }

  private func publish(_ next: Bulletin, _ made: Set<Part>, instead last: Bulletin?) {
    let waiting = state.withLock { state in
      state.bulletin = next
      let moment = HealthWatch.now
      let made = made.union([.status])
      for part in made { state.made[part] = moment }
      // Who asked for another part while these were made waits for the next step.
      let served = state.waiters.filter { made.contains($0.value.part) }
      for id in served.keys { state.waiters[id] = nil }
      return served.values.map(\.continuation)
    }
    for waiter in waiting { waiter.resume() }
    for component in next.status.components {
      let was = last?.status.components.first { $0.name == component.name }?.condition
      if was != component.condition { onChange(Change(was: was, now: component)) }
    }
  }

  /// The monotonic clock, in milliseconds.
  static var now: Int64 { SystemClock.milliseconds(CLOCK_MONOTONIC) }
}

// MARK: - The readers' side, on any thread

extension HealthWatch {
  /// How long the loop has owed a sign, in milliseconds; 0 = it owes none.
  public var silence: Int64 {
    state.withLock { state in state.asked.map { max(0, HealthWatch.now - $0) } ?? 0 }
  }

  /// The silence of a loop that hangs, in milliseconds; nil = it does not.
  public var hanging: Int64? { state.withLock { HealthWatch.hanging($0) } }

  private static func hanging(_ state: State) -> Int64? {
    let now = HealthWatch.now
    if let trouble = state.trouble, now - trouble.at < troubleMilliseconds { return nil }
    guard let asked = state.asked, now - asked > state.rules.hungAfter else { return nil }
    return now - asked
  }

  /// The last bulletin with what is known without the loop: that it hangs, or waits for the disk.
  public var current: Bulletin? {
    let (bulletin, trouble, hanging) = state.withLock { state in
      (state.bulletin, state.trouble?.message, HealthWatch.hanging(state))
    }
    guard let bulletin, trouble != nil || hanging != nil else { return bulletin }
    var status = bulletin.status
    if let trouble { status = status.refused(trouble) }
    if let hanging { status = status.hanging(milliseconds: hanging) }
    return Bulletin(
      number: bulletin.number, status: status, tasks: bulletin.tasks, figures: bulletin.figures,
      isOverridden: true)
  }

  /// Asks the loop for what is older than a second, and waits for it a moment: a loop that owes an
  /// answer for longer than that is not waited for.
  public func refresh(_ part: Part, waitingMilliseconds limit: Int64 = 250) async {
    guard ask(part) else { return }
    await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
      let (id, isMade): (UInt64, Bool) = state.withLock { state in
        let id = state.nextWaiter
        state.nextWaiter += 1
        // The loop may have answered between the question and now.
        let isMade = HealthWatch.isFresh(part, state)
        if !isMade { state.waiters[id] = (part, waiter) }
        return (id, isMade)
      }
      guard !isMade else { return waiter.resume() }
      Task {
        // Never cancelled: nobody holds it.
        try? await Task.sleep(for: .milliseconds(limit))
        state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
      }
    }
  }

  /// Asks for a part, unless it is fresh; true if an answer may come soon. Returns at once.
  @discardableResult
  public func ask(_ part: Part) -> Bool {
    let (posts, waits) = state.withLock { state -> (Bool, Bool) in
      if HealthWatch.isFresh(part, state) { return (false, false) }
      state.wanted.insert(part)
      let now = HealthWatch.now
      guard let asked = state.asked else {
        state.asked = now
        return (true, true)
      }
      return (false, now - asked < HealthWatch.freshMilliseconds)
    }
    if posts { post(.woken) }
    return waits
  }

  private static func isFresh(_ part: Part, _ state: State) -> Bool {
    state.made[part].map { now - $0 < freshMilliseconds } ?? false
  }
}

extension StatusReport {
  /// The same, while commits are refused.
  func refused(_ trouble: String) -> StatusReport {
    var copy = self
    for index in copy.components.indices where copy.components[index].name == "disk" {
      copy.components[index] = Component(
        "disk", .failed, "the last commit was refused: \(trouble)")
    }
    return copy
  }
}
