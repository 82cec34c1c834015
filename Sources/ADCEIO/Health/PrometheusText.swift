/// Figures in Prometheus's text format 0.0.4: families with HELP and TYPE, then their samples.
///
/// (prometheus.io/docs/instrumenting/exposition_formats)
package struct PrometheusText {
  package enum Kind: String { case counter, gauge, summary }

  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package private(set) var text = ""
  private var family = ""

  package init() {}

  /// Begins a family: its samples follow.
  package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    family = name
    text += "# HELP \(name) \(PrometheusText.escaped(help, quotes: false))\n"
    text += "# TYPE \(name) \(kind.rawValue)\n"
  }

  /// A sample of the family begun last; `suffix` is `_sum` or `_count` of a summary.
  package mutating func sample(
    _ value: String, _ labels: KeyValuePairs<String, String> = [:], suffix: String = ""
  ) {
    text += family + suffix
    if !labels.isEmpty {
      let pairs = labels.map { "\($0)=\"\(PrometheusText.escaped($1, quotes: true))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(value)\n"
  }

  package mutating func sample(
    _ value: some BinaryInteger, _ labels: KeyValuePairs<String, String> = [:],
    suffix: String = ""
  ) {
    sample(String(value), labels, suffix: suffix)
  }

  /// A family of one sample; nothing at all where there is no value.
  package mutating func one(
    _ name: String, _ kind: Kind, _ help: String, _ value: (some BinaryInteger)?
  ) {
    guard let value else { return }
    begin(name, kind, help)
    sample(value)
  }

  package mutating func one(_ name: String, _ kind: Kind, _ help: String, text value: String?) {
    guard let value else { return }
    begin(name, kind, help)
    sample(value)
  }

  /// Milliseconds as seconds.
  package static func seconds(_ milliseconds: Int64) -> String { decimal(milliseconds, digits: 3) }

  /// Millionths as a number.
  package static func ratio(micro: Int64) -> String { decimal(micro, digits: 6) }

  private static func decimal(_ value: Int64, digits: Int) -> String {
    var text = String(value.magnitude)
    while text.utf8.count <= digits { text = "0" + text }
    let point = text.index(text.endIndex, offsetBy: -digits)
    return "\(value < 0 ? "-" : "")\(text[..<point]).\(text[point...])"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    guard text.utf8.contains(where: { [0x5C, 0x22, 0x0A].contains($0) }) else { return text }
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
