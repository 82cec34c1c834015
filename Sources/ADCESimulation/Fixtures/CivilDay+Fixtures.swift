internal import ADCEKernel

extension CivilDay {
  /// A day written in a rule: the year and `MM-DD`.
  static func day(_ year: Int, _ monthAndDay: String) -> CivilDay {
    guard let day = CivilDay(iso: "\(year)-\(monthAndDay)".utf8) else {
      preconditionFailure("no such day: \(year)-\(monthAndDay)")
    }
    return day
  }

  /// 1970-01-01 was a Thursday. For days since then.
  var isThursday: Bool { day % 7 == 0 }

  func advanced(by days: Int) -> CivilDay { CivilDay(day: day + Int32(days)) }

  /// `20241022`.
  var compact: String { String(iso.filter { $0 != "-" }) }
}

extension ClosedRange<CivilDay> {
  var all: [CivilDay] {
    (lowerBound.day...upperBound.day).map { CivilDay(day: $0) }
  }
}
