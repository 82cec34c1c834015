import ADCEIO
import Foundation
import Testing

/// What the HTTP face of a daemon answers.
@Suite(.waitsForProcesses) struct FaceTests {
  @Test func `every path answers in the words of the contract`() async throws {
    let face = try FacedLake(filled: true)
    let health = try await face.health(200)
    #expect(health["status"] == .text("ok"))
    #expect(health["unhealthy"] == .list([]))
    #expect(health["components"].map.count == 6)

    let status = try await face.json("/status")
    #expect(Shapes.status.faults(in: status) == [])
    #expect(status["running"] == .bool(true))
    #expect(status["pid"].integer == Int(face.daemon.pid))
    #expect(status["tasks"]["by_state"]["done"].integer ?? 0 > 0)

    let live = try await face.get("/livez")
    #expect(live.status == 200)
    let ready = try await face.json("/readyz")
    #expect(ready["status"] == .text("ok"))
    #expect(Set(ready["checks"].map.keys) == ["recovered", "catalogs", "lake", "serving", "loop"])
    try face.stop()
  }

  @Test func `tasks are filtered and bounded, and what is asked wrongly is said`() async throws {
    let face = try FacedLake(filled: true)
    _ = try await face.health(200)
    let all = try await face.json("/tasks?state=done&limit=3")
    #expect(all["tasks"].list.count == 3)
    #expect(all["shown"].integer == 3)
    #expect((all["matching"].integer ?? 0) > 3)
    for task in all["tasks"].list { #expect(Shapes.task.faults(in: task) == []) }
    let source = try #require(all["tasks"].list.first?["source"].text)
    let ofSource = try await face.json("/tasks?state=done&source=\(source)&priority=&limit=1000")
    #expect(ofSource["tasks"].list.allSatisfy { $0["source"].text == source })
    #expect(try await face.json("/tasks?source=nobody")["tasks"].list == [])
    let lines = try await face.get(
      "/tasks?state=done&limit=2", headers: [.init("Accept", "application/x-ndjson")])
    let texts = String(decoding: lines.body, as: UTF8.self).split(separator: "\n")
    #expect(try texts.map { try JSON(String($0))["state"] } == [.text("done"), .text("done")])
    for wrong in [
      "state=nowhere", "priority=urgent", "limit=-1", "limit=1001", "limit=x", "colour=red",
      "limit=1&limit=2", "source=%zz",
    ] {
      let answer = try await face.get("/tasks?\(wrong)")
      #expect(answer.status == 400, "\(wrong)")
      #expect(answer.header("content-type")?.hasPrefix("application/json") == true)
    }
    try face.stop()
  }

  @Test func `reading is all that it does`() async throws {
    let face = try FacedLake()
    for method in [HTTPRequest.Method.post, .put, .delete] {
      for path in ["/health", "/tasks", "/nowhere"] {
        let answer = try await face.get(path, method)
        #expect(answer.status == 401, "\(method) \(path)")
        #expect(answer.header("www-authenticate")?.hasPrefix("Bearer") == true)
      }
    }
    let token = try await face.get(
      "/health", .post, headers: [.init("Authorization", "Bearer guessed", isSecret: true)])
    #expect(token.status == 401)
    #expect(token.header("www-authenticate")?.contains("invalid_token") == true)

    let connection = try RawConnection(port: face.port)
    connection.send("OPTIONS /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    let options = connection.receive(within: 10)
    #expect(options.hasPrefix("HTTP/1.1 405 "))
    #expect(options.lowercased().contains("\r\nallow: get, head\r\n"))
    let nowhere = try await face.get("/nowhere")
    #expect(nowhere.status == 404)
    let paths = try JSON(String(decoding: nowhere.body, as: UTF8.self))["paths"].list
    #expect(paths.count == 6)
    try face.stop()
  }

  @Test func `an answer is not kept, not sniffed, not framed; HEAD has its fields alone`()
    async throws
  {
    let face = try FacedLake()
    for path in ["/health", "/livez", "/readyz", "/status", "/tasks", "/metrics", "/nowhere"] {
      let answer = try await face.get(path)
      #expect(answer.header("cache-control") == "no-store")
      #expect(answer.header("x-content-type-options") == "nosniff")
      #expect(answer.header("x-frame-options") == "DENY")
      #expect(answer.header("content-security-policy")?.contains("default-src 'none'") == true)
      #expect(answer.header("date") != nil)
      #expect(answer.header("content-length") == String(answer.body.count))
      let head = try await face.get(path, .head)
      #expect(head.body == [])
      #expect(head.header("content-type") == answer.header("content-type"))
      #expect((Int(head.header("content-length") ?? "") ?? 0) > 0)
    }
    try face.stop()
  }

  @Test func `a lake that goes away is named, and so is its return`() async throws {
    let face = try FacedLake()
    _ = try await face.health(200)
    let away = face.lake.folder.path("away")
    try FileManager.default.moveItem(atPath: face.lake.folder.path("lake"), toPath: away)
    let gone = try await face.health(503)
    #expect(gone["unhealthy"].list.contains(.text("s3")))
    #expect(gone["components"]["s3"]["status"] == .text("failed"))
    #expect(try await face.get("/livez").status == 200)
    let said = wait(10) { face.daemon.errorsSoFar.contains("s3 failed") }
    #expect(said, "\(face.daemon.errorsSoFar)")
    try FileManager.default.moveItem(atPath: away, toPath: face.lake.folder.path("lake"))
    _ = try await face.health(200)
    try face.stop()
  }

  @Test func `a loop that hangs is seen from outside`() async throws {
    let face = try FacedLake()
    _ = try await face.health(200)
    // The catalogs are read on the loop's own thread: opening a pipe that nobody writes to holds it.
    let catalog = face.lake.folder.path("catalogs/games.csv")
    try FileManager.default.removeItem(atPath: catalog)
    try #require(mkfifo(catalog, 0o600) == 0)
    let hung = try await face.health(503)
    #expect(hung["unhealthy"].list.contains(.text("reconciliation_daemon")))
    #expect(
      hung["components"]["reconciliation_daemon"]["message"].text?.contains("has not answered")
        == true)
    #expect(try await face.get("/livez").status == 503)
    #expect(try await face.get("/readyz").status == 503)
    // What was known last is still told.
    #expect(try await face.get("/status").status == 200)
    #expect(try await face.get("/metrics").status == 200)
    face.daemon.send(SIGKILL)
    #expect(try face.daemon.end(within: 10).code == 137)
  }

  @Test func `a port that is taken is said, and taken over when it is free`() async throws {
    let port = try RawConnection.freePort()
    let first = try FacedLake(port: port)
    let second = try DemoLake { file, text in
      FacedLake.switchedOn(file, text, port: port, "check_interval_seconds: 0.5")
    }
    let daemon = try second.start("run")
    let said = wait(20) {
      daemon.errorsSoFar.contains("cannot listen on 127.0.0.1:\(port): Address already in use")
    }
    #expect(said, "\(daemon.errorsSoFar)")
    // It does its work all the same.
    let isFilled = wait(20) { second.holes.allSatisfy { Files.exist(second.path(of: $0)) } }
    #expect(isFilled)
    try first.stop()
    #expect(try FacedLake.port(of: daemon) == port)
    let answer = try await HTTPClient().send(
      HTTPRequest(url: "http://127.0.0.1:\(port)/metrics"))
    #expect(
      String(decoding: answer.body, as: UTF8.self)
        .contains(#"adce_component_restarts_total{component="http_face"}"#))
    daemon.send(SIGTERM)
    #expect(try daemon.end(within: 15).code == 0)
  }

  @Test func `where no face is wanted none listens`() throws {
    let lake = try DemoLake()
    let daemon = try lake.start("run")
    let isFilled = wait(20) { lake.holes.allSatisfy { Files.exist(lake.path(of: $0)) } }
    #expect(isFilled)
    #expect(!daemon.errorsSoFar.contains("HTTP face"))
    daemon.send(SIGTERM)
    #expect(try daemon.end(within: 15).code == 0)
  }
}
