import ADCEIO
import Glibc

/// A server on 127.0.0.1 that answers each connection with the bytes that a script gives: for what
/// no well-behaved server would send. Ends when it is let go.
final class ScriptedServer: Sendable {
  enum Answer {
    /// Sent as they are; then the connection is closed.
    case bytes([UInt8])
    /// Nothing; the connection stays open until the server ends.
    case silence

    static func text(_ text: String) -> Answer { .bytes(Array(text.utf8)) }

    /// A whole answer with its length.
    static func response(
      _ status: String, _ headers: [String] = [], _ body: [UInt8] = Array("body".utf8)
    ) -> Answer {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)", "Connection: close"]
      return .bytes(Array(((lines + headers).joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }
  }

  let port: UInt16
  private let listener: Int32
  private let thread: DedicatedThread
  private let seen = Locked<[(head: String, body: [UInt8])]>([])

  /// - Parameter script: gets the request's head, and its number from 0.
  init(_ script: @escaping @Sendable (String, Int) -> Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    precondition(bound, "no loopback socket: errno \(errno)")
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    let seen = seen
    thread = try DedicatedThread {
      var held: [Int32] = []
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        let (head, body) = ScriptedServer.read(connection)
        let number = seen.withLock { seen in
          seen.append((head, body))
          return seen.count - 1
        }
        switch script(head, number) {
        case .bytes(let bytes):
          var sent = 0
          while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
              send(
                connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)
              )
            }
            guard count > 0 else { break }
            sent += count
          }
          close(connection)
        case .silence:
          held.append(connection)
        }
      }
      for connection in held { close(connection) }
    }
  }

  deinit {
    // Wakes `accept`, which then fails.
    shutdown(listener, Int32(SHUT_RDWR))
    thread.join()
    close(listener)
  }

  var url: String { "http://127.0.0.1:\(port)" }

  /// The heads of the requests that came, in their order.
  var requests: [String] { seen.withLock { $0.map(\.head) } }

  /// The bodies of those that told their length, in the same order.
  var bodies: [[UInt8]] { seen.withLock { $0.map(\.body) } }

  private static func read(_ connection: Int32) -> (head: String, body: [UInt8]) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    /// Where the body begins, and where it ends.
    var body: Range<Int>?
    while body.map({ bytes.count < $0.upperBound }) ?? true {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      bytes += chunk[..<count]
      guard body == nil, let start = end(ofHeadIn: bytes) else { continue }
      let lines = String(decoding: bytes[..<start], as: UTF8.self).lowercased().split(
        separator: "\r\n")
      let length = lines.first { $0.hasPrefix("content-length:") }?.split(separator: ":").last
      body = start..<start + (length.flatMap { Int($0.filter(\.isNumber)) } ?? 0)
    }
    let start = body?.lowerBound ?? bytes.count
    return (String(decoding: bytes[..<start], as: UTF8.self), Array(bytes[start...]))
  }

  private static func end(ofHeadIn bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (mark.count...bytes.count).first { bytes[($0 - mark.count)..<$0].elementsEqual(mark) }
  }
}
