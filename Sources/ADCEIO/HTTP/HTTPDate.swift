package import ADCEKernel

/// Dates as HTTP writes them (RFC 9110 §5.6.7).
package enum HTTPDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

  /// Reads all three forms: IMF-fixdate, RFC 850 and asctime. The weekday is not checked.
  ///
  /// A year of two digits is the one that lies at most 50 years after `now`.
  package static func parse(_ text: String, now: Instant) -> Instant? {
    let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map { $0.lowercased() }
    switch words.count {
    // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT
    case 6 where words[5] == "gmt" || words[5] == "utc":
      return moment(
        day: words[1], month: words[2], year: year(words[3], now: now), time: words[4])
    // Sun Nov  6 08:49:37 1994
    case 5:
      return moment(
        day: words[2], month: words[1], year: year(words[4], now: now), time: words[3])
    default:
      return nil
    }
  }

  /// IMF-fixdate, the milliseconds cut.
  package static func format(_ instant: Instant) -> String {
    let day = CivilDay(containing: instant)
    let (year, month, dayOfMonth) = day.components
    let second = Int(instant.seconds - Int64(day.day) * 86_400)
    // 1970-01-01 was a Thursday.
    let weekday = weekdays[Int((day.day % 7 + 7) % 7)]
    let name = months[month - 1]
    let monthName = name.prefix(1).uppercased() + name.dropFirst()
    return "\(weekday), \(pad(dayOfMonth, 2)) \(monthName) \(pad(year, 4)) "
      + "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2)) GMT"
  }

  private static func year(_ text: String, now: Instant) -> Int? {
    guard let number = Int(text), number >= 0 else { return nil }
    guard text.utf8.count == 2 else { return number }
    let current = CivilDay(containing: now).components.year
    let candidate = current / 100 * 100 + number
    return candidate > current + 50 ? candidate - 100 : candidate
  }

  private static func moment(day: String, month: String, year: Int?, time: String) -> Instant? {
    let parts = time.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard let year, let month = months.firstIndex(of: month), let dayOfMonth = Int(day),
      let civil = CivilDay(year: year, month: month + 1, dayOfMonth: dayOfMonth),
      parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
      (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    return civil.start + Int64((hour * 60 + minute) * 60 + second) * 1000
  }

  private static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
package enum RetryAfter {
  /// How long to wait, in milliseconds, at least 0; nil if the field says neither.
  ///
  /// - Parameter serverNow: the answer's `Date`, so that a date is read by the clock that wrote
  ///   it; `now` is used where there is none.
  package static func milliseconds(_ text: String, serverNow: Instant?, now: Instant) -> Int64? {
    let text = text.split(separator: " ").joined(separator: " ")
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // More digits than a century has seconds: the longest wait that can be said.
      guard text.utf8.count <= 10, let seconds = Int64(text) else {
        return 10_000_000_000 * Span.second
      }
      return seconds * Span.second
    }
    guard let date = HTTPDate.parse(text, now: now) else { return nil }
    return max(0, date - (serverNow ?? now))
  }
}

extension HTTPResponse {
  /// What the answer asks us to wait, in milliseconds.
  package func retryAfterMilliseconds(now: Instant) -> Int64? {
    guard let text = header("retry-after") else { return nil }
    let serverNow = header("date").flatMap { HTTPDate.parse($0, now: now) }
    return RetryAfter.milliseconds(text, serverNow: serverNow, now: now)
  }
}
