public import ADCEKernel

/// A name that a filter was given and that nothing has: an empty answer to it would look like health.
public struct UnknownName: Error, Hashable, Sendable {
  /// One line, with the nearest name or those that there are.
  public var message: String

  init(_ noun: String, _ name: String, among known: some Sequence<String>) {
    message = Wording.unknown(noun, name, among: Set(known).sorted())
  }
}

extension GapFilter {
  /// Refuses names that the definition, and the season names that the state, does not know.
  public func check(against kernel: borrowing Kernel) throws(UnknownName) {
    let sources = kernel.configuration.desired.sources
    if let source, !sources.contains(where: { $0.name == source }) {
      throw UnknownName("source", source, among: sources.map(\.name))
    }
    let types = sources.filter { source == nil || $0.name == source }.flatMap(\.dataTypes)
    if let dataType, !types.contains(where: { $0.name == dataType }) {
      throw UnknownName("data type", dataType, among: types.map(\.name))
    }
    let seasons = kernel.seasonNames
    if let season, !seasons.contains(season) {
      throw UnknownName("season", season, among: seasons)
    }
  }
}

extension TaskFilter {
  /// Refuses a source that neither the definition nor any task knows.
  public func check(against kernel: borrowing Kernel, at now: Instant) throws(UnknownName) {
    guard let source else { return }
    let defined = kernel.configuration.desired.sources.map(\.name)
    let ofTasks = kernel.taskIDs.compactMap { kernel.task($0, at: now)?.source }
    guard defined.contains(source) || ofTasks.contains(source) else {
      throw UnknownName("source", source, among: defined + ofTasks)
    }
  }
}

extension ScraperReport {
  /// The scrapers of a source, or all; refuses a source that none has.
  public func lines(of source: String?) throws(UnknownName) -> [Line] {
    guard let source else { return lines }
    let found = lines.filter { $0.source == source }
    guard !found.isEmpty else {
      throw UnknownName("source", source, among: lines.map(\.source))
    }
    return found
  }
}

extension Kernel {
  /// Of everything that is expected, by key or by count.
  fileprivate var seasonNames: Set<String> {
    var names = Set(space.segments.compactMap { $0.season?.name })
    names.formUnion(space.slots.compactMap { $0.season?.name })
    return names
  }
}
