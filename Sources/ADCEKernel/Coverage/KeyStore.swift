/// The text behind all keys, once, and how a key is put together from it.
///
/// A key is a pattern and, for each *factor* of that pattern (a catalog, a list of values), the
/// index of the row or value chosen. Every method is total for names made by the builder.
struct KeyStore: Sendable {
  /// Literals, values and names of seasons, end to end.
  var pool: [UInt8] = []
  /// Where values begin in `pool`; each column has one more at its end. An empty value, or one
  /// that cannot be part of a key, has no bytes.
  var cells: [UInt32] = []
  var pieces: [Piece] = []
  var patterns: [Pattern] = []
  /// For keys of patterns with several factors: the choices, factor after factor.
  var choices: [UInt32] = []

  struct Piece: Sendable {
    enum Kind: UInt8 { case literal, season, year, value }
    var kind: Kind
    /// Index among the pattern's factors.
    var factor: UInt16 = 0
    /// A literal's start in `pool`; a value's column in `cells`.
    var start: UInt32 = 0
    /// A literal's end in `pool`.
    var end: UInt32 = 0
  }

  struct Pattern: Sendable {
    /// Index into `KeySpace.types`.
    var type: Int
    var pieces: Range<Int>
    var factorCount: Int
    /// Of each factor, the catalog; nil for a list of values.
    var catalogs: [Int?]
    /// Name and piece of each placeholder but season and year.
    var values: [(name: String, piece: Int)]
  }

  /// One key, but for its season's text.
  struct Name: Sendable {
    var pattern: UInt32
    /// The only factor's choice, or where the choices begin in `choices`.
    var choice: UInt32
  }

  /// How a season is written, as places in `pool`.
  struct SeasonText: Sendable {
    var seasonStart: UInt32 = 0
    var seasonEnd: UInt32 = 0
    var yearStart: UInt32 = 0
    var yearEnd: UInt32 = 0
  }

  mutating func intern(_ bytes: some Collection<UInt8>) -> (start: UInt32, end: UInt32) {
    let start = UInt32(pool.count)
    pool.append(contentsOf: bytes)
    return (start, UInt32(pool.count))
  }

  /// The row or value that a name takes of one factor.
  @inline(__always)
  func choice(_ name: Name, factor: Int, of pattern: borrowing Pattern) -> Int {
    pattern.factorCount > 1 ? Int(choices[Int(name.choice) &+ factor]) : Int(name.choice)
  }

  /// Where a piece of a name stands in `pool`.
  @inline(__always)
  func place(_ piece: Piece, _ name: Name, factorCount: Int, _ season: SeasonText) -> (Int, Int) {
    switch piece.kind {
    case .literal: return (Int(piece.start), Int(piece.end))
    case .season: return (Int(season.seasonStart), Int(season.seasonEnd))
    case .year: return (Int(season.yearStart), Int(season.yearEnd))
    case .value:
      let row =
        factorCount > 1 ? choices[Int(name.choice) &+ Int(piece.factor)] : name.choice
      let cell = Int(piece.start) &+ Int(row)
      return (Int(cells[cell]), Int(cells[cell &+ 1]))
    }
  }

  enum Rendering {
    case bytes(Int)
    case emptyValue, tooLong
  }

  /// Writes a key and returns its length.
  func render(
    _ name: Name, _ season: SeasonText, into buffer: UnsafeMutableRawBufferPointer
  ) -> Rendering {
    let range = patterns[Int(name.pattern)].pieces
    let factorCount = patterns[Int(name.pattern)].factorCount
    return pool.withUnsafeBytes { pool in
      var at = 0
      for index in range {
        let (start, end) = place(pieces[index], name, factorCount: factorCount, season)
        if start == end { return .emptyValue }
        let count = end &- start
        guard at &+ count <= buffer.count else { return .tooLong }
        UnsafeMutableRawBufferPointer(rebasing: buffer[at..<(at &+ count)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: pool[start..<end]))
        at &+= count
      }
      return .bytes(at)
    }
  }

  /// Whether a name renders to exactly these bytes.
  func equals(_ name: Name, _ season: SeasonText, _ key: UnsafeRawBufferPointer) -> Bool {
    let range = patterns[Int(name.pattern)].pieces
    let factorCount = patterns[Int(name.pattern)].factorCount
    return pool.withUnsafeBytes { pool in
      var at = 0
      for index in range {
        let (start, end) = place(pieces[index], name, factorCount: factorCount, season)
        let count = end &- start
        guard at &+ count <= key.count, equalBytes(pool, start, key, at, count) else {
          return false
        }
        at &+= count
      }
      return at == key.count
    }
  }

  /// Whether the key of `a` sorts before that of `b`, bytewise; both in the same season.
  func precedes(_ a: Name, _ b: Name, _ season: SeasonText) -> Bool {
    if a.pattern == b.pattern {
      let range = patterns[Int(a.pattern)].pieces
      let factorCount = patterns[Int(a.pattern)].factorCount
      for index in range where pieces[index].kind == .value {
        let (startA, endA) = place(pieces[index], a, factorCount: factorCount, season)
        let (startB, endB) = place(pieces[index], b, factorCount: factorCount, season)
        let common = min(endA - startA, endB - startB)
        for offset in 0..<common where pool[startA &+ offset] != pool[startB &+ offset] {
          return pool[startA &+ offset] < pool[startB &+ offset]
        }
        // One is the beginning of the other: what follows it decides.
        if endA - startA != endB - startB { return rendered(a, season) < rendered(b, season) }
      }
      return false
    }
    return rendered(a, season) < rendered(b, season)
  }

  private func rendered(_ name: Name, _ season: SeasonText) -> RenderedKey {
    var bytes: [UInt8] = []
    append(name, season, to: &bytes)
    return RenderedKey(bytes: bytes)
  }

  func append(_ name: Name, _ season: SeasonText, to bytes: inout [UInt8]) {
    let pattern = patterns[Int(name.pattern)]
    for index in pattern.pieces {
      let (start, end) = place(pieces[index], name, factorCount: pattern.factorCount, season)
      bytes.append(contentsOf: pool[start..<end])
    }
  }
}

/// Bytes that compare as keys do.
struct RenderedKey: Comparable {
  var bytes: [UInt8]
  static func < (a: RenderedKey, b: RenderedKey) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

/// Whether `count` bytes of `a` from `atA` and of `b` from `atB` are the same; both must have them.
@inline(__always)
func equalBytes(
  _ a: UnsafeRawBufferPointer, _ atA: Int, _ b: UnsafeRawBufferPointer, _ atB: Int, _ count: Int
) -> Bool {
  var offset = 0
  while count &- offset >= 8 {
    let left = a.loadUnaligned(fromByteOffset: atA &+ offset, as: UInt64.self)
    let right = b.loadUnaligned(fromByteOffset: atB &+ offset, as: UInt64.self)
    if left != right { return false }
    offset &+= 8
  }
  while offset < count {
    if a[atA &+ offset] != b[atB &+ offset] { return false }
    offset &+= 1
  }
  return true
}
