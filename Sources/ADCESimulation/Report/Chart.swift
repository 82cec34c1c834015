import ADCEIO
import ADCEKernel

/// A time in which something holds, drawn behind a chart.
struct Band: Hashable {
  /// Milliseconds since the beginning; a moment begins and ends at once.
  var begins: Int64
  var ends: Int64
  var isMoment: Bool
}

/// A chart over simulated time, as SVG.
struct Chart {
  enum Style {
    /// One on top of the other, in the order of the series.
    case stacked
    case lines
    /// One for each point: of the first series alone.
    case bars
  }

  struct Series {
    var name: String
    /// One a point; nil = there is nothing to show.
    var values: [Double?]
  }

  var title: String
  /// What somebody who cannot see it is told.
  var summary: String
  var style: Style
  /// Milliseconds since the beginning.
  var times: [Int64]
  var series: [Series]
  var bands: [Band] = []
  var limit: (name: String, value: Double)?
  /// The top of the axis, where it is known; nil = as high as what is shown.
  var top: Double?
  /// Where the axis begins.
  var bottom: Double = 0
  var unit = ""

  static let width = 928.0
  private static let height = 260.0
  static let left = 64.0
  static let right = 16.0
  private static let upper = 40.0
  private static let lower = 28.0

  func draw(into page: inout Markup) {
    page.picture(height: Chart.height, title: title, summary: summary) { svg in
      drawBands(&svg)
      drawGrid(&svg)
      drawSeries(&svg)
      drawLimit(&svg)
      drawLegend(&svg)
    }
  }

  // MARK: Scales

  private var span: Int64 { max(1, times.last ?? 1) }
  private var axis: TimeAxis { TimeAxis(span: span) }

  /// The highest value that is shown, rounded up to a number that is easily read.
  private var ceiling: Double {
    if let top { return top }
    var highest = 0.0
    for index in times.indices {
      let values = series.map { $0.values[index] ?? 0 }
      highest = max(highest, style == .stacked ? values.reduce(0, +) : values.max() ?? 0)
    }
    // A limit is in the picture, unless it would make all else a flat line.
    if let limit, limit.value <= highest * 4 { highest = max(highest, limit.value) }
    return Chart.rounded(highest)
  }

  static func rounded(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    var scale = 1.0
    while scale * 10 < value { scale *= 10 }
    while scale > value { scale /= 10 }
    return ([1, 2, 3, 4, 5, 6, 8, 10].first { $0 * scale >= value } ?? 10) * scale
  }

  private func x(_ time: Int64) -> Double { axis.x(time) }

  private func y(_ value: Double) -> Double {
    let room = Chart.height - Chart.upper - Chart.lower
    return Chart.upper + room * (1 - min(1, max(0, (value - bottom) / (ceiling - bottom))))
  }

  // MARK: Parts

  private func drawBands(_ svg: inout Markup) {
    for band in bands where band.begins <= span {
      let from = x(band.begins)
      if band.isMoment {
        svg.element(
          "line",
          [
            "class": "moment", "x1": number(from), "x2": number(from),
            "y1": number(Chart.upper), "y2": number(Chart.height - Chart.lower),
          ])
      } else {
        svg.element(
          "rect",
          [
            "class": "band", "x": number(from), "y": number(Chart.upper),
            "width": number(max(1, x(min(band.ends, span)) - from)),
            "height": number(Chart.height - Chart.upper - Chart.lower),
          ])
      }
    }
  }

  private func drawGrid(_ svg: inout Markup) {
    let steps: Int
    switch first(of: ceiling - bottom) {
    case 3, 6: steps = 3
    case 1, 5: steps = 5
    default: steps = 4
    }
    for step in 0...steps {
      let value = bottom + (ceiling - bottom) * Double(step) / Double(steps)
      let height = y(value)
      svg.element(
        "line",
        [
          "class": "grid", "x1": number(Chart.left), "x2": number(Chart.width - Chart.right),
          "y1": number(height), "y2": number(height),
        ])
      svg.element(
        "text",
        ["x": number(Chart.left - 8), "y": number(height + 4), "text-anchor": "end"],
        text: Chart.label(value) + unit)
    }
    axis.draw(into: &svg, baseline: Chart.height - 8)
  }

  private func first(of value: Double) -> Double {
    var value = value
    while value >= 10 { value /= 10 }
    while value < 1 { value *= 10 }
    return value.rounded()
  }

  private func drawSeries(_ svg: inout Markup) {
    switch style {
    case .stacked: drawStack(&svg)
    case .lines:
      for (index, one) in series.enumerated() {
        for run in runs(of: one.values) where !run.isEmpty {
          let points = run.map { "\(number(x(times[$0]))),\(number(y(one.values[$0] ?? 0)))" }
          if run.count == 1 {
            svg.element(
              "circle",
              [
                "class": "f\(index)", "cx": number(x(times[run[0]])),
                "cy": number(y(one.values[run[0]] ?? 0)), "r": "2",
              ])
          } else {
            svg.element(
              "polyline", ["class": "line s\(index)", "points": points.joined(separator: " ")])
          }
        }
      }
    case .bars:
      let width = max(1, (Chart.width - Chart.left - Chart.right) / Double(times.count) - 1)
      for (index, value) in (series.first?.values ?? []).enumerated() {
        guard let value else { continue }
        let height = y(value)
        svg.element(
          "rect",
          [
            "class": "f2", "x": number(max(Chart.left, x(times[index]) - width)),
            "y": number(height), "width": number(width),
            "height": number(max(0.5, Chart.height - Chart.lower - height)),
          ])
      }
    }
  }

  private func drawStack(_ svg: inout Markup) {
    var below = [Double](repeating: 0, count: times.count)
    for (index, one) in series.enumerated() {
      let above = zip(below, one.values).map { $0 + ($1 ?? 0) }
      if above != below {
        let upper = times.indices.map { "\(number(x(times[$0]))),\(number(y(above[$0])))" }
        let lower = times.indices.reversed().map {
          "\(number(x(times[$0]))),\(number(y(below[$0])))"
        }
        svg.element(
          "polygon",
          ["class": "area f\(index)", "points": (upper + lower).joined(separator: " ")])
      }
      below = above
    }
  }

  /// Points that follow each other and have a value.
  private func runs(of values: [Double?]) -> [[Int]] {
    var runs: [[Int]] = [[]]
    for (index, value) in values.enumerated() {
      if value == nil { runs.append([]) } else { runs[runs.count - 1].append(index) }
    }
    return runs
  }

  private func drawLimit(_ svg: inout Markup) {
    guard let limit else { return }
    let isShown = limit.value <= ceiling
    if isShown {
      svg.element(
        "line",
        [
          "class": "limit", "x1": number(Chart.left), "x2": number(Chart.width - Chart.right),
          "y1": number(y(limit.value)), "y2": number(y(limit.value)),
        ])
    }
    let words = "\(limit.name) \(Chart.label(limit.value))\(isShown ? "" : ", above the picture")"
    svg.element(
      "text",
      [
        "class": "limit", "x": number(Chart.width - Chart.right), "y": "16",
        "text-anchor": "end",
      ], text: words)
  }

  private func drawLegend(_ svg: inout Markup) {
    guard series.count > 1 else { return }
    var place = Chart.left
    for (index, one) in series.enumerated() {
      svg.element(
        "rect",
        ["class": "f\(index)", "x": number(place), "y": "6", "width": "12", "height": "12"])
      svg.element("text", ["x": number(place + 18), "y": "16"], text: one.name)
      // Wide enough for the widest letters of these names.
      place += 18 + Double(one.name.count) * 7.6 + 20
    }
  }

  /// `1,200`, `0.5`.
  static func label(_ value: Double) -> String {
    Int(exactly: value).map { HumanText.count($0) } ?? Figure.decimal(value, digits: 2)
  }
}

/// The axis of simulated time, the same in all pictures of a page.
struct TimeAxis {
  /// In milliseconds; it begins at 0.
  var span: Int64

  func x(_ time: Int64) -> Double {
    let room = Chart.width - Chart.left - Chart.right
    return Chart.left + room * Double(min(max(0, time), span)) / Double(max(1, span))
  }

  func draw(into svg: inout Markup, baseline: Double) {
    let steps =
      [Span.minute * 10, Span.hour, 2 * Span.hour, 3 * Span.hour, 6 * Span.hour]
      + [12 * Span.hour, Span.day, 2 * Span.day, 5 * Span.day, 10 * Span.day, 30 * Span.day]
    let step = steps.first { span / $0 <= 9 } ?? span / 9
    for time in stride(from: 0, through: span, by: Int64.Stride(step)) {
      // What would run out of the picture is left to the one before it.
      let place = x(time)
      svg.element(
        "text",
        [
          "x": number(place), "y": number(baseline),
          "text-anchor": place > Chart.width - 40 ? "end" : "middle",
        ], text: TimeAxis.label(time, step: step))
    }
  }

  static func label(_ time: Int64, step: Int64) -> String {
    if step >= Span.day { return "\(time / Span.day) d" }
    if step >= Span.hour { return "\(time / Span.hour) h" }
    return "\(time / Span.minute) min"
  }
}

/// When each of several things held: a lane each.
struct LaneChart {
  struct Lane {
    var name: String
    var bands: [Band]
  }

  var title: String
  var summary: String
  var span: Int64
  var lanes: [Lane]

  private static let lane = 20.0

  func draw(into page: inout Markup) {
    let height = Double(lanes.count) * LaneChart.lane + 32
    let axis = TimeAxis(span: span)
    page.picture(height: height, title: title, summary: summary) { svg in
      for (index, lane) in lanes.enumerated() {
        let top = Double(index) * LaneChart.lane + 4
        for band in lane.bands {
          let from = axis.x(band.begins)
          svg.element(
            "rect",
            [
              "class": "f0 area", "x": number(from), "y": number(top),
              "width": number(max(2, axis.x(min(band.ends, span)) - from)),
              "height": number(LaneChart.lane - 6), "rx": "2",
            ])
        }
        svg.element(
          "text", ["class": "name", "x": number(Chart.left + 6), "y": number(top + 11)],
          text: lane.name)
      }
      axis.draw(into: &svg, baseline: height - 8)
    }
  }
}

extension Markup {
  /// A picture that can be read aloud, as wide as every other.
  fileprivate mutating func picture(
    height: Double, title: String, summary: String, _ draw: @escaping (inout Markup) -> Void
  ) {
    element("figure") { figure in
      figure.element(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "role": "img",
          "viewBox": "0 0 \(number(Chart.width)) \(number(height))",
        ]
      ) { svg in
        svg.element("title", text: title)
        svg.element("desc", text: summary)
        draw(&svg)
      }
    }
  }
}

/// Coordinates, to a tenth.
private func number(_ value: Double) -> String { Figure.decimal(value, digits: 1) }
