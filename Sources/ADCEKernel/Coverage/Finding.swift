extension KeySpace {
  /// What a definition and its catalogs say that their owner should know. Names are as written.
  public enum Finding: Hashable, Sendable {
    /// Values of a dimension that are empty or contain `/` and so yield no key.
    case emptyOrSlashedValues(dimension: String, count: Int)
    /// Cells of a catalog's `time` column that are no full timestamp with a zone.
    case ignoredTimes(catalog: String, count: Int)
    /// The catalog is unknown as a whole: it lacks a column that it or a dimension names.
    case missingColumn(catalog: String, column: String)
    /// A catalog that could not be read, and of which no good copy is known.
    case unknownCatalog(catalog: String)
    case yieldsNoKey(source: String, type: String)
    /// A count field beside keys that can be named is only compared. nil: as a whole.
    case countDiffers(source: String, type: String, season: String?, declared: Int, actual: Int)
    case unboundedType(source: String, type: String)
    case datedTypeWithoutSettle(source: String, type: String)
    /// Its patterns would yield more than `limit` keys: it is treated as unbounded.
    case tooManyKeys(source: String, type: String, limit: Int)
    /// Some of its keys are longer than an object's can be (1,024 bytes): they are not expected.
    case tooLongKeys(source: String, type: String)
    /// The last listed season has ended: nothing new is expected, and that looks like health.
    case seasonsEnded(source: String, type: String, last: String)
  }
}

extension KeySpace.Finding: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .emptyOrSlashedValues(let dimension, let count):
      "dimension \(dimension): \(count) values are empty or contain '/' and yield no key"
    case .ignoredTimes(let catalog, let count):
      "catalog \(catalog): \(count) times are no full ISO 8601 timestamp with a zone; "
        + "the date alone is used"
    case .missingColumn(let catalog, let column):
      "catalog \(catalog) lacks the column \(column): its dimensions are unknown"
    case .unknownCatalog(let catalog):
      "catalog \(catalog) was never read: its dimensions are unknown"
    case .yieldsNoKey(let source, let type):
      "\(source)/\(type) yields no key at all"
    case .countDiffers(let source, let type, let season, let declared, let actual):
      "\(source)/\(type)\(season.map { " \($0)" } ?? ""): \(declared) are declared, "
        + "\(actual) are named"
    case .unboundedType(let source, let type):
      "\(source)/\(type) is unbounded: neither its keys nor a count of them are known"
    case .datedTypeWithoutSettle(let source, let type):
      "\(source)/\(type) has dates but neither settle_hours nor available_after: what is captured "
        + "at the very end may be unfinished"
    case .tooManyKeys(let source, let type, let limit):
      "\(source)/\(type) would yield more than \(limit) keys: it is not expected"
    case .tooLongKeys(let source, let type):
      "\(source)/\(type) names keys of over 1,024 bytes: they are not expected"
    case .seasonsEnded(let source, let type, let last):
      "\(source)/\(type): the calendar has passed the last listed season, \(last)"
    }
  }
}
