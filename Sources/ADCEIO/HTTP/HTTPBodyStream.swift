/// A body on its way from the client's thread to one that reads it, in pieces. When the reader does
/// not keep up, the transfer waits: at most `bytesMax` and one piece are held.
package final class HTTPBodyStream: Sendable {
  package struct Head: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
  }

  private struct State {
    var head: Head?
    var pieces: [[UInt8]] = []
    var bytes = 0
    /// The transfer was told to wait, and is resumed by this.
    var resume: (@Sendable () -> Void)?
    var result: Result<HTTPResponse, HTTPFailure>?
  }

  private let bytesMax: Int
  private let state = Monitor(State())

  package init(bytesMax: Int = 4 << 20) { self.bytesMax = bytesMax }

  /// Takes a piece, unless too much is there already: then the transfer is to wait for `resume`.
  func offer(
    _ piece: UnsafeRawBufferPointer, of head: @autoclosure () -> Head,
    resume: @escaping @Sendable () -> Void
  ) -> Bool {
    state.withLock { state in
      if state.head == nil { state.head = head() }
      guard state.bytes < bytesMax else {
        state.resume = resume
        return false
      }
      state.pieces.append(Array(piece))
      state.bytes += piece.count
      return true
    }
  }

  package func finish(_ result: Result<HTTPResponse, HTTPFailure>) {
    state.withLock { $0.result = result }
  }

  /// Waits for what comes next: all pieces that are there, or the end.
  package func next() -> Piece {
    var resume: (@Sendable () -> Void)?
    let next = state.wait { state -> Piece? in
      if let head = state.head, !state.pieces.isEmpty {
        let pieces = state.pieces
        state.pieces = []
        state.bytes = 0
        resume = state.resume
        state.resume = nil
        return .bytes(pieces, head)
      }
      return state.result.map { .end($0) }
    }
    resume?()
    guard let next else { preconditionFailure("without a time limit, only a piece ends the wait") }
    return next
  }

  package enum Piece: Sendable {
    case bytes([[UInt8]], Head)
    /// The answer, without the body if that was a stream's.
    case end(Result<HTTPResponse, HTTPFailure>)
  }
}
