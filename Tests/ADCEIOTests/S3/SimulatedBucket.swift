import ADCEIO
import ADCEKernel

/// A bucket in memory that is listed page by page, as S3 does it; it can misbehave.
final class SimulatedBucket: ListingSource {
  struct Served: Hashable {
    var prefix: [UInt8]
    var after: [UInt8]?
    var keys: Int
  }

  /// Sorted by bytes.
  let keys: [[UInt8]]
  let pageSize: Int
  private let log = Locked<[Served]>([])
  typealias Meddling = @Sendable (Int, inout ListingPage) -> ListingFault?

  /// Changes a page before it is sent, or breaks it; gets the request's number, from 0.
  private let meddle: Meddling?

  init(_ keys: some Sequence<[UInt8]>, pageSize: Int, meddle: Meddling? = nil) {
    self.keys = keys.sorted { $0.lexicographicallyPrecedes($1) }
    self.pageSize = pageSize
    self.meddle = meddle
  }

  var served: [Served] { log.withLock { $0 } }

  func page(of range: ListingRange) throws(ListingFailure) -> ListingPage {
    var page = ListingPage()
    // What S3 makes of a token is the key it stands for.
    let after = range.token.map { Array($0.utf8) } ?? range.after
    var index = after.map { firstIndex(after: $0) } ?? 0
    while index < keys.count, !keys[index].starts(with: range.prefix) {
      if range.prefix.lexicographicallyPrecedes(keys[index]) { break }
      index += 1
    }
    while index < keys.count, page.count < pageSize, keys[index].starts(with: range.prefix) {
      page.append(key: keys[index], SimulatedBucket.facts(of: keys[index]))
      index += 1
    }
    page.isTruncated = index < keys.count && keys[index].starts(with: range.prefix)
    if page.isTruncated, let last = page.lastKey {
      page.nextToken = String(decoding: last, as: UTF8.self)
    }
    page.date = Instant(seconds: 1_700_000_000)
    let number = log.withLock { log in
      log.append(Served(prefix: range.prefix, after: range.after, keys: page.count))
      return log.count - 1
    }
    if let fault = meddle?(number, &page) {
      throw .page(fault, prefix: String(decoding: range.prefix, as: UTF8.self))
    }
    return page
  }

  static func facts(of key: [UInt8]) -> ObjectFacts {
    ObjectFacts(bytes: Int64(key.count) * 7, modifiedSeconds: 1_600_000_000 + Int64(key.count))
  }

  private func firstIndex(after key: [UInt8]) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if key.lexicographicallyPrecedes(keys[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Ways in which a lake's keys may lie.
enum KeyFamily: String, CaseIterable, Sendable {
  case seasons, flatNumbers, hexadecimal, oneDeepFolder, datedFolders, scripts, clustered, odd

  func keys(_ count: Int, _ chance: inout SplitMix) -> Set<[UInt8]> {
    var keys: Set<[UInt8]> = []
    // Some families hold fewer different keys than are asked for.
    for number in 0..<count { keys.insert(Array(key(number, count, &chance).utf8)) }
    return keys
  }

  private func key(_ number: Int, _ count: Int, _ chance: inout SplitMix) -> String {
    switch self {
    case .seasons:
      let season = 1990 + number * 35 / count
      return "play_by_play/\(season)-\(season % 100 + 1)/002\(number % 10)\(number).json"
    case .flatNumbers: return "\(number)"
    case .hexadecimal: return String(chance.next(), radix: 16) + ".json.gz"
    case .oneDeepFolder: return "a/b/c/d/e/f/some long name of a folder/\(1_000_000 + number)"
    case .datedFolders:
      return "logs/\(2015 + number % 10)/0\(number % 9 + 1)/\(number % 28)/\(number).log"
    case .scripts:
      return ["Zürich", "ночь", "球場", "🏀", "data"][number % 5] + "/\(number % 7)é\(number)"
    case .clustered:
      let cluster = Int.random(in: 0..<4, using: &chance)
      return ["a", "a!", "mmmmmmmmmmmmmmm/x", "z/0000000000000"][cluster] + "\(number * 37)"
    case .odd:
      return ["a b", "a+b", "a%2Bb", "a\u{1}b", "~", "a//b/", "..."][number % 7]
        + String(number, radix: 36)
    }
  }
}
