internal import CISAL

/// Why gzip data cannot be unpacked.
package enum GzipProblem: Error, Hashable, Sendable {
  /// The data ends inside a member.
  case truncated
  /// ISA-L's code: a bad header, block or checksum.
  case corrupt(code: Int32)
  /// It unpacks to more than was allowed.
  case tooLarge
}

/// Unpacks gzip data of one or more members (RFC 1952 §2.2) into at most `bytesMax` bytes. What
/// follows the last member and is no member is ignored, as `gzip` does.
func gunzip(_ data: [UInt8], bytesMax: Int) throws(GzipProblem) -> [UInt8] {
  // The state is large (its tables alone are tens of kilobytes), so it lives on the heap. It points
  // into `input` and `chunk` only during a call, while both are pinned.
  let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  defer { state.deallocate() }
  isal_inflate_init(state)
  state.pointee.crc_flag = UInt32(ISAL_GZIP)

  var input = data
  var output: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 17)
  var read = 0
  while read < data.count {
    var produced = 0
    let result = input.withUnsafeMutableBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { chunk in
        state.pointee.next_in = input.baseAddress! + read
        state.pointee.avail_in = UInt32(clamping: min(data.count - read, 1 << 30))
        state.pointee.next_out = chunk.baseAddress!
        state.pointee.avail_out = UInt32(chunk.count)
        let result = isal_inflate(state)
        read = state.pointee.next_in - input.baseAddress!
        produced = chunk.count - Int(state.pointee.avail_out)
        return result
      }
    }
    guard result >= 0 else { throw .corrupt(code: Int32(result)) }
    output.append(contentsOf: chunk[..<produced])
    guard output.count <= bytesMax else { throw .tooLarge }
    if state.pointee.block_state == ISAL_BLOCK_FINISH {
      guard data[read...].starts(with: [0x1F, 0x8B]) else { return output }
      isal_inflate_reset(state)
    } else if produced == 0, read == data.count {
      throw .truncated
    }
  }
  // All input is taken, but output may be waiting.
  while state.pointee.block_state != ISAL_BLOCK_FINISH {
    let produced = chunk.withUnsafeMutableBufferPointer { chunk in
      state.pointee.avail_in = 0
      state.pointee.next_out = chunk.baseAddress!
      state.pointee.avail_out = UInt32(chunk.count)
      _ = isal_inflate(state)
      return chunk.count - Int(state.pointee.avail_out)
    }
    guard produced > 0 else { throw .truncated }
    output.append(contentsOf: chunk[..<produced])
    guard output.count <= bytesMax else { throw .tooLarge }
  }
  return output
}
