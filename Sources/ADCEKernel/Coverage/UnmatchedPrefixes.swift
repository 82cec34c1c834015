/// How many unmatched objects there are by the beginning of their keys, in bounded memory.
///
/// Of more than `limit` prefixes it keeps those with the smallest hashes and adds up the others: a
/// choice that depends neither on the order of the keys nor on how they were split among readers.
public struct UnmatchedPrefixes: Hashable, Sendable {
  public static let limit = 256
  /// Longer prefixes are cut to so many bytes.
  static let lengthMax = 128

  public struct Entry: Hashable, Sendable {
    public var hash: Hash128
    /// Up to the second `/`, else the first, the slash included; empty if there is none.
    public var prefix: [UInt8]
    public var count: Int
  }

  /// By ascending hash.
  public private(set) var entries: [Entry] = []
  /// Objects under prefixes that were not kept.
  public private(set) var other: Int = 0

  public init() {}

  mutating func add(key: UnsafeRawBufferPointer) {
    let prefix = UnsafeRawBufferPointer(rebasing: key[..<Self.prefixLength(of: key)])
    let hash = Hash128(of: prefix)
    let index = position(of: hash)
    if index < entries.count, entries[index].hash == hash {
      entries[index].count += 1
    } else if index == Self.limit {
      other += 1
    } else {
      insert(Entry(hash: hash, prefix: Array(prefix), count: 1), at: index)
    }
  }

  mutating func merge(_ more: UnmatchedPrefixes) {
    other += more.other
    for entry in more.entries {
      let index = position(of: entry.hash)
      if index < entries.count, entries[index].hash == entry.hash {
        entries[index].count += entry.count
      } else if index == Self.limit {
        other += entry.count
      } else {
        insert(entry, at: index)
      }
    }
  }

  private mutating func insert(_ entry: Entry, at index: Int) {
    entries.insert(entry, at: index)
    // What falls out can never come back: the largest hash that is kept only ever shrinks.
    if entries.count > Self.limit { other += entries.removeLast().count }
  }

  /// The index of the first entry whose hash is not below `hash`.
  private func position(of hash: Hash128) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func prefixLength(of key: UnsafeRawBufferPointer) -> Int {
    var length = 0
    var slashes = 0
    for index in 0..<min(key.count, lengthMax) where key[index] == 0x2F {
      length = index + 1
      slashes += 1
      if slashes == 2 { return length }
    }
    return length
  }
}
