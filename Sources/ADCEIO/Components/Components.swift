public import ADCEKernel
internal import Glibc

/// The parts of this process that can fail without ending it: each is started again, backing off,
/// and counted.
public final class Components: Sendable {
  public struct Condition: Hashable, Sendable {
    public var name: String
    public var isUp: Bool
    /// How often it was started again since this process began.
    public var restarts = 0
    public var lastError: String?
    /// When that was, by the wall clock.
    public var lastFailure: Instant?
  }

  private struct State {
    var conditions: [String: Condition] = [:]
    var isStopping = false
  }

  private let state = Locked(State())
  private let onFailure: @Sendable (_ name: String, _ message: String) -> Void

  /// `onFailure` is told of each failure, on the thread of the part that failed.
  public init(onFailure: @escaping @Sendable (_ name: String, _ message: String) -> Void) {
    self.onFailure = onFailure
  }

  /// All parts, by name.
  public var conditions: [Condition] {
    state.withLock { $0.conditions.values.sorted { $0.name < $1.name } }
  }

  /// Keeps a part alive on a thread of its own: whenever `body` throws, it is called again after a
  /// while. It is over when `body` returns, or `stop` was called.
  public func keep(
    _ name: String, backoff: Backoff = Backoff(), _ body: @escaping @Sendable () throws -> Void
  ) {
    set(name) { $0.isUp = true }
    do throws(ThreadRefused) {
      try DedicatedThread { [self] in
        var backoff = backoff
        while !isStopping {
          let began = monotonicMilliseconds()
          do {
            try body()
            set(name) { $0.isUp = false }
            return
          } catch {
            failed(name, "\(error)")
          }
          wait(backoff.failed(afterMilliseconds: monotonicMilliseconds() - began))
          guard !isStopping else { return }
          restarted(name)
        }
      }.detach()
    } catch {
      failed(name, "no thread for it (errno \(error.errno))")
    }
  }

  /// Notes that a part has failed and is down; told on only if it is news.
  public func failed(_ name: String, _ message: String, isNews: Bool = true) {
    set(name) { condition in
      condition.isUp = false
      condition.lastError = message
      condition.lastFailure = Instant(milliseconds: wallMilliseconds())
    }
    if isNews { onFailure(name, message) }
  }

  /// Notes that a part that had failed goes on.
  public func restarted(_ name: String) {
    set(name) { condition in
      condition.isUp = true
      condition.restarts += 1
    }
  }

  /// Starts nothing again from now on.
  public func stop() { state.withLock { $0.isStopping = true } }

  private var isStopping: Bool { state.withLock { $0.isStopping } }

  private func set(_ name: String, _ change: (inout Condition) -> Void) {
    state.withLock { state in
      change(&state.conditions[name, default: Condition(name: name, isUp: true)])
    }
  }

  /// Waits, but notices within a moment that it is to stop.
  private func wait(_ milliseconds: Int64) {
    let end = monotonicMilliseconds() + milliseconds
    while !isStopping {
      let left = end - monotonicMilliseconds()
      guard left > 0 else { return }
      usleep(UInt32(min(left, 200)) * 1000)
    }
  }
}

extension Components.Condition {
  public var json: SettingValue {
    .map([
      .init("name", .text(name)), .init("up", .bool(isUp)), .init("restarts", .count(restarts)),
      .init("last_error", lastError.map { .text($0) } ?? .null),
      .init("last_failure", lastFailure.map { .text($0.iso) } ?? .null),
    ])
  }
}
