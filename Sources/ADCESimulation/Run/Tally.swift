/// Success, told by object: at the first attempt, within the attempts of one task, in the end.
struct Tally {
  private struct Entry {
    var attempts = 0
    /// Which attempt stored it first; 0 = none yet.
    var storedBy = 0
  }
  private var entries: [Int: Entry] = [:]

  mutating func attempted(_ index: Int, isStored: Bool) {
    var entry = entries[index] ?? Entry()
    // What is fetched again later, because it was captured early, is another story.
    guard entry.storedBy == 0 else { return }
    entry.attempts += 1
    if isStored { entry.storedBy = entry.attempts }
    entries[index] = entry
  }

  /// Over the objects that could be had at all.
  func summary(_ world: World, attemptsMax: Int) -> SimulationReport.Success {
    var result = SimulationReport.Success()
    for (index, entry) in entries where !world.isAbsentForEver(index) {
      result.attempted += 1
      if entry.storedBy == 1 { result.first += 1 }
      if entry.storedBy > 0, entry.storedBy <= attemptsMax { result.withinAttempts += 1 }
      if entry.storedBy > 0 { result.inTheEnd += 1 }
    }
    return result
  }
}
