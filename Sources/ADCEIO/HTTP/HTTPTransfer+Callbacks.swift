internal import CCurl

// What libcurl's callbacks do. Returning another count than was offered stops the transfer.
extension HTTPTransfer {
  /// CURL_WRITEFUNC_PAUSE: the same bytes are offered again later.
  private static let pause = 0x1000_0001
  /// CURL_READFUNC_ABORT.
  private static let abort = 0x1000_0000

  /// A request is sent once: libcurl would send it again, unasked, where a connection that was used
  /// before broke without an answer. The source may have counted the first, and acted on it. Where
  /// it surely has not (a stream refused, RFC 9113 §8.7) it is not sent again either: libcurl does
  /// not say which it was, and the kernel tries again within its limits.
  func leaves() -> Int32 {
    guard hasLeft else {
      hasLeft = true
      return Int32(CURL_PREREQFUNC_OK)
    }
    stoppedBecause = HTTPFailure(.reset, "the connection broke before an answer came")
    return Int32(CURL_PREREQFUNC_ABORT)
  }

  func received(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    let isSuccess = (200..<300).contains(status)
    let limits = request.limits
    let most = isSuccess ? limits.bodyBytesMax : limits.errorBytesMax ?? limits.bodyBytesMax
    guard Int64(body.count) + streamed + dropped + Int64(count) <= most else {
      stoppedBecause = HTTPFailure(.tooLarge, "the body is larger than \(most) bytes")
      return count == 0 ? 1 : 0
    }
    let piece = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let stream = request.stream, isSuccess else {
      let room = isSuccess ? count : limits.cutsErrors.map { Int($0) - body.count } ?? count
      let kept = min(max(0, room), count)
      body.append(contentsOf: piece.prefix(kept))
      dropped += Int64(count - kept)
      return count
    }
    let head = HTTPBodyStream.Head(status: status, headers: headers)
    guard stream.offer(piece, of: head, resume: resume) else { return HTTPTransfer.pause }
    streamed += Int64(count)
    return count
  }

  func receivedHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    headerBytes += count
    guard headerBytes <= 256 << 10 else {
      stoppedBecause = HTTPFailure(.tooLarge, "the header is larger than 256 KiB")
      return 0
    }
    let line = UnsafeRawBufferPointer(start: bytes, count: count)
    if line.starts(with: "HTTP/".utf8) {
      // The status line of the next answer, after a 1xx: what came before does not count.
      headers.removeAll(keepingCapacity: true)
      let words = line.split(separator: 0x20)
      status = words.count > 1 ? Int(String(decoding: words[1].prefix(3), as: UTF8.self)) ?? 0 : 0
    } else if let colon = line.firstIndex(of: 0x3A) {
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      headers.append(HTTPHeader(name, trimmed(line[(colon + 1)...])))
    }
    return count
  }

  private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var rest = bytes
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return String(decoding: rest, as: UTF8.self)
  }

  func fill(_ bytes: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
    let count = Int(min(Int64(room), bodyBytes - sent))
    guard let bytes, count > 0 else { return 0 }
    if let offset = request.file?.offset {
      let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: count)
      do throws(SystemCallFailure) {
        let got = try readFile(buffer, at: offset + sent)
        guard got > 0 else {
          stoppedBecause = HTTPFailure(.own, "the file that is sent has become shorter")
          return HTTPTransfer.abort
        }
        sent += Int64(got)
        return got
      } catch {
        stoppedBecause = HTTPFailure(.own, error.description)
        return HTTPTransfer.abort
      }
    }
    request.body.withUnsafeBytes {
      // Within the body: `count` is at most what is left after `sent`.
      UnsafeMutableRawPointer(bytes).copyMemory(
        from: $0.baseAddress! + Int(sent), byteCount: count)
    }
    sent += Int64(count)
    return count
  }

  func rewind(to offset: curl_off_t) -> Int32 {
    guard offset >= 0, Int64(offset) <= bodyBytes else { return 1 }
    sent = Int64(offset)
    return 0
  }

  func progressed(_ down: curl_off_t) -> Int32 {
    guard Int64(down) > request.limits.rawBytesMax else { return 0 }
    stoppedBecause = HTTPFailure(
      .tooLarge, "more than \(request.limits.rawBytesMax) bytes were sent")
    return 1
  }
}
