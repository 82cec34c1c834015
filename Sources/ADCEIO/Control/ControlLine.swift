internal import Glibc

/// One line each way through a socket, bounded in bytes and time.
enum ControlLine {
  /// Of a command: a thousand keys to waive fit.
  static let commandBytesMax = 1 << 20
  /// Of a reply: a comparison with a thousand data types fits.
  static let replyBytesMax = 16 << 20

  enum Failure: Error {
    case closed
    case tooLong
    case tooSlow
    case call(SystemCallFailure)
  }

  /// The next line without its end. `deadline` is by `monotonicMilliseconds`; nil = none.
  static func read(
    _ descriptor: Int32, bytesMax: Int, deadline: Int64?
  ) throws(Failure) -> [UInt8] {
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      try wait(descriptor, POLLIN, deadline)
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        let end = chunk[..<count].firstIndex(of: UInt8(ascii: "\n"))
        line += chunk[..<(end ?? count)]
        guard line.count <= bytesMax else { throw .tooLong }
        if end != nil { return line }
      } else if count == 0 {
        throw .closed
      } else if errno != EINTR && errno != EAGAIN {
        throw .call(SystemCallFailure("recv", "the control socket"))
      }
    }
  }

  static func write(_ text: String, to descriptor: Int32, deadline: Int64) throws(Failure) {
    let bytes = Array((text + "\n").utf8)
    var done = 0
    while done < bytes.count {
      try wait(descriptor, POLLOUT, deadline)
      let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
      let count = bytes.withUnsafeBytes {
        // Within the buffer: `done` is below its size.
        send(descriptor, $0.baseAddress! + done, $0.count - done, flags)
      }
      if count >= 0 {
        done += count
      } else if errno == EPIPE || errno == ECONNRESET {
        throw .closed
      } else if errno != EINTR && errno != EAGAIN {
        throw .call(SystemCallFailure("send", "the control socket"))
      }
    }
  }

  private static func wait(
    _ descriptor: Int32, _ event: Int32, _ deadline: Int64?
  ) throws(Failure) {
    while true {
      var left: Int32 = -1
      if let deadline {
        let milliseconds = deadline - monotonicMilliseconds()
        guard milliseconds > 0 else { throw .tooSlow }
        left = Int32(min(milliseconds, 60_000))
      }
      var watched = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let count = poll(&watched, 1, left)
      if count > 0 { return }
      if count < 0, errno != EINTR {
        throw .call(SystemCallFailure("poll", "the control socket"))
      }
    }
  }
}
