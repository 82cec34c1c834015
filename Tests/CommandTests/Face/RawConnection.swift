import Foundation

/// A connection that sends what it is told, byte for byte, and keeps what comes back.
final class RawConnection {
  struct Refused: Error { var code: Int32 }

  private let descriptor: Int32

  /// - Throws: what connect(2) said.
  init(port: Int) throws {
    #if os(Linux)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw Refused(code: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Sound: connect reads a sockaddr_in where it is said to be one.
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    guard status == 0 else {
      let code = errno
      close(descriptor)
      throw Refused(code: code)
    }
    var none: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &none, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// False if the other end is gone.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// What comes until the other end closes, or `isEnough`, or so much time has passed.
  func receive(within seconds: Double, until isEnough: (String) -> Bool = { _ in false }) -> String
  {
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let end = Date(timeIntervalSinceNow: seconds * patience)
    while Date() < end {
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 50) > 0 else { continue }
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { return String(decoding: received, as: UTF8.self) }
      received += chunk[..<count]
      if isEnough(String(decoding: received, as: UTF8.self)) { break }
    }
    return String(decoding: received, as: UTF8.self)
  }

  /// Whether the other end closes it in that time.
  func isClosed(within seconds: Double) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let end = Date(timeIntervalSinceNow: seconds * patience)
    while Date() < end {
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 50) > 0 else { continue }
      if recv(descriptor, &chunk, chunk.count, 0) <= 0 { return true }
    }
    return false
  }

  /// A port that nobody listens on, a moment ago.
  static func freePort() throws -> Int {
    #if os(Linux)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw Refused(code: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Sound: as above; getsockname writes no more than `length` bytes.
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Refused(code: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
