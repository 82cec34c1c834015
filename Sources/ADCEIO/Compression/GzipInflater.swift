import CISAL

/// Why some bytes are not a whole gzip file (RFC 1952).
public enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It does not begin like one.
  case notGzip
  /// It ends inside a member, or holds none.
  case truncated
  /// A member does not decode.
  case corrupt
  /// A member's CRC-32 or length is not that of its contents.
  case checksum
  /// Something that is no member follows the last one.
  case trailingGarbage
  /// It grows beyond what the caller allows, in bytes.
  case overLimit(Int)

  public var description: String {
    switch self {
    case .notGzip: "not gzip"
    case .truncated: "gzip: cut short"
    case .corrupt: "gzip: damaged"
    case .checksum: "gzip: checksum does not match"
    case .trailingGarbage: "gzip: garbage after its end"
    case .overLimit(let bytes): "gzip: more than \(bytes) bytes when inflated"
    }
  }
}

/// Inflates a gzip file of one or more members piece by piece, in constant memory (about 90 KB).
///
/// It holds no pointer to a caller's buffer between calls: input and output may move.
package struct GzipInflater: ~Copyable {
  private enum Phase {
    /// Before the first member.
    case start
    /// Inside a member: every way out leads to `memberEnded` or to an error.
    case inMember
    /// Behind a member: another one or the end of the file may follow.
    case memberEnded
  }

  private let state: UnsafeMutablePointer<inflate_state>
  private var phase = Phase.start
  private var members = 0

  package init() {
    state = .allocate(capacity: 1)
    isal_inflate_init(state)
  }

  deinit { state.deallocate() }

  /// Inflates from the front of `input`, which it shortens, into `output`.
  ///
  /// Returns the number of bytes written. Fewer than `output` holds means that all input is used.
  package mutating func inflate(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Int {
    var written = 0
    while written < output.count {
      if phase != .inMember {
        guard let first = input.first else { break }
        guard first == 0x1F else { throw phase == .start ? .notGzip : .trailingGarbage }
        isal_inflate_reset(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        phase = .inMember
      }
      let before = (input.count, written)
      written += try step(&input, UnsafeMutableRawBufferPointer(rebasing: output[written...]))
      if phase == .inMember, before == (input.count, written) { break }
    }
    return written
  }

  /// To be called when there is no more input: a file must end where a member ends.
  package func finish() throws(GzipError) {
    guard phase == .memberEnded else { throw .truncated }
  }

  /// One call of the library. The pointers are set for its duration alone; it writes through
  /// `next_out` only and reads `next_in` only, within the counts given (both at most 1 GiB).
  private mutating func step(
    _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Int {
    let offered = min(input.count, 1 << 30)
    let room = min(output.count, 1 << 30)
    let bytes = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.next_in = UnsafeMutablePointer(mutating: bytes)
    state.pointee.avail_in = UInt32(offered)
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = UInt32(room)
    let code = isal_inflate(state)
    input = UnsafeRawBufferPointer(rebasing: input[(offered - Int(state.pointee.avail_in))...])
    let written = room - Int(state.pointee.avail_out)
    state.pointee.next_in = nil
    state.pointee.next_out = nil
    guard code >= 0 else { throw failure(code) }
    if state.pointee.block_state == ISAL_BLOCK_FINISH {
      phase = .memberEnded
      members += 1
    }
    return written
  }

  private func failure(_ code: Int32) -> GzipError {
    switch code {
    case ISAL_INCORRECT_CHECKSUM: .checksum
    case ISAL_INVALID_WRAPPER, ISAL_UNSUPPORTED_METHOD: members > 0 ? .trailingGarbage : .notGzip
    default: .corrupt
    }
  }
}
