/// A season as a list, a span or a catalog's row names it.
///
/// A *season* begins in one year and ends in the next (`2024-25`), on its league's day; a calendar
/// year is one from 1 January (CONFIG.md §5, Seasons).
struct ListedSeason: Hashable, Sendable {
  /// On which day of the year a league's season begins.
  struct Opening: Hashable, Sendable {
    var month: Int
    var day: Int

    /// Where a league has no `season_start`.
    static let standard = Opening(month: 10, day: 1)
    static let calendarYear = Opening(month: 1, day: 1)

    func instant(in year: Int) -> Instant {
      // 29 February opens on 1 March in other years.
      let exact = CivilDay(year: year, month: month, dayOfMonth: day)
      return (exact ?? CivilDay(year: year, month: 3, dayOfMonth: 1))?.start ?? .distantFuture
    }
  }

  var season: KeySpace.Season
  var startYear: Int
  var isCalendarYear: Bool

  /// The season that begins in a year.
  init(beginningIn year: Int, opening: Opening) {
    self.init(
      name: "\(decimal(year, width: 4))-\(decimal((year + 1) % 100, width: 2))", startYear: year,
      isCalendarYear: false, opening: opening)
  }

  init(calendarYear year: Int) {
    self.init(
      name: decimal(year, width: 4), startYear: year, isCalendarYear: true,
      opening: .calendarYear)
  }

  private init(name: String, startYear: Int, isCalendarYear: Bool, opening: Opening) {
    season = KeySpace.Season(
      name: name, start: opening.instant(in: startYear), end: opening.instant(in: startYear + 1),
      nextEnd: opening.instant(in: startYear + 2))
    self.startYear = startYear
    self.isCalendarYear = isCalendarYear
  }

  /// What a catalog's cell or a field's name says: `2024-25`, or a calendar year; nil for others.
  init?(text: some Collection<UInt8>, opening: Opening) {
    guard let years = SeasonYears(text) else { return nil }
    if years.isCalendarYear {
      self.init(calendarYear: years.start)
    } else {
      self.init(beginningIn: years.start, opening: opening)
    }
  }

  /// How `{season}` is written.
  func text(_ format: Desired.SeasonFormat) -> String {
    switch format {
    case .name: season.name
    case .startYear: decimal(startYear, width: 4)
    case .endYear: decimal(isCalendarYear ? startYear : startYear + 1, width: 4)
    }
  }

  /// How `{year}` is written.
  func year(_ side: Desired.YearIs) -> String {
    switch side {
    case .start: decimal(startYear, width: 4)
    case .end: decimal(isCalendarYear ? startYear : startYear + 1, width: 4)
    }
  }
}

/// The years in a season's name.
struct SeasonYears {
  var start: Int
  var isCalendarYear: Bool
  var end: Int { isCalendarYear ? start : start + 1 }

  /// Reads `2024-25` (the second year must follow the first) or `2024`.
  init?(_ text: some Collection<UInt8>) {
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4) else { return nil }
    start = year
    isCalendarYear = reader.isAtEnd
    if isCalendarYear { return }
    guard reader.take(0x2D), let end = reader.number(digits: 2), reader.isAtEnd,
      end == (year + 1) % 100
    else { return nil }
  }
}
