/// Numbers for people.
public enum HumanText {
  /// `172754` as `172,754`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// Millionths as a percentage with two digits, rounded, but never up to 100 %, which means all.
  public static func percent(micro: Int64) -> String {
    let hundredths = micro < 1_000_000 ? min((micro + 50) / 100, 9999) : micro / 100
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }

  /// Bytes in powers of 1,000.
  public static func bytes(_ value: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var scaled = value
    var unit = 0
    var tenth: Int64 = 0
    while scaled >= 1000, unit < units.count - 1 {
      tenth = scaled % 1000 / 100
      scaled /= 1000
      unit += 1
    }
    return unit == 0 || scaled >= 100
      ? "\(scaled) \(units[unit])" : "\(scaled).\(tenth) \(units[unit])"
  }

  /// A span as its two largest units: `3 h 12 min`.
  public static func span(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds / 1000)
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    if seconds < 86_400 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
    return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
  }
}
