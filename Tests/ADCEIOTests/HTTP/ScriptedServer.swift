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
  private let seen = Locked<[String]>([])

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
        let head = ScriptedServer.readHead(connection)
        let number = seen.withLock { seen in
          seen.append(head)
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
  var requests: [String] { seen.withLock { $0 } }

  private static func readHead(_ connection: Int32) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
