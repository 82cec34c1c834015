import ADCEIO
import ADCEKernel
import ADCEOrigin
import Testing

@Suite struct HTTPScraperTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  private func scraper(
    _ baseURL: String, _ pattern: String = "/box/{game_id}.json",
    _ adjust: (inout HTTPScraperSettings) -> Void = { _ in }
  ) throws -> RunnableScraper {
    var settings = HTTPScraperSettings(
      id: "espn_box", baseURL: baseURL, template: try URLTemplate(pattern))
    settings.timeoutMilliseconds = 5000
    adjust(&settings)
    return .http(settings)
  }

  @Test func anObjectArrivesByteForByte() async throws {
    var options = OriginOptions()
    options.seed = 3
    let origin = try await LoopbackOrigin.start(options)
    let end = try await bench.run(scraper(origin.url), .fixture(["espn/box/401.json"]))
    await origin.stop()
    let expected = LoopbackOrigin.body(for: "/box/401.json", seed: 3)
    #expect(expected.count >= 200)
    #expect(try bench.read("espn/box/401.json") == expected)
    #expect(end.failure == nil)
    #expect(end.requests == 1)
    #expect(end.items.count == 1)
    guard case .stored(let facts, let hash) = end.items[0].result else {
      Issue.record("\(end)")
      return
    }
    #expect(facts.bytes == Int64(expected.count))
    #expect(hash == Hash128(of: expected))
  }

  private func result(_ end: AttemptEnd) -> ItemResult? {
    #expect(end.items.count == 1)
    return end.items.first?.result
  }

  @Test(arguments: [
    ("404 Not Found", FailureClass.absent), ("410 Gone", .absent), ("401 Unauthorized", .refused),
    ("403 Forbidden", .refused), ("429 Too Many", .throttled), ("503 Unavailable", .transient),
    ("500 Broken", .transient), ("502 Bad Gateway", .transient), ("408 Timeout", .transient),
    ("400 Bad Request", .scraperFault), ("405 No", .scraperFault), ("304 Not Modified", .invalid),
    ("206 Partial", .invalid), ("201 Created", .invalid), ("202 Accepted", .transient),
    ("204 No Content", .invalid), ("205 Reset Content", .invalid),
  ])
  func eachStatusHasItsClass(status: String, expected: FailureClass) async throws {
    let server = try ScriptedServer { _, _ in .response(status, [], Array("some body".utf8)) }
    let end = try await bench.run(scraper(server.url), .fixture(["espn/box/401.json"]))
    #expect(result(end) == .failed(expected))
    #expect(end.failure == (expected == .absent ? nil : expected))
    #expect(end.message == "\(status.prefix(3)) from \(server.url)/box/401.json")
    #expect(try bench.read("espn/box/401.json") == nil)
  }

  @Test func retryAfterIsPassedOnInBothForms() async throws {
    let forms = ["Retry-After: 90", "Retry-After: Wed, 01 Jan 2025 00:01:30 GMT"]
    for form in forms {
      let server = try ScriptedServer { _, _ in
        .response("503 Busy", [form, "Date: Wed, 01 Jan 2025 00:00:00 GMT"])
      }
      let end = try await bench.run(scraper(server.url), .fixture(["espn/box/401.json"]))
      #expect(end.failure == .throttled)
      #expect(end.retryAfterMilliseconds == 90_000)
    }
  }

  @Test func aSilentSourceIsTransient() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    let end = try await bench.run(
      scraper(server.url) { $0.timeoutMilliseconds = 200 }, .fixture(["espn/box/401.json"]))
    #expect(result(end) == .failed(.transient))
    #expect(end.requests == 1)
  }

  @Test func withRobotsObeyedNoOtherMachineIsAsked() async throws {
    let end = try await bench.run(
      scraper("https://example.com"), .fixture(["espn/box/401.json"]))
    #expect(result(end) == .failed(.scraperFault))
    #expect(end.permanent)
    #expect(end.message.contains("robots"))
    #expect(end.requests == nil)
    let server = try ScriptedServer { _, _ in
      .response("302 Found", ["Location: https://example.com/"])
    }
    let redirected = try await bench.run(scraper(server.url), .fixture(["espn/box/401.json"]))
    #expect(redirected.failure == .refused)
    #expect(redirected.message.contains("robots"))
  }

  @Test func aBodyThatIsTooSmallIsRefused() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], [1, 2, 3]) }
    let end = try await bench.run(
      scraper(server.url), .fixture(["espn/box/401.json"], minBytes: 4))
    #expect(result(end) == .failed(.invalid))
    #expect(end.message.contains("3 bytes, at least 4"))
    #expect(try bench.read("espn/box/401.json") == nil)
  }

  @Test func aWorseBodyLeavesTheStoredOneAlone() async throws {
    let good = Array("{\"a\":1,\"b\":2}".utf8)
    let facts = try bench.put("espn/box/401.json", good)
    let server = try ScriptedServer { _, _ in .response("200 OK", [], Array("{\"a\":1}".utf8)) }
    var work = AttemptWork.fixture(["espn/box/401.json"])
    work.items[0].stored = facts
    work.items[0].storedIsSufficient = true
    let end = try await bench.run(
      scraper(server.url) { $0.rules.requiredFields = ["box_score": ["b"]] }, work)
    #expect(result(end) == .failed(.invalid))
    #expect(end.message.contains("the field b is missing"))
    #expect(try bench.read("espn/box/401.json") == good)
  }

  @Test func aBlockPageIsNotStoredAsJSON() async throws {
    var options = OriginOptions()
    options.rules = [OriginRule(fault: .blockPage)]
    let origin = try await LoopbackOrigin.start(options)
    let end = try await bench.run(scraper(origin.url), .fixture(["espn/box/401.json"]))
    #expect(result(end) == .failed(.invalid))
    await origin.stop()
  }

  @Test func theOwnersErrorPatternsWin() async throws {
    let server = try ScriptedServer { _, number in
      let body = Array(number == 0 ? "Rate Limit reached".utf8 : "gone for good".utf8)
      return .response(number == 0 ? "200 OK" : "403 Forbidden", [], body)
    }
    let settings = try scraper(server.url) {
      $0.rules.errorPatterns = [
        ErrorPattern(match: "(?i)rate limit", meaning: .throttled),
        ErrorPattern(match: "gone .*good", meaning: .permanent),
      ]
    }
    let first = try await bench.run(settings, .fixture(["espn/box/401.json"]))
    #expect(first.failure == .throttled)
    #expect(!first.permanent)
    let second = try await bench.run(settings, .fixture(["espn/box/401.json"]))
    #expect(second.failure == .scraperFault)
    #expect(second.permanent)
  }

  @Test func aStaleCopyIsAskedForConditionally() async throws {
    let facts = try bench.put("espn/box/401.json", [1, 2, 3])
    let server = try ScriptedServer { _, _ in .text("HTTP/1.1 304 Not Modified\r\n\r\n") }
    var work = AttemptWork.fixture(["espn/box/401.json"])
    work.items[0].stored = facts
    work.items[0].storedIsSufficient = true
    let end = try await bench.run(scraper(server.url), work)
    #expect(result(end) == .current(facts))
    #expect(end.failure == nil)
    let since = HTTPDate.format(Instant(seconds: facts.modifiedSeconds - 60))
    #expect(server.requests[0].contains("If-Modified-Since: \(since)\r\n"))
  }

  @Test func anUndersizedCopyIsAskedForWithoutConditions() async throws {
    let facts = try bench.put("espn/box/401.json", [1])
    let server = try ScriptedServer { _, _ in .response("200 OK", [], [1, 2, 3]) }
    var work = AttemptWork.fixture(["espn/box/401.json"], minBytes: 2)
    work.items[0].stored = facts
    let end = try await bench.run(scraper(server.url), work)
    #expect(end.failure == nil)
    #expect(!server.requests[0].contains("If-Modified-Since"))
    #expect(try bench.read("espn/box/401.json") == [1, 2, 3])
  }

  @Test func anEqualBodyIsNotWrittenAgain() async throws {
    let body = Array("{\"a\":1}".utf8)
    let facts = try bench.put("espn/box/401.json", body)
    let server = try ScriptedServer { _, number in
      .response("200 OK", [], number == 0 ? body : Array("{\"a\":2}".utf8))
    }
    var work = AttemptWork.fixture(["espn/box/401.json"])
    work.items[0].stored = facts
    let settings = try scraper(server.url) { $0.storage.deduplication = true }
    let same = try await bench.run(settings, work)
    #expect(result(same) == .current(facts))
    let other = try await bench.run(settings, work)
    guard case .stored = result(other) else {
      Issue.record("\(other)")
      return
    }
    #expect(try bench.read("espn/box/401.json") == Array("{\"a\":2}".utf8))
  }

  @Test func anObjectIsCompressedUnlessThatMakesItTooSmall() async throws {
    let body = [UInt8](repeating: 65, count: 5000)
    let server = try ScriptedServer { _, _ in .response("200 OK", [], body) }
    let settings = try scraper(server.url) { $0.storage.compression = true }
    let end = try await bench.run(settings, .fixture(["espn/box/401.json"]))
    #expect(end.failure == nil)
    #expect(try bench.read("espn/box/401.json") == Gzip.compress(body))
    _ = try await bench.run(settings, .fixture(["espn/box/401.json"], minBytes: 4000))
    #expect(try bench.read("espn/box/401.json") == body)
  }

  @Test func headersAreSentAndSecretsNeverShown() async throws {
    let server = try ScriptedServer { _, _ in
      .response("302 Found", ["Location: /login?token=hunter2hunter2"])
    }
    let settings = try scraper(server.url) {
      $0.userAgent = "adce-test/1"
      $0.rules.errorPatterns = [ErrorPattern(match: "hunter2hunter2", meaning: .invalid)]
      $0.headers = [
        .init(name: "X-Api-Key", value: ConfiguredSecret("env:KEY")),
        .init(name: "Accept", value: ConfiguredSecret("application/json")),
      ]
    }
    let end = try await bench.run(
      settings, .fixture(["espn/box/401.json"]),
      environment: { $0 == "KEY" ? "hunter2hunter2" : nil })
    #expect(end.failure == .invalid)
    #expect(!end.message.contains("hunter2"))
    let head = server.requests[0]
    #expect(head.contains("X-Api-Key: hunter2hunter2\r\n"))
    #expect(head.contains("User-Agent: adce-test/1\r\n"))
    #expect(head.contains("Accept: application/json\r\n"))
  }

  @Test func aReferenceThatLeadsNowhereIsOurOwnFault() async throws {
    let settings = try scraper("http://127.0.0.1:9") {
      $0.headers = [.init(name: "X-Api-Key", value: ConfiguredSecret("env:ABSENT"))]
    }
    let end = try await bench.run(
      settings, .fixture(["espn/box/401.json"]), environment: { _ in nil })
    #expect(end.failure == .ownFault)
    #expect(end.message == "header X-Api-Key: env:ABSENT is not set")
  }

  @Test func theAddressTakesParametersColumnsAndTheSeason() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    var work = AttemptWork.fixture(["espn/box/401.json"])
    work.items[0].columns = [
      .init(name: "date", value: "2025-01-15"), .init(name: "slug", value: "O'Neal/É"),
    ]
    let end = try await bench.run(
      scraper(
        server.url + "/api/",
        "/{season|start_year}-{season|end_year}/{date|yyyymmdd}/{slug|first}/{slug|lower}/{game_id}"
      ), work)
    #expect(end.failure == nil)
    let path = "/api/2024-2025/20250115/O/o%27neal%2F%C3%A9/401"
    #expect(server.requests[0].hasPrefix("GET \(path) HTTP/1.1\r\n"))
  }

  @Test func aNameWithoutAValueIsTheScrapersFault() async throws {
    let end = try await bench.run(
      scraper("http://127.0.0.1:9", "/{nothing}"), .fixture(["espn/box/401.json"]))
    #expect(end.failure == .scraperFault)
    #expect(end.message.contains("{nothing}"))
  }

  @Test func anAttemptThatIsBrokenOffLeavesItsItemUntouched() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    let executor = try bench.executor(scraper(server.url))
    async let ended = executor.run(.fixture(["espn/box/401.json"]))
    while server.requests.isEmpty { await Task.yield() }
    executor.cancelAll(graceMilliseconds: 0)
    let end = await ended
    #expect(end.failure == .ownFault)
    #expect(result(end) == .untouched)
    #expect(executor.runningCount == 0)
    let late = await executor.run(.fixture(["espn/box/402.json"], attempt: 2))
    #expect(result(late) == .untouched)
  }

  @Test func aLakeThatIsNotThereIsOurOwnFault() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let executor = try ScraperExecutor(
      scrapers: [scraper(server.url)], lake: DirectoryLake(root: bench.folder + "/none"),
      client: bench.client, workDirectory: bench.workDirectory)
    let end = await executor.run(.fixture(["espn/box/401.json"]))
    #expect(end.failure == .ownFault)
    #expect(end.message.contains("no lake"))
  }
}
