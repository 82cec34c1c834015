internal import ADCEIO
import ADCEKernel

/// A run as a page: charts over simulated time, and tables of what was done and looked at.
public struct RunPage: Sendable {
  private let scenario: Scenario
  private let report: SimulationReport
  private let sampler: Sampler
  private let command: String

  /// - Parameter command: the one that makes the run again.
  public init(
    _ scenario: Scenario, _ report: SimulationReport, _ sampler: Sampler, command: String
  ) {
    self.scenario = scenario
    self.report = report
    self.sampler = sampler
    self.command = command
  }

  private var points: [TimeSeries.Point] { sampler.series.points }
  private var span: Int64 { max(1, points.last?.at ?? 1) }

  /// The same bytes for the same run.
  public var html: String {
    var page = Page("Simulation of seed \(report.seed): \(report.verdict?.rawValue ?? "unknown")")
    page.command(command)
    page.facts(facts)
    if !report.violations.isEmpty {
      page.heading("Violations")
      page.table(
        "What must never happen, or did not come about", ["Number", "What"], numeric: [0],
        report.violations.enumerated().map { ["\($0.offset + 1)", $0.element] })
    }
    addCharts(to: &page)
    page.heading("Faults fired")
    if faultRows.isEmpty {
      page.paragraph("The scenario has none.")
    } else {
      page.table(
        "Of each class: how many the scenario has, and how often they did something",
        ["Class", "In the scenario", "Times"], numeric: [1, 2], faultRows)
    }
    page.heading("Oracles")
    page.table(
      "What was judged from outside, and how often", ["Promise", "Checked"], numeric: [1],
      oracles.map { [$0.name, HumanText.count($0.times)] })
    return page.html
  }

  private var facts: [(name: String, value: String)] {
    let percent = {
      Figure.decimal(SimulationReport.Success.percent($0, of: report.success.attempted), digits: 2)
        + " %"
    }
    return [
      ("Simulated", HumanText.span(milliseconds: report.simulatedSeconds * 1000)),
      ("Objects due at the end", HumanText.count(report.expected)),
      ("Missing at the end", HumanText.count(report.missing)),
      ("Requests", HumanText.count(report.requests)),
      ("Stored by the first attempt", percent(report.success.first)),
      ("Within the attempts of a task", percent(report.success.withinAttempts)),
      ("In the end", percent(report.success.inTheEnd)),
      ("Cycles, of them failed", "\(report.cycles + report.cyclesFailed), \(report.cyclesFailed)"),
      ("Steps", HumanText.count(Int(report.steps))),
      ("Crashes", HumanText.count(Int(report.crashes))),
      (
        "Complete after the last fault",
        report.convergedAfter.map { HumanText.span(milliseconds: $0) } ?? "not asked"
      ),
      ("Digest", report.digest),
    ]
  }

  // MARK: Charts

  private func addCharts(to page: inout Page) {
    guard !points.isEmpty else { return }
    if !lanes.isEmpty {
      page.heading("When faults could strike")
      page.paragraph(
        "In all pictures the time is the simulated one. Grey bands in those below are these; what "
          + "lasts from the beginning to the end has none.")
      page.add(
        LaneChart(
          title: "When faults could strike",
          summary: lanes.map(\.name).joined(separator: ", "), span: span, lanes: lanes))
    }
    page.heading("Gaps by priority")
    page.add(gaps)
    page.heading("Coverage")
    page.add(coverage)
    page.heading("Tasks that are not over, by state")
    page.add(queue)
    page.heading("Objects asked for that came")
    page.add(success)
    page.heading("Requests a minute, by source")
    page.add(requests)
    page.heading("The slowest cycle of each interval, in seconds")
    page.add(cycles)
  }

  private func chart(
    _ title: String, _ style: Chart.Style, _ series: [Chart.Series], _ summary: String
  ) -> Chart {
    Chart(
      title: title, summary: summary, style: style, times: points.map(\.at), series: series,
      bands: bands)
  }

  private func last(_ series: [Chart.Series]) -> String {
    "At the end: "
      + series.map { "\($0.name) \(Chart.label(($0.values.last ?? 0) ?? 0))" }
      .joined(separator: ", ") + "."
  }

  private var gaps: Chart {
    let series = Priority.allCases.map { priority in
      Chart.Series(
        name: priority.name, values: points.map { Double($0.gaps[Int(priority.rawValue)]) })
    }
    return chart("Gaps by priority over time", .stacked, series, last(series))
  }

  private var coverage: Chart {
    let values = points.map {
      $0.expected == 0 ? nil : Double($0.present) * 100 / Double($0.expected)
    }
    let lowest = values.compactMap(\.self).min() ?? 100
    var chart = chart(
      "Share of the expected objects that are there", .lines,
      [.init(name: "present", values: values)],
      "From \(Figure.decimal(lowest, digits: 2)) % at least to "
        + "\(Figure.decimal((values.last ?? nil) ?? 100, digits: 2)) % at the end.")
    chart.top = 100
    // What a lake lacks is a few in a hundred: from nothing to all it would be a line at the top.
    chart.bottom = lowest > 50 ? min(90, (lowest / 10).rounded(.down) * 10) : 0
    chart.unit = " %"
    return chart
  }

  private var queue: Chart {
    let series = TimeSeries.states.enumerated().map { index, state in
      Chart.Series(
        name: state.name.replacing("_", with: " "), values: points.map { Double($0.tasks[index]) })
    }
    return chart("Tasks by state over time", .stacked, series, last(series))
  }

  private var success: Chart {
    let values = points.map { point -> Double? in
      let asked = point.succeeded + point.failed
      return asked == 0 ? nil : Double(point.succeeded) * 100 / Double(asked)
    }
    var chart = chart(
      "Share of the objects asked for that came", .lines, [.init(name: "came", values: values)],
      "The lowest share of an interval is "
        + "\(Figure.decimal(values.compactMap(\.self).min() ?? 100, digits: 1)) %.")
    chart.top = 100
    chart.unit = " %"
    return chart
  }

  private var requests: Chart {
    var before: Int64 = 0
    var minutes: [Double] = []
    for point in points {
      minutes.append(Double(max(1, point.at - before)) / Double(Span.minute))
      before = point.at
    }
    let series = World.placement.enumerated().map { index, entry in
      Chart.Series(
        name: entry.source,
        values: zip(points, minutes).map { Double($0.requests[index]) / $1 })
    }
    var chart = chart(
      "Requests a minute by source over time", .lines, series,
      "The mean of each interval; each source has the same limit.")
    let limits = [
      scenario.policy.perMinute.map { Double($0) },
      scenario.policy.perHour.map { Double($0) / 60 },
    ].compactMap(\.self)
    chart.limit = limits.min().map { ("limit of each source", $0) }
    return chart
  }

  private var cycles: Chart {
    let values = points.map { $0.slowestCycle.map { Double($0) / 1000 } }
    return chart(
      "The slowest cycle of each interval", .bars, [.init(name: "seconds", values: values)],
      "The slowest of all took \(Figure.decimal(values.compactMap(\.self).max() ?? 0, digits: 1)) s."
    )
  }

  // MARK: Faults and oracles

  private var bands: [Band] {
    scenario.faults.compactMap { fault in
      let ends = min(fault.ends, span)
      if fault.begins <= 0, ends >= span { return nil }
      return Band(begins: fault.begins, ends: ends, isMoment: fault.kind.shape == .moment)
    }
  }

  private var lanes: [LaneChart.Lane] {
    FaultClass.allCases.compactMap { kind in
      let faults = scenario.faults.filter { $0.kind == kind && $0.begins <= span }
      return faults.isEmpty
        ? nil
        : LaneChart.Lane(
          name: kind.name,
          bands: faults.map {
            Band(
              begins: $0.begins, ends: min($0.ends, span), isMoment: $0.kind.shape == .moment)
          })
    }
  }

  private var faultRows: [[String]] {
    FaultClass.allCases.compactMap { kind in
      let planned = scenario.faults.count { $0.kind == kind }
      let fired = report.faults.first { $0.kind == kind }?.count ?? 0
      return planned + fired == 0
        ? nil : [kind.name, HumanText.count(planned), HumanText.count(fired)]
    }
  }

  /// Each oracle, with how often there was occasion to ask it. It is asked at each, so that is how
  /// often it was.
  private var oracles: [(name: String, times: Int)] {
    let isWatchedByCycle = scenario.plan.objectsDue < 10_000
    let byCycle = isWatchedByCycle ? report.cycles : 0
    let steps = Int(report.steps)
    return [
      ("Every gap is told, and nothing else, key by key", report.gapChecks),
      ("No key is in two tasks; no task is lost", byCycle),
      ("An attempt is started once, and its intent is on disk", sampler.starts),
      ("No source is asked for what the lake was seen to hold, nor too often", sampler.starts),
      ("Delay, pace, concurrency and Retry-After hold at a start", sampler.starts),
      ("What is paused or waived is not asked for", sampler.starts),
      ("No window of a source is exceeded", report.requests),
      ("A step changes few records", steps),
      ("The incremental digest and the invariants hold", steps / scenario.stepsBetweenChecks + 1),
      ("The state recovered is the one committed", Int(report.crashes) + Int(report.reopened) + 1),
      ("Collections are bounded", byCycle),
      ("In the end all is there", scenario.mustConverge ? 1 : 0),
    ]
  }
}
