/// How values, counts and lists read in messages.
public enum Wording {
  /// `"text"`, cut where it is long.
  static func quoted(_ text: String) -> String { "\"\(clipped(text))\"" }

  /// At most 60 characters, on one line.
  static func clipped(_ text: String) -> String {
    var line = ""
    for (count, character) in text.enumerated() {
      if count == 60 { return line + "…" }
      line.append(character.isNewline ? " " : character)
    }
    return line
  }

  /// A number as people write it: `7`, `0.5`.
  static func decimal(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return String(value)
  }

  /// "1 scraper", "3 scrapers".
  public static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// `there is no source "espm": did you mean "espn"?`, or the names that there are.
  public static func unknown(_ noun: String, _ name: String, among known: [String]) -> String {
    let text = "there is no \(noun) \(quoted(name))"
    if let nearest = Nearest.name(to: name, among: known) {
      return "\(text): did you mean \(quoted(nearest))?"
    }
    return known.isEmpty ? text : "\(text), but \(listed(known))"
  }

  /// The first twelve, and how many more.
  public static func listed(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}
