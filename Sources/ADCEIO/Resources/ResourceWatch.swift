internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Measures every few seconds on a thread of its own, and tells what has come to be short, or is
/// no longer.
final class ResourceWatch: Sendable {
  private struct State {
    var limits: ResourceLimits
    var paths: [String]
    var judge = ResourceJudge()
    var isOver = false
  }

  static let intervalMilliseconds: Int64 = 5000

  private let state: Locked<State>
  private let tell: @Sendable (Pressure) -> Void

  /// - Parameters:
  ///   - paths: folders that we write to.
  ///   - tell: called with each change, on the watch's thread.
  init(
    _ limits: ResourceLimits, paths: [String], tell: @escaping @Sendable (Pressure) -> Void
  ) {
    state = Locked(State(limits: limits, paths: paths))
    self.tell = tell
  }

  /// What is short right now; for a start, before anything is begun.
  func measure() -> Pressure {
    _ = look()
    return state.withLock { $0.judge.pressure }
  }

  /// Measures until `stop`.
  func start() throws(ThreadRefused) {
    try DedicatedThread { [self] in
      while wait() {
        guard let change = look() else { continue }
        tell(change)
      }
    }.detach()
  }

  /// Other limits hold from the next look on.
  func change(_ limits: ResourceLimits, paths: [String]) {
    state.withLock { state in
      state.limits = limits
      state.paths = paths
    }
  }

  func stop() { state.withLock { $0.isOver = true } }

  private func look() -> Pressure? {
    let (limits, paths) = state.withLock { ($0.limits, $0.paths) }
    let sample =
      limits.isEmpty
      ? ResourceSample(memoryBytes: nil, cpuMilliseconds: nil, diskFreeBytes: nil)
      : ResourceSample.now(paths: paths)
    let now = SystemClock.milliseconds(CLOCK_MONOTONIC)
    return state.withLock { $0.judge.judge(sample, at: now, limits) }
  }

  /// False once it is over.
  private func wait() -> Bool {
    for _ in 0..<(Self.intervalMilliseconds / 250) {
      if state.withLock({ $0.isOver }) { return false }
      usleep(250_000)
    }
    return true
  }
}
