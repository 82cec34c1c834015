internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Writes views on a thread of its own, so that the loop never waits for their disk. Of several
/// states that come while one is being written only the newest is written next.
final class ViewPublisher: Sendable {
  /// A kernel that nobody steps any more.
  private final class Copy: Sendable {
    let kernel: Kernel
    let now: Instant
    let scanMilliseconds: Int64?
    let settings: ViewSettings

    init(
      _ kernel: consuming Kernel, _ now: Instant, _ scanMilliseconds: Int64?,
      _ settings: ViewSettings
    ) {
      self.kernel = kernel
      self.now = now
      self.scanMilliseconds = scanMilliseconds
      self.settings = settings
    }
  }

  private struct State {
    var writer = ViewWriter()
    var isWriting = false
    var next: Copy?
    var troubles: [String] = []
    /// What was said of the last attempt: the same again is not.
    var said: [String] = []
  }

  private let state = Locked(State())

  /// Has the views of a kernel written, as it stands.
  func publish(
    _ kernel: borrowing Kernel, at now: Instant, scanMilliseconds: Int64?,
    _ settings: ViewSettings
  ) {
    let copy = Copy(kernel.fork(), now, scanMilliseconds, settings)
    let begins = state.withLock { state in
      state.next = copy
      defer { state.isWriting = true }
      return !state.isWriting
    }
    guard begins else { return }
    do throws(ThreadRefused) {
      try DedicatedThread { self.writeAll() }.detach()
    } catch {
      state.withLock { state in
        state.isWriting = false
        state.next = nil
        state.troubles.append("the views are not written: no thread (errno \(error.errno))")
      }
    }
  }

  private func writeAll() {
    while true {
      let (copy, taken) = state.withLock { state -> (Copy?, ViewWriter) in
        defer { state.next = nil }
        if state.next == nil { state.isWriting = false }
        return (state.next, state.writer)
      }
      guard let copy else { return }
      var writer = taken
      let troubles = writer.write(
        copy.kernel, at: copy.now, scanMilliseconds: copy.scanMilliseconds, copy.settings)
      state.withLock { state in
        state.writer = writer
        if troubles != state.said {
          state.troubles += troubles.isEmpty ? ["the views are written again"] : troubles
        }
        state.said = troubles
      }
    }
  }

  /// What there is to say since the last call, a line each.
  func takeTroubles() -> [String] {
    state.withLock { state in
      defer { state.troubles = [] }
      return state.troubles
    }
  }

  /// Waits until what was published is written, for at most so long: a disk that hangs does not
  /// keep the process from ending.
  func finish(withinMilliseconds milliseconds: Int) {
    for _ in 0..<milliseconds {
      if state.withLock({ !$0.isWriting }) { return }
      usleep(1000)
    }
  }
}
