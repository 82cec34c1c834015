/// What is behind an ordinal. Ordinals must lie in a segment.
extension KeySpace {
  /// Appends the key's bytes.
  public func appendKey(of ordinal: Int, to bytes: inout [UInt8]) {
    store.append(names[ordinal], seasonTexts[segmentIndex(of: ordinal)], to: &bytes)
  }

  /// The values of its placeholders, and season, year and date where known; sorted by name.
  public func parameters(of ordinal: Int) -> [AttemptWork.Parameter] {
    let name = names[ordinal]
    let pattern = store.patterns[Int(name.pattern)]
    let text = seasonTexts[segmentIndex(of: ordinal)]
    var parameters = pattern.values.map { value in
      let place = store.place(
        store.pieces[value.piece], name, factorCount: pattern.factorCount, text)
      return AttemptWork.Parameter(name: value.name, value: string(place.0, place.1))
    }
    if text.seasonStart < text.seasonEnd {
      parameters.append(
        .init(name: "season", value: string(Int(text.seasonStart), Int(text.seasonEnd))))
      parameters.append(
        .init(name: "year", value: string(Int(text.yearStart), Int(text.yearEnd))))
    }
    if let date = date(ordinal), !parameters.contains(where: { $0.name == "date" }) {
      parameters.append(.init(name: "date", value: date.iso))
    }
    return parameters.sorted { $0.name < $1.name }
  }

  /// All columns of the catalog rows behind the key, sorted by name. Of two catalogs with a column
  /// of one name, that counts which the pattern uses first.
  public func columns(of ordinal: Int) -> [AttemptWork.Parameter] {
    let name = names[ordinal]
    let pattern = store.patterns[Int(name.pattern)]
    var parameters: [AttemptWork.Parameter] = []
    for (factor, catalog) in pattern.catalogs.enumerated() {
      guard let catalog, let table = catalogTables[catalog] else { continue }
      let row = store.choice(name, factor: factor, of: pattern)
      for (index, column) in table.columns.enumerated()
      where !parameters.contains(where: { $0.name == column }) {
        let cell = table.cell(row: row, column: index)
        parameters.append(.init(name: column, value: String(decoding: cell, as: UTF8.self)))
      }
    }
    return parameters.sorted { $0.name < $1.name }
  }

  /// From this very moment on the object is expected; `.distantFuture` or later: not yet known.
  public func due(_ ordinal: Int) -> Instant {
    Instant(milliseconds: moments[Int(momentIndexes[ordinal])].due)
  }

  /// An object captured before it is *early*, and stale from it on.
  public func settled(_ ordinal: Int) -> Instant {
    Instant(milliseconds: moments[Int(momentIndexes[ordinal])].settled)
  }

  /// The date that its priority looks at; nil if it has none.
  public func date(_ ordinal: Int) -> CivilDay? {
    let date = moments[Int(momentIndexes[ordinal])].date
    return date == CatalogRows.Moment.noDate ? nil : CivilDay(day: date)
  }

  public func segmentIndex(of ordinal: Int) -> Int { Int(wordSegments[ordinal >> 6]) }

  /// The ordinal of a key, expected or future; nil if no type of basis keys names it.
  public func ordinal(of key: UnsafeRawBufferPointer) -> Int? {
    table.find(keyHash(key)) { ordinal in
      store.equals(names[ordinal], seasonTexts[Int(wordSegments[ordinal &>> 6])], key)
    }
  }

  /// How many ordinals of a segment are due: they are its first.
  public func dueCount(ofSegment index: Int, at now: Instant) -> Int {
    let segment = segments[index]
    var low = 0
    var high = segment.count
    while low < high {
      let middle = (low + high) / 2
      if due(segment.base + middle) <= now { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The earliest moment after `now` at which an ordinal becomes due; `.distantFuture` if none.
  public func nextDue(after now: Instant) -> Instant {
    var next = Instant.distantFuture
    for (index, segment) in segments.enumerated() {
      let count = dueCount(ofSegment: index, at: now)
      if count < segment.count { next = min(next, due(segment.base + count)) }
    }
    return next
  }

  private func string(_ start: Int, _ end: Int) -> String {
    String(decoding: store.pool[start..<end], as: UTF8.self)
  }
}
