import ADCEKernel
import Foundation
import Testing

@testable import ADCESimulation

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct PageTests {
  private func page(
    _ scenario: Scenario, _ change: (inout SimulationReport) -> Void = { _ in }
  ) -> String {
    var simulation = Simulation(scenario)
    simulation.sampler = Sampler(scenario)
    var report = simulation.run()
    change(&report)
    guard let sampler = simulation.sampler else { preconditionFailure("the sampler is gone") }
    return RunPage(scenario, report, sampler, command: "adce-sim run --seed 1").html
  }

  private func swarm(jobs: Int) -> Swarm.Outcome {
    Swarm(seeds: 1...4, jobs: jobs, durationMilliseconds: Span.day).run()
  }

  @Test(arguments: [3, 7, 12] as [UInt64])
  func `a page is well-formed, without scripts, and the same each time`(seed: UInt64) throws {
    let scenario = Scenario.swarm(seed: seed, duration: 2 * Span.day)
    let html = page(scenario)
    #expect(html == page(scenario))
    let elements = try Elements(html)
    #expect(elements.counts["script"] == nil)
    #expect(!html.contains("src=") && !html.contains("href=") && !html.contains("url("))
    #expect(elements.counts["svg"] == elements.counts["desc"])
    // One of the page, and one of each picture.
    #expect(elements.counts["title"] == 1 + (elements.counts["svg"] ?? 0))
    #expect(elements.counts["svg"] == (scenario.faults.isEmpty ? 6 : 7))
    #expect(elements.counts["caption"] == elements.counts["table"])
    for number in ["nan", "inf", "NaN"] {
      #expect(!html.contains("\"\(number)"), "\(number) is no coordinate")
    }
  }

  @Test func `what happened stands in it`() throws {
    let scenario = Scenario.reference(seed: 3, plan: .small, duration: 2 * Span.day)
    var simulation = Simulation(scenario)
    simulation.sampler = Sampler(scenario)
    let report = simulation.run()
    let kept = simulation.sampler
    let sampler = try #require(kept)
    let points = sampler.series.points
    #expect(points.count == 96)
    #expect(points.map(\.at) == (1...96).map { Int64($0) * Span.hour / 2 })
    #expect(points.reduce(0) { $0 + $1.requests.reduce(0, +) } == report.requests)
    #expect(points.contains { $0.slowestCycle != nil })
    #expect(sampler.starts == report.attempts)
    let last = try #require(points.last)
    #expect(last.expected - last.present == last.gaps.reduce(0, +))
    let html = RunPage(scenario, report, sampler, command: "adce-sim run --seed 3").html
    #expect(html.contains(report.digest))
    #expect(html.contains("<code>adce-sim run --seed 3</code>"))
    for (kind, count) in report.faults {
      #expect(html.contains(">\(kind.name)</th>"))
      #expect(html.contains(">\(count)</td>"))
    }
    #expect(html.contains("limit of each source 60"))
  }

  @Test func `a run is the same whether or not somebody looks`() {
    let scenario = Scenario.swarm(seed: 5, duration: 2 * Span.day)
    var plain = Simulation(scenario)
    var sampled = Simulation(scenario)
    sampled.sampler = Sampler(scenario)
    let (first, second) = (plain.run().json, sampled.run().json)
    #expect(first == second)
  }

  @Test func `nothing of a run becomes markup`() throws {
    let html = page(.calm(seed: 1, plan: .small, duration: Span.day)) {
      $0.violations = ["<script>alert(\"1\")</script> & \u{1}\u{7}]]> 'x'"]
    }
    #expect(
      html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \u{FFFD}\u{FFFD}"))
    let elements = try Elements(html)
    #expect(elements.counts["script"] == nil)
    #expect(elements.text.contains("<script>alert(\"1\")</script> & "))
  }

  @Test func `a series joins neighbours, and loses nothing that was counted`() {
    var series = TimeSeries(interval: 10)
    for number in 1...1000 {
      var point = TimeSeries.Point(at: Int64(number) * 10)
      point.requests[1] = 1
      point.succeeded = 2
      point.slowestCycle = number == 500 ? 99 : nil
      series.append(point)
    }
    #expect(series.points.count <= TimeSeries.pointsMax)
    #expect(series.interval > 10)
    #expect(series.points.reduce(0) { $0 + $1.requests[1] } == 1000)
    #expect(series.points.reduce(0) { $0 + $1.succeeded } == 2000)
    #expect(series.points.compactMap(\.slowestCycle) == [99])
    #expect(series.points.last?.at == 10_000)
  }

  @Test(
    arguments: [
      (0.0, 1.0), (1, 1), (7, 8), (9, 10), (11, 20), (172_754, 200_000), (0.3, 0.3),
    ] as [(Double, Double)])
  func `an axis ends at a number that is easily read`(value: Double, top: Double) {
    #expect(abs(Chart.rounded(value) - top) < 1e-9)
  }

  @Test func `a swarm's page is the same on one thread and on two`() throws {
    let outcome = swarm(jobs: 1)
    let page = { (outcome: Swarm.Outcome) in
      SwarmPage(outcome, command: "adce-sim swarm") { "adce-sim run --swarm --seed \($0)" }.html
    }
    let html = page(outcome)
    #expect(page(swarm(jobs: 2)) == html)
    let elements = try Elements(html)
    #expect(elements.counts["script"] == nil)
    #expect(elements.counts["table"] == 3)
    #expect(html.contains("adce-sim run --swarm --seed \(outcome.slowest.seed)<"))
    #expect(outcome.coverage.byEvent.reduce(0) { $0 + $1.transitions } == outcome.coverage.count)
    // A name for every event that there is.
    #expect(!html.contains(">event "))
    for kind in FaultClass.allCases { #expect(html.contains(">\(kind.name)</th>")) }
  }

  @Test func `a swarm ends with the last seed that there is`() {
    let swarm = Swarm(
      seeds: (.max - 1)...(.max), jobs: 2, durationMilliseconds: Span.hour)
    let outcome = swarm.run()
    #expect(outcome.runs == 2)
    #expect(outcome.latest.allSatisfy { $0.seed >= .max - 1 })
  }
}

/// How many elements of each name an XML document has, and its text.
private struct Elements {
  private(set) var counts: [String: Int] = [:]
  private(set) var text = ""

  struct NotWellFormed: Error { var reason: String }

  init(_ document: String) throws {
    // A doctype without a system identifier names entities that are nowhere: it has none of ours.
    let parser = XMLParser(data: Data(document.replacing("<!DOCTYPE html>", with: "").utf8))
    let reader = Reader()
    parser.delegate = reader
    guard parser.parse() else {
      throw NotWellFormed(reason: "\(parser.lineNumber): \(String(describing: parser.parserError))")
    }
    counts = reader.counts
    text = reader.text
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) { counts[name, default: 0] += 1 }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }
}
