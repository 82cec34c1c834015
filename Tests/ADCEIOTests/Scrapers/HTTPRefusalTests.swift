import ADCEIO
import ADCEKernel
import Testing

/// Faults that come again however often one tries, and answers that bring no object.
@Suite struct HTTPRefusalTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  private func scraper(
    _ baseURL: String, _ pattern: String = "/box/{game_id}.json"
  ) throws -> RunnableScraper {
    var settings = HTTPScraperSettings(
      id: "espn_box", baseURL: baseURL, template: try URLTemplate(pattern))
    settings.timeoutMilliseconds = 20_000
    return .http(settings)
  }

  @Test(arguments: ["a//401.json", "a/../401.json", "a/" + String(repeating: "n", count: 256)])
  func anObjectThatNoLakeKeepsIsNotAskedFor(key: String) async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let end = try await bench.run(scraper(server.url), .fixture([key]))
    #expect(end.failure == .scraperFault)
    #expect(end.permanent)
    #expect(end.message.contains("cannot store \(key.prefix(200))"), "\(end.message)")
    #expect(server.requests == [])
  }

  @Test func anObjectWhoseWayIsBlockedIsAFaultOfTheLake() async throws {
    _ = try bench.put("a", [1])
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let end = try await bench.run(scraper(server.url), .fixture(["a/401.json"]))
    #expect(end.failure == .ownFault)
    #expect(!end.permanent)
    #expect(end.message.contains("stands in its way"), "\(end.message)")
  }

  @Test func anAddressThatCannotBeIsAPermanentFault() async throws {
    for pattern in ["/{nothing}", "ftp://example.org/{game_id}"] {
      let end = try await bench.run(scraper("", pattern), .fixture(["espn/box/401.json"]))
      #expect(end.failure == .scraperFault)
      #expect(end.permanent)
    }
  }

  @Test func anEmptyBodyIsNoObject() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], []) }
    let end = try await bench.run(
      scraper(server.url), .fixture(["espn/box/401.json"], minBytes: 0))
    #expect(end.failure == .invalid)
    #expect(end.message.contains("an empty body"))
    #expect(try bench.read("espn/box/401.json") == nil)
  }

  @Test func aLargeErrorPageKeepsItsStatus() async throws {
    let page = [UInt8](repeating: 0x78, count: 300_000)
    let server = try ScriptedServer { _, _ in .response("503 Busy", [], page) }
    let end = try await bench.run(scraper(server.url), .fixture(["espn/box/401.json"]))
    #expect(end.failure == .transient)
    #expect(end.message.hasPrefix("503 from"))
    var request = HTTPRequest(url: server.url)
    request.limits.cutsErrors = 65_536
    #expect(try await bench.client.send(request).body.count == 65_536)
  }

  @Test func aBodyThatUnpacksToMoreThanIsHeldIsRefused() async throws {
    let packed = Gzip.compress([UInt8](repeating: 0, count: (64 << 20) + 1))
    let server = try ScriptedServer { _, _ in
      .response("200 OK", ["Content-Encoding: gzip"], packed)
    }
    let end = try await bench.run(scraper(server.url), .fixture(["espn/box/401.json"]))
    #expect(end.failure == .invalid)
    #expect(end.message.contains("larger than 67108864 bytes"), "\(end.message)")
  }

  @Test(arguments: [
    ("/api?id=", "{game_id}", "/api?id=401"), ("/api", "{game_id}", "/api/401"),
    ("/api/", "/{game_id}", "/api/401"), ("/api", "?id={game_id}", "/api?id=401"),
    ("/api?path=/", "/{game_id}", "/api?path=//401"),
  ])
  func theBaseAndThePatternMeet(base: String, pattern: String, target: String) async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let end = try await bench.run(
      scraper(server.url + base, pattern), .fixture(["espn/box/401.json"]))
    #expect(end.failure == nil)
    #expect(server.requests[0].hasPrefix("GET \(target) HTTP/1.1\r\n"), "\(server.requests[0])")
  }
}
