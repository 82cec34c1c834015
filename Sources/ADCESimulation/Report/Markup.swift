/// Text of a page: what stands in it is escaped as it is added, so that nothing that was simulated can
/// become markup. The page is well-formed XML, too.
struct Markup {
  private(set) var text = ""

  /// Adds markup as it stands; never what comes from a run.
  mutating func raw(_ markup: String) { text += markup }

  /// Adds text.
  mutating func write(_ words: String) { text += Markup.escaped(words) }

  /// `<name attributes>body</name>`; an element without a body closes itself.
  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
    _ body: ((inout Markup) -> Void)? = nil
  ) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(Markup.escaped(value))\"" }
    guard let body else {
      text += "/>"
      return
    }
    text += ">"
    body(&self)
    text += "</\(name)>"
  }

  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text words: String
  ) {
    element(name, attributes) { $0.write(words) }
  }

  /// XML 1.0 has no form for most control characters (§2.2): a replacement stands in their place.
  static func escaped(_ words: String) -> String {
    var result = ""
    for scalar in words.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case let other where other.value < 0x20 || other.value == 0xFFFE || other.value == 0xFFFF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// A page that needs nothing beside itself: no script, no image, no font.
struct Page {
  private var body = Markup()
  private let title: String

  init(_ title: String) {
    self.title = title
    body.element("h1", text: title)
  }

  mutating func heading(_ words: String) { body.element("h2", text: words) }

  mutating func paragraph(_ words: String) { body.element("p", text: words) }

  /// The last line of a failure is the command that shows it again.
  mutating func command(_ words: String) {
    body.element("pre") { $0.element("code", text: words) }
  }

  mutating func add(_ chart: Chart) { chart.draw(into: &body) }
  mutating func add(_ lanes: LaneChart) { lanes.draw(into: &body) }

  /// Names and their values.
  mutating func facts(_ facts: [(name: String, value: String)]) {
    body.element("dl") { list in
      for fact in facts {
        list.element("div") { entry in
          entry.element("dt", text: fact.name)
          entry.element("dd", text: fact.value)
        }
      }
    }
  }

  /// Cells of columns that are `numeric` stand at the right.
  mutating func table(
    _ caption: String, _ columns: [String], numeric: Set<Int> = [], _ rows: [[String]]
  ) {
    body.element("div", ["class": "scroll"]) { frame in
      frame.element("table") { table in
        table.element("caption", text: caption)
        table.element("thead") { head in
          head.element("tr") { row in
            for (index, column) in columns.enumerated() {
              let kind = numeric.contains(index) ? "n" : "t"
              row.element("th", ["scope": "col", "class": kind], text: column)
            }
          }
        }
        table.element("tbody") { body in
          for cells in rows { body.element("tr") { Page.row(cells, numeric, &$0) } }
        }
      }
    }
  }

  private static func row(_ cells: [String], _ numeric: Set<Int>, _ row: inout Markup) {
    for (index, cell) in cells.enumerated() {
      let kind = numeric.contains(index) ? "n" : "t"
      if index == 0 {
        row.element("th", ["scope": "row", "class": kind], text: cell)
      } else {
        row.element("td", ["class": kind], text: cell)
      }
    }
  }

  var html: String {
    var page = Markup()
    page.raw("<!DOCTYPE html>\n")
    page.element("html", ["xmlns": "http://www.w3.org/1999/xhtml", "lang": "en"]) { html in
      html.element("head") { head in
        head.element("meta", ["charset": "utf-8"])
        head.element(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        head.element("title", text: title)
        head.element("style") { $0.raw(Page.style) }
      }
      html.element("body") { $0.element("main") { $0.raw(body.text) } }
    }
    return page.text + "\n"
  }

  /// Colours that are told apart by most people who see few of them (Okabe and Ito, 2008), on light
  /// and dark.
  private static let style = """

    :root { color-scheme: light dark; --ground: #fff; --ink: #1c1e21; --soft: #5c6370;
      --line: #d5d9e0; --band: #6b7280; --limit: #b3261e;
      --c0: #d55e00; --c1: #b8860b; --c2: #0072b2; --c3: #7aa6c2; --c4: #8a5a83; }
    @media (prefers-color-scheme: dark) { :root { --ground: #16181d; --ink: #e6e8eb;
      --soft: #a2a9b4; --line: #343a44; --band: #aeb6c4; --limit: #ff8a80;
      --c0: #f2803c; --c1: #e0b040; --c2: #56b4e9; --c3: #8fb9d1; --c4: #cc9bc4; } }
    body { margin: 0; background: var(--ground); color: var(--ink);
      font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
    main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
    h1 { font-size: 1.6rem; margin: 0 0 8px; } h2 { font-size: 1.15rem; margin: 40px 0 4px; }
    p { margin: 4px 0 12px; color: var(--soft); }
    pre { background: color-mix(in srgb, var(--line) 40%, transparent); padding: 8px 12px;
      overflow-x: auto; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 8px 24px;
      margin: 16px 0; }
    dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-weight: 600;
      overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    figure { margin: 0 0 8px; } svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--soft); font-size: 12px; } svg .grid { stroke: var(--line); }
    svg .band { fill: var(--band); fill-opacity: .07; } svg .moment { stroke: var(--band);
      stroke-opacity: .35; stroke-dasharray: 2 3; }
    svg .limit { stroke: var(--limit); stroke-dasharray: 6 4; fill: none; }
    svg text.limit { fill: var(--limit); stroke: none; }
    svg text.name { fill: var(--ink); stroke: var(--ground); stroke-width: 3px;
      paint-order: stroke; }
    svg .f0 { fill: var(--c0); } svg .f1 { fill: var(--c1); } svg .f2 { fill: var(--c2); }
    svg .f3 { fill: var(--c3); } svg .f4 { fill: var(--c4); }
    svg .area { fill-opacity: .8; } svg .line { fill: none; stroke-width: 1.8;
      stroke-linejoin: round; }
    svg .s0 { stroke: var(--c0); } svg .s1 { stroke: var(--c1); } svg .s2 { stroke: var(--c2); }
    svg .s3 { stroke: var(--c3); } svg .s4 { stroke: var(--c4); }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 8px 0;
      font-size: .9rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--soft); padding: 4px 0; }
    th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: left;
      font-weight: 400; vertical-align: top; overflow-wrap: anywhere; }
    thead th { color: var(--soft); white-space: nowrap; } .n { text-align: right; }

    """
}
