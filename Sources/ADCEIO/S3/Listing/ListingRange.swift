/// A part of the key space that one reader lists: what begins with `prefix`, comes after `after`
/// and not after `through`.
package struct ListingRange: Hashable, Sendable {
  package var prefix: [UInt8]
  /// The last key listed, or the boundary at which the range begins; nil = from its beginning.
  package var after: [UInt8]?
  /// The last key that may belong to it; nil = to the end of the prefix.
  package var through: [UInt8]?
  /// Of the page asked for last; only what was asked for next may use it.
  package var token: String?
  /// The first key that was found in it.
  package var first: [UInt8]?
  package var pages = 0

  package init(prefix: [UInt8], after: [UInt8]? = nil, through: [UInt8]? = nil) {
    self.prefix = prefix
    self.after = after
    self.through = through
  }

  /// Pages after which a range may be divided: what two pages span shows where keys vary.
  static let pagesBeforeSplit = 2

  /// Gives away the upper part of what is left; nil if no boundary can be guessed.
  package mutating func split() -> ListingRange? {
    guard pages >= ListingRange.pagesBeforeSplit, let first, let after,
      let middle = KeyGuess(first: first, last: after, through: through, prefix: prefix.count)
        .middle
    else { return nil }
    let upper = ListingRange(prefix: prefix, after: middle, through: through)
    through = middle
    return upper
  }
}

/// Guesses a key between the last one that was seen and the end of a range.
///
/// Keys are not spread over the key space but clustered: by folder, season, number. So the guess
/// goes by the place at which the keys seen so far have begun to differ: there, or a little to its
/// left, those to come will differ too. Where that proves wrong, the part above the guess is empty,
/// which costs a request and bounds the next guess from above; or the part below is short, and the
/// one above, which has its own view of where keys differ, is divided in turn.
struct KeyGuess {
  /// The first and the last key seen, `first` < `last`.
  let first: [UInt8]
  let last: [UInt8]
  /// The range's last possible key, if it has a boundary.
  let through: [UInt8]?
  /// So many bytes all keys share.
  let prefix: Int

  /// How far to the right of that place a guess looks.
  private static let depth = 24

  /// last < middle < through; nil if there is no guess.
  var middle: [UInt8]? {
    let place = zip(first, last).prefix { $0 == $1 }.count
    // Where keys differ: halfway to the end of the digits or letters.
    if let byte = byte(at: place, halfway: true) { return last[..<place] + [byte] }
    // To its left: the next digit or letter, as when 2009 is followed by 2010.
    for index in stride(from: place - 1, through: prefix, by: -1) {
      if let byte = byte(at: index, halfway: false) { return last[..<index] + [byte] }
    }
    // All that is bounded already: to its right.
    for index in (place + 1)..<max(place + 1, min(last.count, place + Self.depth)) {
      if let byte = byte(at: index, halfway: true) { return last[..<index] + [byte] }
    }
    return nil
  }

  /// A byte for one place that is greater than the one in `last` and keeps below `through`.
  private func byte(at index: Int, halfway: Bool) -> UInt8? {
    guard index < last.count, index >= prefix, let top = Self.top(of: last[index]) else {
      return nil
    }
    let low = last[index]
    var limit = Int(top) + 1
    if let through, through.starts(with: last[..<index]), index < through.count {
      limit = min(limit, Int(through[index]))
    }
    let room = limit - Int(low)
    guard room >= 2 else { return nil }
    return low + UInt8(halfway ? room / 2 : 1)
  }

  /// The last of its kind, digit or letter. Other bytes separate, and are not varied; nor are those
  /// beyond ASCII, so that a guess is always UTF-8.
  private static func top(of byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: 0x39
    case 0x41...0x5A: 0x5A
    case 0x61...0x7A: 0x7A
    default: nil
    }
  }
}

/// What a listing has to cover.
package enum ListingPrefixes {
  /// The fewest prefixes that cover the same keys: none begins with another.
  package static func merged(_ prefixes: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for prefix in prefixes.sorted(by: ByteOrder.isBefore) {
      if let last = result.last, prefix.starts(with: last) { continue }
      result.append(prefix)
    }
    return result
  }
}
