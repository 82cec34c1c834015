/// A date of the proleptic Gregorian calendar, as days since 1970-01-01.
///
/// The arithmetic is Howard Hinnant's ("chrono-Compatible Low-Level Date Algorithms"): exact for
/// every representable day, no tables, no locale.
public struct CivilDay: Hashable, Comparable, Sendable {
  /// Days since 1970-01-01; negative before it.
  public var day: Int32

  public init(day: Int32) { self.day = day }

  /// The day of a year, month 1…12 and day of month 1…31; nil if there is no such day.
  public init?(year: Int, month: Int, dayOfMonth: Int) {
    guard (-9999...9999).contains(year), (1...12).contains(month),
      dayOfMonth >= 1, dayOfMonth <= CivilDay.length(ofMonth: month, year: year)
    else { return nil }
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dayOfMonth - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    day = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// The UTC day that holds `instant`.
  public init(containing instant: Instant) {
    let s = instant.seconds
    day = Int32(truncatingIfNeeded: s >= 0 ? s / 86_400 : (s - 86_399) / 86_400)
  }

  public var components: (year: Int, month: Int, dayOfMonth: Int) {
    let z = Int(day) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shifted + 2) / 5 + 1
    )
  }

  /// Midnight UTC at which the day begins.
  public var start: Instant { Instant(seconds: Int64(day) * 86_400) }
  /// Midnight UTC at which the day ends.
  public var end: Instant { Instant(seconds: (Int64(day) + 1) * 86_400) }

  public static func < (a: CivilDay, b: CivilDay) -> Bool { a.day < b.day }

  static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension CivilDay {
  /// Reads `YYYY-MM-DD` (ISO 8601 extended calendar date, four-digit year) and nothing else.
  public init?(iso text: some Collection<UInt8>) {
    guard text.count == 10 else { return nil }
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4), reader.take(0x2D),
      let month = reader.number(digits: 2), reader.take(0x2D),
      let day = reader.number(digits: 2), reader.isAtEnd,
      let value = CivilDay(year: year, month: month, dayOfMonth: day)
    else { return nil }
    self = value
  }

  /// `YYYY-MM-DD`.
  public var iso: String {
    let c = components
    return "\(decimal(c.year, width: 4))-\(decimal(c.month, width: 2))"
      + "-\(decimal(c.dayOfMonth, width: 2))"
  }
}

extension Instant {
  /// Reads a full ISO 8601 timestamp with its zone: `YYYY-MM-DDThh:mm[:ss[.fff…]](Z|±hh:mm|±hhmm|±hh)`.
  ///
  /// `T` may be a space or lower case. Fractions are cut to milliseconds. A time without a zone,
  /// a bare date and hour 24 are refused. A leap second reads as the second after it.
  public init?(iso text: some Collection<UInt8>) {
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4), reader.take(0x2D),
      let month = reader.number(digits: 2), reader.take(0x2D),
      let dayOfMonth = reader.number(digits: 2),
      let day = CivilDay(year: year, month: month, dayOfMonth: dayOfMonth),
      reader.take(0x54) || reader.take(0x74) || reader.take(0x20),
      let hour = reader.number(digits: 2), hour < 24, reader.take(0x3A),
      let minute = reader.number(digits: 2), minute < 60
    else { return nil }
    var second = 0
    var fraction = 0
    if reader.take(0x3A) {
      guard let s = reader.number(digits: 2), s <= 60 else { return nil }
      second = s
      if reader.take(0x2E) || reader.take(0x2C) {
        guard let f = reader.fractionMilliseconds() else { return nil }
        fraction = f
      }
    }
    var offsetMinutes = 0
    if !(reader.take(0x5A) || reader.take(0x7A)) {
      let sign = reader.take(0x2B) ? 1 : reader.take(0x2D) ? -1 : 0
      guard sign != 0, let h = reader.number(digits: 2), h < 24 else { return nil }
      var m = 0
      if !reader.isAtEnd {
        _ = reader.take(0x3A)
        guard let minutes = reader.number(digits: 2), minutes < 60 else { return nil }
        m = minutes
      }
      offsetMinutes = sign * (h * 60 + m)
    }
    guard reader.isAtEnd else { return nil }
    let seconds = hour * 3600 + minute * 60 + second - offsetMinutes * 60
    self = day.start + (Int64(seconds) * 1000 + Int64(fraction))
  }

  /// `YYYY-MM-DDThh:mm:ssZ`, the milliseconds cut.
  public var iso: String {
    let day = CivilDay(containing: self)
    let s = Int(seconds - Int64(day.day) * 86_400)
    return "\(day.iso)T\(decimal(s / 3600, width: 2)):\(decimal(s / 60 % 60, width: 2))"
      + ":\(decimal(s % 60, width: 2))Z"
  }
}

/// A decimal number padded with zeros to at least `width` digits.
func decimal(_ value: Int, width: Int) -> String {
  let digits = String(value.magnitude)
  let zeros = String(repeating: "0", count: max(0, width - digits.count))
  return (value < 0 ? "-" : "") + zeros + digits
}

/// Reads fixed-width ASCII numbers from bytes.
struct DigitReader<Bytes: Collection<UInt8>> {
  private var rest: Bytes.SubSequence

  init(_ bytes: Bytes) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest = rest.dropFirst()
    }
    return value
  }

  /// One or more digits after a decimal point, as milliseconds.
  mutating func fractionMilliseconds() -> Int? {
    var value = 0
    var count = 0
    while let byte = rest.first, (0x30...0x39).contains(byte) {
      if count < 3 { value = value * 10 + Int(byte - 0x30) }
      count += 1
      rest = rest.dropFirst()
    }
    guard count > 0 else { return nil }
    for _ in min(count, 3)..<3 { value *= 10 }
    return value
  }
}
