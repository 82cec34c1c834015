import ADCEIO
import Foundation
import Testing

/// What clients that mean no good, or are slow, can take of it.
@Suite(.waitsForProcesses) struct FaceLimitTests {
  @Test func `a thousand clients that send a byte now and then keep nobody out`() async throws {
    let face = try FacedLake()
    _ = try await face.health(200)
    var slow: [RawConnection] = []
    for _ in 0..<1000 {
      let connection = try RawConnection(port: face.port)
      connection.send("GET /health HTTP/1.1\r\nX")
      slow.append(connection)
    }
    var answered = 0
    for _ in 0..<20 {
      for connection in slow { connection.send("a") }
      if try await face.get("/health").status == 200 { answered += 1 }
    }
    #expect(answered == 20)
    // All of them are taken in the end, and none of them was closed for another. Those that were
    // slow for too long may be gone by now.
    var metrics = ""
    for _ in 0..<400 where !metrics.contains(/\nadce_http_connections_accepted_total 1\d\d\d\n/) {
      try await Task.sleep(for: .milliseconds(20))
      metrics = String(decoding: try await face.get("/metrics").body, as: UTF8.self)
    }
    #expect(metrics.contains(/\nadce_http_connections_accepted_total 1\d\d\d\n/))
    #expect(metrics.contains(#"adce_http_connections_closed_total{reason="too_many"} 0"#))
    // They do not hold the daemon up when it stops, either.
    try face.stop()
  }

  @Test func `a request that does not come to its end is cut off`() throws {
    let face = try FacedLake()
    let head = try RawConnection(port: face.port)
    head.send("GET /health HTTP/1.1\r\n")
    let body = try RawConnection(port: face.port)
    body.send("GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")
    #expect(body.receive(within: 10) { $0.contains("\r\n\r\n") }.hasPrefix("HTTP/1.1 "))
    #expect(head.isClosed(within: 20))
    #expect(body.isClosed(within: 20))
    try face.stop()
  }

  @Test func `heads and bodies that are too long are refused`() throws {
    let face = try FacedLake()
    let (get, post) = ("GET /health", "POST /health")
    let head = " HTTP/1.1\r\nHost: localhost\r\n"
    let requests = [
      ("GET /\(String(repeating: "a", count: 100_000))\(head)\r\n", "400"),
      (get + head + "X: \(String(repeating: "a", count: 20_000))\r\n\r\n", "400"),
      (get + head + (0..<200).map { "X-\($0): y\r\n" }.joined() + "\r\n", "400"),
      (get + head + "Content-Length: 100000\r\n\r\n", "413"),
      (post + head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "413"),
      (post + head + "Content-Length: 5\r\n\r\nabcde", "401"),
      ("nonsense\r\n\r\n", "400"),
    ]
    for (request, status) in requests {
      let connection = try RawConnection(port: face.port)
      connection.send(request)
      let answer = connection.receive(within: 5) { $0.contains("\r\n\r\n") }
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(60)): \(answer)")
    }
    let connection = try RawConnection(port: face.port)
    connection.send(post + head + "Content-Length: 100000\r\n\r\n")
    #expect(connection.isClosed(within: 5))
    try face.stop()
  }

  @Test func `on loopback, names of elsewhere are not answered to`() throws {
    let face = try FacedLake()
    let hosts = [
      ("localhost", "200"), ("LOCALHOST:\(face.port)", "200"), ("127.0.0.1:\(face.port)", "200"),
      ("127.1.2.3", "200"), ("[::1]:80", "200"), ("", "200"), ("evil.example", "421"),
      ("127.0.0.1.evil.example", "421"), ("localhost.evil.example:80", "421"), ("[::2]", "421"),
      ("10.0.0.1", "421"),
    ]
    for (host, status) in hosts {
      let connection = try RawConnection(port: face.port)
      connection.send("GET /livez HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      let answer = connection.receive(within: 5) { $0.contains("\r\n\r\n") }
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(host): \(answer)")
    }
    try face.stop()
  }

  @Test func `requests in a row are answered in order, and an end is an end`() throws {
    let face = try FacedLake()
    let connection = try RawConnection(port: face.port)
    let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connection.send(
      request + request + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: Close\r\n\r\n")
    let answers = connection.receive(within: 10)
    #expect(answers.ranges(of: "HTTP/1.1 200 ").count == 2)
    #expect(answers.ranges(of: "HTTP/1.1 404 ").count == 1)
    let old = try RawConnection(port: face.port)
    old.send("GET /livez HTTP/1.0\r\n\r\n")
    #expect(old.receive(within: 5).contains(" 200 "))
    try face.stop()
  }

  @Test func `it ends with its clients' connections open`() async throws {
    let face = try FacedLake()
    _ = try await face.health(200)
    let idle = try RawConnection(port: face.port)
    idle.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(idle.receive(within: 5) { $0.contains("\r\n\r\n") }.contains(" 200 "))
    face.daemon.send(SIGTERM)
    #expect(idle.isClosed(within: 10))
    #expect(try face.daemon.end(within: 10).code == 0)
  }
}
