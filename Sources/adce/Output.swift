import ADCEIO

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What goes to stdout: gathered, and written with an eye on whether it could be.
///
/// The standard library's `print` forgets what the system says. A full disk would leave half an
/// export, and a command that claims to have done it.
enum Output {
  private struct State {
    var pending: [UInt8] = []
    /// What the system said; 0 = all was well so far.
    var failure: Int32 = 0
  }

  private static let state = Locked(State())
  /// Bytes that are gathered at most.
  private static let pendingMax = 64 << 10
  private static let isTerminal = isatty(1) == 1

  /// Whether nothing more can be written; what is written from then on is dropped.
  static var hasFailed: Bool { state.withLock { $0.failure != 0 } }

  /// A line; on a terminal it is seen at once.
  static func line(_ text: String) {
    state.withLock { state in
      state.pending.append(contentsOf: text.utf8)
      state.pending.append(UInt8(ascii: "\n"))
      if isTerminal || state.pending.count >= pendingMax { flush(&state) }
    }
  }

  /// Bytes as they are, at once; false if nobody takes them any more.
  static func write(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      state.pending.append(contentsOf: bytes)
      flush(&state)
      return state.failure == 0
    }
  }

  static func flush() { state.withLock { flush(&$0) } }

  /// Writes what is left, and ends the process: with 74 (CLI.md: input/output) if that could not be
  /// written, unless whoever read it has read enough (`| head`).
  static func end(_ code: Int32) -> Never {
    let failure = state.withLock { state in
      flush(&state)
      return state.failure
    }
    guard failure != 0, failure != EPIPE else { exit(code) }
    Terminal.error(
      "adce: cannot write to the standard output: \(String(cString: strerror(failure)))")
    exit(74)
  }

  private static func flush(_ state: inout State) {
    var rest = state.pending[...]
    while state.failure == 0, !rest.isEmpty {
      let count = rest.withUnsafeBytes { Terminal.writeBytes(1, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        state.failure = errno
      }
    }
    state.pending.removeAll(keepingCapacity: true)
  }
}
