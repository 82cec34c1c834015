package import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One page of a ListObjectsV2 answer: its keys in one array of bytes, no string an object.
///
/// A page is checked as a whole before anything of it counts, so that one that is asked for again
/// is never counted twice.
package struct ListingPage: Sendable {
  struct Entry: Sendable {
    /// Behind the last byte of the key in `text`.
    var end = 0
    var bytes: Int64 = 0
    var modifiedSeconds: Int64 = 0
  }

  /// The keys, one behind the other.
  var text: [UInt8] = []
  var entries: [Entry] = []
  /// Where a delimiter was asked for: the beginnings, up to it, of keys that are not listed.
  package var commonPrefixes: [[UInt8]] = []
  /// More keys follow.
  package var isTruncated = false
  /// With which the next page is asked for; the last key serves as well.
  package var nextToken: String?
  /// The server's clock when it answered.
  package var date: Instant?

  package init() {}

  package var count: Int { entries.count }

  /// For simulated servers: keys come in their order.
  package mutating func append(key: some Sequence<UInt8>, _ facts: ObjectFacts) {
    text.append(contentsOf: key)
    entries.append(
      Entry(end: text.count, bytes: facts.bytes, modifiedSeconds: facts.modifiedSeconds))
  }

  package func key(_ index: Int) -> ArraySlice<UInt8> {
    text[(index == 0 ? 0 : entries[index - 1].end)..<entries[index].end]
  }

  package var lastKey: [UInt8]? { entries.isEmpty ? nil : Array(key(count - 1)) }

  /// Calls `body` with the keys at some indexes. The bytes are valid only during the call.
  func forEach(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer, ObjectFacts) -> Void
  ) {
    text.withUnsafeBytes { bytes in
      var start = range.lowerBound == 0 ? 0 : entries[range.lowerBound - 1].end
      for entry in entries[range] {
        body(
          UnsafeRawBufferPointer(rebasing: bytes[start..<entry.end]),
          ObjectFacts(bytes: entry.bytes, modifiedSeconds: entry.modifiedSeconds))
        start = entry.end
      }
    }
  }
}

/// What is wrong with a page: it may be asked for again, and never counts.
package enum ListingFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Cut short, or no XML.
  case malformed(line: Int, String)
  /// XML, but no answer to ListObjectsV2.
  case notAListing(root: String)
  /// An object lacks its key, size or time, has one of them twice, or one that cannot be read.
  case object(number: Int, field: String)
  /// `KeyCount` says another number of keys than there are.
  case keyCount(said: Int, found: Int)
  /// Neither `true` nor `false`.
  case truncation
  /// More is said to follow, and nothing says where.
  case emptyPage
  /// A key does not come after the one before it (keys are in the order of their bytes), or not
  /// after the one with which the page was to begin: a page that was sent before.
  case order(key: String)
  /// A key does not begin as was asked.
  case prefix(key: String)

  package var description: String {
    switch self {
    case .malformed(let line, let problem): "not whole XML (line \(line): \(problem))"
    case .notAListing(let root): "no listing but <\(root)>"
    case .object(let number, let field): "its object \(number) has no valid \(field)"
    case .keyCount(let said, let found): "it says \(said) keys and holds \(found)"
    case .truncation: "it does not say whether more follows"
    case .emptyPage: "more is said to follow, but it is empty"
    case .order(let key): "its key \(key) is out of order"
    case .prefix(let key): "its key \(key) was not asked for"
    }
  }
}

extension ListingPage {
  /// Why a page cannot be the answer to a request for what begins with `prefix` and comes after
  /// `after`; nil if it can.
  func fault(prefix: [UInt8], after: [UInt8]?) -> ListingFault? {
    if isTruncated, entries.isEmpty { return .emptyPage }
    var last = after.map { $0[...] }
    for index in entries.indices {
      let key = key(index)
      guard key.starts(with: prefix) else {
        return .prefix(key: String(decoding: key, as: UTF8.self))
      }
      if let last, !ByteOrder.isBefore(last, key) {
        return .order(key: String(decoding: key, as: UTF8.self))
      }
      last = key
    }
    return nil
  }
}

/// Keys are ordered by their bytes, which for UTF-8 is the order of their scalars.
enum ByteOrder {
  static func isBefore(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        let shared = min(a.count, b.count)
        // Both regions hold `shared` bytes; of none nothing is read.
        let order = shared == 0 ? 0 : memcmp(a.baseAddress!, b.baseAddress!, shared)
        return order == 0 ? a.count < b.count : order < 0
      }
    }
  }

  static func isBefore(_ a: [UInt8], _ b: [UInt8]) -> Bool { isBefore(a[...], b[...]) }
}
