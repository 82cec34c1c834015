import Foundation

/// Stands before a server on loopback, and lets through, answers by itself, or refuses.
package final class FaultyGate: @unchecked Sendable {
  package enum Mode: Sendable {
    case pass
    /// Every request gets this answer; then the connection is closed.
    case answer(status: String, headers: [String] = [], body: String = "")
    /// Connections are closed at once.
    case refuse
    /// Requests are read and never answered.
    case hang
  }

  // Sound: touched under the lock only.
  private let lock = NSLock()
  private var mode: Mode
  private var open: Set<Int32> = []
  private var seen: [String] = []
  private var hanging = 0
  private var schedule: [(count: Int, mode: Mode)] = []
  private let listener: Int32
  private let upstream: UInt16?
  package let port: UInt16

  /// - Parameter upstream: the port that is let through to.
  package init(to upstream: UInt16?, _ mode: Mode) throws {
    self.upstream = upstream
    self.mode = mode
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 128) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard bound else { throw ServerProcess.NotRunning(description: "no gate: errno \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  deinit {
    // Wakes `accept`, which then fails.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  package var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The first lines of the requests that it answered by itself.
  package var answered: [String] { lock.withLock { seen } }

  /// How many connections it has left without an answer.
  package var unanswered: Int { lock.withLock { hanging } }

  /// Changes what happens from now on; connections that are open end.
  package func set(_ new: Mode) {
    lock.withLock {
      mode = new
      for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// Changes it once so many requests were answered.
  package func set(_ new: Mode, afterAnswers count: Int) {
    lock.withLock { schedule.append((count, new)) }
  }

  private func serve(_ connection: Int32) {
    switch lock.withLock({ mode }) {
    case .refuse: close(connection)
    case .answer(let status, let headers, let body):
      answer(connection, status, headers, body)
    case .pass: pass(connection)
    case .hang: hang(connection)
    }
  }

  private func hang(_ connection: Int32) {
    lock.withLock {
      open.insert(connection)
      hanging += 1
    }
    var chunk = [UInt8](repeating: 0, count: 4096)
    while recv(connection, &chunk, chunk.count, 0) > 0 {}
    lock.withLock { _ = open.remove(connection) }
    close(connection)
  }

  private func answer(_ connection: Int32, _ status: String, _ headers: [String], _ body: String) {
    var head: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      head += chunk[..<count]
    }
    let text = String(decoding: head, as: UTF8.self)
    // To HEAD there is no body.
    let sent = text.hasPrefix("HEAD") ? "" : body
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"]
    FaultyGate.write(
      connection, Array(((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + sent).utf8)[...]
    )
    shutdown(connection, Int32(SHUT_WR))
    // A body that is still coming must not reset the connection before the answer is read.
    while recv(connection, &chunk, chunk.count, 0) > 0 {}
    close(connection)
    lock.withLock {
      seen.append(String(text.prefix { $0 != "\r" }))
      if let index = schedule.firstIndex(where: { $0.count <= seen.count }) {
        mode = schedule.remove(at: index).mode
      }
    }
  }

  private func pass(_ connection: Int32) {
    guard let upstream else {
      _ = close(connection)
      return
    }
    let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = upstream.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(other, $0, length) == 0 }
    }
    lock.withLock { open.formUnion([connection, other]) }
    if connected {
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        FaultyGate.pump(from: other, to: connection)
        done.signal()
      }
      FaultyGate.pump(from: connection, to: other)
      done.wait()
    }
    lock.withLock { open.subtract([connection, other]) }
    close(connection)
    close(other)
  }

  private static func pump(from: Int32, to: Int32) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(from, &chunk, chunk.count, 0)
      guard count > 0, write(to, chunk[..<count]) else { break }
    }
    // Both directions end: HTTP closes whole connections.
    shutdown(from, Int32(SHUT_RDWR))
    shutdown(to, Int32(SHUT_RDWR))
  }

  @discardableResult
  private static func write(_ connection: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
