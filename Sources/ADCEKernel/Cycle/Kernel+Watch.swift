// What an owner is told without having asked: that nothing new is expected, that the state is in
// doubt.

extension Kernel {
  /// When the calendar has passed the last season that a source lists, nothing new is expected of
  /// it, and that looks like health: it is said once, and again only after a season was open.
  mutating func noticeSeasons(at now: Instant, _ decision: inout Decision) {
    var over: [NameID] = []
    for source in configuration.desired.sources where source.enabled {
      guard let last = lastSeason(of: source, at: now), last.end <= wall(now) else { continue }
      let id = names.id(source.name, into: &decision)
      over.append(id)
      if notices.noSeasonOpen.contains(id) { continue }
      decision.effects.append(
        .alert(
          Alert(
            .noSeasonOpen,
            "source \(source.name): its last listed season, \(last.name), ended on "
              + "\(CivilDay(containing: last.end).iso): nothing new is expected of it")))
    }
    notices.noSeasonOpen = over.sorted()
  }

  /// The listed season of a source that ends last; nil if it lists none.
  private func lastSeason(of source: Desired.Source, at now: Instant) -> KeySpace.Season? {
    let desired = configuration.desired
    let seasons = source.dataTypes.flatMap { type in
      // Which league's seasons they are may depend on the pattern.
      (type.patterns.isEmpty ? [nil] : type.patterns.map(Optional.some)).flatMap { pattern in
        desired.seasons(of: type, in: source, pattern: pattern, now: wall(now)) ?? []
      }
    }
    return seasons.map(\.season).max { $0.end < $1.end }
  }

  /// Once a day the digest is added up anew. If it is not what the mutations have made of it, the
  /// state is in doubt: nothing more is started until an operator resumes.
  func digestIsRight(_ decision: borrowing Decision) -> Bool {
    digest &+ decision.digestChange == recomputedDigest
  }

  mutating func checkDigest(_ decision: inout Decision) {
    guard !digestIsRight(decision) else { return }
    run.isPaused = true
    decision.effects.append(
      .alert(
        Alert(
          .invariant,
          "the state in memory is not what was committed: everything is paused; restart, and "
            + "resume when `adce state verify` finds no fault")))
  }
}
