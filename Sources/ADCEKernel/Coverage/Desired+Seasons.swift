extension Desired {
  /// The seasons of a data type, or of one of its patterns where the type's league depends on the
  /// pattern, in file order; nil if it has none.
  func seasons(
    of type: DataType, in source: Source, pattern: String?, now: Instant
  ) -> [ListedSeason]? {
    switch type.seasons ?? source.seasons {
    case .list(let names) where !names.isEmpty:
      return listed(names, of: type)
    case .leagues(let spans) where !spans.isEmpty:
      return listed(spans, of: type, pattern: pattern, now: now)
    case .list, .leagues, nil:
      // A map of counts by season is the list where the type has none.
      guard let counts = type.expected?.bySeason, !counts.isEmpty else { return nil }
      return listed(
        counts.compactMap { count in
          SeasonYears(Array(count.season.utf8)).map {
            $0.isCalendarYear ? .year($0.start) : .named(startYear: $0.start)
          }
        }, of: type)
    }
  }

  /// The season that a name written in the type's own files means: a bare year is the season that
  /// begins or ends in it where `season_format` says so.
  func season(_ name: SeasonName, of type: DataType) -> ListedSeason {
    switch name {
    case .named(let year): return ListedSeason(beginningIn: year, opening: opening(of: type))
    case .year(let year):
      switch type.seasonFormat {
      case .name: return ListedSeason(calendarYear: year)
      case .startYear: return ListedSeason(beginningIn: year, opening: opening(of: type))
      case .endYear: return ListedSeason(beginningIn: year - 1, opening: opening(of: type))
      }
    }
  }

  /// On which day the seasons of a type begin whose `seasons` are no map of leagues: its league's
  /// day; without a league the only one that is given.
  func opening(of type: DataType) -> ListedSeason.Opening {
    if let league = type.league { return opening(ofLeague: league) }
    guard seasonStarts.count == 1 else { return .standard }
    return .init(month: seasonStarts[0].month, day: seasonStarts[0].day)
  }

  private func opening(ofLeague league: String) -> ListedSeason.Opening {
    guard let start = seasonStarts.first(where: { $0.league == league }) else { return .standard }
    return .init(month: start.month, day: start.day)
  }

  private func listed(_ names: [SeasonName], of type: DataType) -> [ListedSeason] {
    unique(names.map { season($0, of: type) })
  }

  private func listed(
    _ spans: [LeagueSpan], of type: DataType, pattern: String?, now: Instant
  ) -> [ListedSeason] {
    if let league = type.league, let span = spans.first(where: { $0.league == league }) {
      return listed(span, now: now)
    }
    if let pattern {
      let parts = pattern.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
      if parts.count > 1, let span = spans.first(where: { $0.league == parts[1] }) {
        return listed(span, now: now)
      }
    }
    return unique(spans.flatMap { listed($0, now: now) })
  }

  private func listed(_ span: LeagueSpan, now: Instant) -> [ListedSeason] {
    let opening = opening(ofLeague: span.league)
    var seasons: [ListedSeason] = []
    // The loader refuses spans of over 150 years; the bound makes this total.
    for year in span.firstStartYear...(span.firstStartYear + 300) {
      if let last = span.lastEndYear, year >= last { break }
      let season = ListedSeason(beginningIn: year, opening: opening)
      if span.lastEndYear == nil, season.season.start > now { break }
      seasons.append(season)
    }
    return seasons
  }

  /// The first of each name.
  private func unique(_ seasons: [ListedSeason]) -> [ListedSeason] {
    var names: Swift.Set<String> = []
    return seasons.filter { names.insert($0.season.name).inserted }
  }
}
