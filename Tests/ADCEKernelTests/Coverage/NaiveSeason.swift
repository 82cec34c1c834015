import ADCEKernel

/// A season, for the naive reference.
struct NaiveSeason {
  var name: String
  var year: Int
  var isCalendar: Bool
  var month: Int
  var day: Int

  var start: Int64 { moment(year) }
  var end: Int64 { moment(year + 1) }
  var nextEnd: Int64 { moment(year + 2) }

  private func moment(_ year: Int) -> Int64 {
    if isCalendar { return CivilDay(year: year, month: 1, dayOfMonth: 1)!.start.milliseconds }
    let day =
      CivilDay(year: year, month: month, dayOfMonth: day)
      ?? CivilDay(year: year, month: 3, dayOfMonth: 1)!
    return day.start.milliseconds
  }

  func text(_ format: Desired.SeasonFormat) -> String {
    if isCalendar { return "\(year)" }
    switch format {
    case .name: return name
    case .startYear: return "\(year)"
    case .endYear: return "\(year + 1)"
    }
  }

  func year(_ side: Desired.YearIs) -> String {
    isCalendar || side == .start ? "\(year)" : "\(year + 1)"
  }

  static func beginning(_ year: Int, _ start: (Int, Int)) -> NaiveSeason {
    let short = (year + 1) % 100
    return NaiveSeason(
      name: "\(year)-\(short < 10 ? "0" : "")\(short)", year: year, isCalendar: false,
      month: start.0, day: start.1)
  }

  static func calendar(_ year: Int) -> NaiveSeason {
    NaiveSeason(name: "\(year)", year: year, isCalendar: true, month: 1, day: 1)
  }

  /// A name in a row, or in a file, where `season_format` can make a year a season.
  static func named(
    _ text: String, _ input: GeneratedCase, _ type: Desired.DataType, reinterpreting: Bool
  ) -> NaiveSeason? {
    let start = opening(input, type)
    if text.utf8.count == 4, let year = Int(text) {
      if !reinterpreting || type.seasonFormat == .name { return calendar(year) }
      return beginning(type.seasonFormat == .startYear ? year : year - 1, start)
    }
    guard text.utf8.count == 7, let year = Int(text.prefix(4)) else { return nil }
    return beginning(year, start)
  }

  private static func opening(_ input: GeneratedCase, _ type: Desired.DataType) -> (Int, Int) {
    let starts = input.desired.seasonStarts
    if let league = type.league {
      return starts.first { $0.league == league }.map { ($0.month, $0.day) } ?? (10, 1)
    }
    return starts.count == 1 ? (starts[0].month, starts[0].day) : (10, 1)
  }

  static func list(
    _ input: GeneratedCase, _ source: Desired.Source, _ type: Desired.DataType, pattern: String?
  ) -> [NaiveSeason]? {
    func first(_ seasons: [NaiveSeason]) -> [NaiveSeason] {
      var result: [NaiveSeason] = []
      for season in seasons where !result.contains(where: { $0.name == season.name }) {
        result.append(season)
      }
      return result
    }
    switch type.seasons ?? source.seasons {
    case .list(let names):
      return first(
        names.map { name in
          switch name {
          case .named(let year): return beginning(year, opening(input, type))
          case .year(let year): return named("\(year)", input, type, reinterpreting: true)!
          }
        })
    case .leagues(let spans):
      func of(_ span: Desired.LeagueSpan) -> [NaiveSeason] {
        let start =
          input.desired.seasonStarts.first { $0.league == span.league }.map { ($0.month, $0.day) }
          ?? (10, 1)
        let all = (span.firstStartYear..<(span.lastEndYear ?? 2100)).map { beginning($0, start) }
        return span.lastEndYear == nil
          ? all.filter { $0.start <= input.now.milliseconds } : all
      }
      if let span = spans.first(where: { $0.league == type.league }) { return of(span) }
      let second = pattern?.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        .first
      if let span = spans.first(where: { $0.league == second.map(String.init) }) {
        return of(span)
      }
      return first(spans.flatMap(of))
    case nil:
      guard let map = type.expected?.bySeason else { return nil }
      return first(map.compactMap { named($0.season, input, type, reinterpreting: true) })
    }
  }
}

/// A path pattern, for the naive reference: matching by trying everything.
struct NaiveGlob {
  /// Literals and placeholders in turn, beginning with a literal.
  private var pieces: [String] = []

  init(_ text: String) {
    for (index, part) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
      if index == 0 {
        pieces.append(String(part))
      } else {
        let sides = part.split(separator: "}", omittingEmptySubsequences: false)
        pieces += sides.map(String.init)
      }
    }
  }

  var placeholders: [String] {
    pieces.indices.filter { $0 % 2 == 1 }.map { pieces[$0] }
  }

  var literal: Int {
    pieces.indices.filter { $0 % 2 == 0 }.reduce(0) { $0 + pieces[$1].utf8.count }
  }

  func filled(_ values: [String: String]) -> String {
    pieces.indices.map { $0 % 2 == 0 ? pieces[$0] : values[pieces[$0]]! }.joined()
  }

  func matches(_ key: String) -> Bool { matches(Array(key.utf8)[...], pieces[...]) }

  private func matches(_ key: ArraySlice<UInt8>, _ rest: ArraySlice<String>) -> Bool {
    guard let literal = rest.first else { return key.isEmpty }
    guard key.starts(with: literal.utf8) else { return false }
    let key = key.dropFirst(literal.utf8.count)
    let rest = rest.dropFirst()
    guard !rest.isEmpty else { return key.isEmpty }
    for count in 1..<max(1, key.count + 1) where !key.prefix(count).contains(0x2F) {
      if matches(key.dropFirst(count), rest.dropFirst()) { return true }
    }
    return false
  }
}
