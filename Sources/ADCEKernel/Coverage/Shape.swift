/// A path pattern matched by its shape: each placeholder is one or more bytes, none of them `/`.
struct Shape: Sendable {
  enum Piece: Sendable {
    /// A range of the store's pool.
    case literal(Range<Int>)
    case any, season, year
  }

  /// A season whose objects are counted by themselves, and how the pattern writes it.
  struct CountedSeason: Sendable {
    var slot: Int
    var season: Range<Int>
    var year: Range<Int>
  }

  /// Index into `KeySpace.types`.
  var type: Int
  var pieces: [Piece] = []
  /// Where the type is counted by season.
  var seasons: [CountedSeason] = []
  /// Where it is counted as a whole.
  var slot: Int?

  init(_ path: PathPattern, type: Int, store: inout KeyStore) {
    self.type = type
    for part in path.parts {
      switch part {
      case .literal(let bytes):
        let place = store.intern(bytes)
        pieces.append(.literal(Int(place.start)..<Int(place.end)))
      case .placeholder("season"): pieces.append(.season)
      case .placeholder("year"): pieces.append(.year)
      case .placeholder: pieces.append(.any)
      }
    }
  }

  func matches(_ key: UnsafeRawBufferPointer, _ store: borrowing KeyStore) -> Bool {
    store.pool.withUnsafeBytes { matches(key, $0, nil) }
  }

  /// The slot that a key of this shape counts for; nil if none does.
  func slot(of key: UnsafeRawBufferPointer, _ store: borrowing KeyStore) -> Int? {
    if let slot { return slot }
    return store.pool.withUnsafeBytes { pool in
      for season in seasons where matches(key, pool, season) { return season.slot }
      return nil
    }
  }

  /// Matches from the left, each placeholder as short as can be. If a literal does not follow, only
  /// the last placeholder grows: the one before it stands in the same path segment (or ended at a
  /// `/`, which it cannot cross), so that making it longer would leave less to the last one and
  /// reach nothing new.
  private func matches(
    _ key: UnsafeRawBufferPointer, _ pool: UnsafeRawBufferPointer, _ season: CountedSeason?
  ) -> Bool {
    var piece = 0
    var at = 0
    // The last placeholder met: the piece after it, and the end of what it took.
    var growing: (piece: Int, end: Int)?
    while true {
      if piece == pieces.count {
        if at == key.count { return true }
      } else if let literal = literal(pieces[piece], season) {
        if at &+ literal.count <= key.count,
          equalBytes(pool, literal.lowerBound, key, at, literal.count)
        {
          at &+= literal.count
          piece &+= 1
          continue
        }
      } else if at < key.count, key[at] != 0x2F {
        at &+= 1
        piece &+= 1
        growing = (piece, at)
        continue
      }
      guard let last = growing, last.end < key.count, key[last.end] != 0x2F else { return false }
      at = last.end &+ 1
      piece = last.piece
      growing = (piece, at)
    }
  }

  @inline(__always)
  private func literal(_ piece: Piece, _ counted: CountedSeason?) -> Range<Int>? {
    switch piece {
    case .literal(let range): range
    case .any: nil
    case .season: counted?.season
    case .year: counted?.year
    }
  }
}
