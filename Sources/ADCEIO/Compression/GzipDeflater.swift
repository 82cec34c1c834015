import CISAL

/// Deflates into one gzip member piece by piece, in constant memory (about 0.7 MB).
///
/// The header carries neither a time nor a name, so equal contents give equal files on one kind
/// of processor (the library's code differs between processors, and so may its output).
package struct GzipDeflater: ~Copyable {
  private let stream: UnsafeMutablePointer<isal_zstream>
  private let scratch: UnsafeMutableRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer

  package init() {
    stream = .allocate(capacity: 1)
    scratch = .allocate(byteCount: Int(adce_isal_level2_bytes()), alignment: 64)
    output = .allocate(byteCount: 64 << 10, alignment: 64)
    isal_deflate_init(stream)
    stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
    stream.pointee.level = 2
    stream.pointee.level_buf = scratch.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.level_buf_size = UInt32(scratch.count)
  }

  deinit {
    stream.deallocate()
    scratch.deallocate()
    output.deallocate()
  }

  /// Takes the next piece; `emit` gets what there is to write, if anything, in pieces of at most
  /// 64 KiB that it must not keep. With `isLast` the member is finished, and nothing may follow.
  package mutating func deflate<Failure: Error>(
    _ input: UnsafeRawBufferPointer, isLast: Bool,
    _ emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var rest = input
    repeat {
      let offered = min(rest.count, 1 << 30)
      let bytes = rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
      // The library reads `next_in` only, and only within this call; what it may need later it
      // keeps in its own window.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes)
      stream.pointee.avail_in = UInt32(offered)
      stream.pointee.end_of_stream = isLast && offered == rest.count ? 1 : 0
      repeat {
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(output.count)
        let code = isal_deflate(stream)
        precondition(code == COMP_OK, "isal_deflate: \(code) for parameters that never change")
        let written = output.count - Int(stream.pointee.avail_out)
        if written > 0 { try emit(UnsafeRawBufferPointer(rebasing: output[..<written])) }
      } while stream.pointee.avail_out == 0
      rest = UnsafeRawBufferPointer(rebasing: rest[(offered - Int(stream.pointee.avail_in))...])
    } while !rest.isEmpty
    stream.pointee.next_in = nil
  }
}
