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
      id: "espn_box", baseURL: baseURL, pattern: try RequestPattern(pattern))
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
}
