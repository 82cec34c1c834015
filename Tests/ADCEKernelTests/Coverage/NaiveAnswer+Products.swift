import ADCEKernel

extension NaiveAnswer {
  /// Every key that a pattern yields, once a combination of rows and values, in the order of the
  /// rows; nil if a placeholder is unknown.
  func products(
    _ text: String, _ source: Desired.Source, _ type: Desired.DataType
  ) -> [(String, Key)]? {
    let glob = NaiveGlob(text)
    let seasons = NaiveSeason.list(input, source, type, pattern: text)
    var used: [Int] = []
    var lists: [(String, [String])] = []
    var conditions: [Int: [Desired.Condition]] = [:]
    var sources: [String: (Int, String, Desired.Dimension.Format)] = [:]
    for name in glob.placeholders where !["season", "year", "date"].contains(name) {
      guard let dimension = input.desired.dimensions.first(where: { $0.name == name }) else {
        return nil
      }
      switch dimension.values {
      case .list(let values):
        if !lists.contains(where: { $0.0 == name }) { lists.append((name, values)) }
      case .column(let catalog, let column, let format, let tests):
        guard let catalog, input.catalogs[catalog] != nil else { return nil }
        if !used.contains(catalog) { used.append(catalog) }
        conditions[catalog, default: []] += tests
        sources[name] = (catalog, column, format)
      }
    }
    var dateCatalog: Int?
    if glob.placeholders.contains("date") {
      let dated = input.desired.catalogs.indices.filter {
        input.desired.catalogs[$0].date != nil || input.desired.catalogs[$0].time != nil
      }
      guard let catalog = used.first(where: dated.contains) ?? (dated.count == 1 ? dated[0] : nil),
        input.catalogs[catalog] != nil
      else { return nil }
      dateCatalog = catalog
      if !used.contains(catalog) { used.append(catalog) }
    }
    let tellsSeason = used.contains { input.desired.catalogs[$0].season != nil }
    let shows = glob.placeholders.contains("season") || glob.placeholders.contains("year")
    if shows, seasons == nil, !tellsSeason { return nil }

    var result: [(String, Key)] = []
    let turns: [NaiveSeason?] = seasons != nil && (shows || tellsSeason) ? seasons! : [nil]
    for turn in turns {
      var combinations: [[Row]] = [[]]
      for catalog in used {
        let rows = rows(catalog).filter { row in
          conditions[catalog]?.allSatisfy { row.cells[$0.column] == $0.value } ?? true
        }
        combinations = combinations.flatMap { chosen in
          rows.compactMap { row in
            if turn != nil, let season = row.season, season != turn!.name { return nil }
            return chosen + [row]
          }
        }
      }
      for rows in combinations {
        let names = Set(rows.compactMap(\.season).filter { $0 != "" })
        if turn == nil, names.count > 1 { continue }
        let told = names.first.flatMap {
          seasons == nil ? NaiveSeason.named($0, input, type, reinterpreting: false) : nil
        }
        let season = turn ?? told
        if shows, season == nil { continue }
        for values in valueCombinations(lists) {
          var all = values
          for row in rows where row.catalog == dateCatalog {
            all["date"] = row.day.map { CivilDay(day: $0).iso } ?? ""
          }
          for (name, column) in sources {
            let row = rows.first { $0.catalog == column.0 }!
            all[name] = formatted(row.cells[column.1]!, column.2)
          }
          all["season"] = season?.text(type.seasonFormat)
          all["year"] = season?.year(type.yearIs)
          let used = glob.placeholders.map { all[$0]! }
          if used.contains(where: { $0.isEmpty || $0.utf8.contains(0x2F) }) { continue }
          result.append((glob.filled(all), key(rows, season, type)))
        }
      }
    }
    return result
  }

  private func valueCombinations(_ lists: [(String, [String])]) -> [[String: String]] {
    var all: [[String: String]] = [[:]]
    for (name, values) in lists {
      all = all.flatMap { known in values.map { known.merging([name: $0]) { $1 } } }
    }
    return all
  }

  private func key(_ rows: [Row], _ season: NaiveSeason?, _ type: Desired.DataType) -> Key {
    var key = Key(
      type: 0, pattern: 0, season: season, due: nil, settled: nil, day: nil, hasDate: true)
    if rows.contains(where: \.isFuture) { return key }
    let dated = rows.filter { $0.moment != nil }
    let days = Int64(type.availableAfterDays) * 86_400_000
    let settle = Int64(type.settleHours) * 3_600_000
    if var last = dated.first {
      for row in dated
      where (row.moment!, row.hasTime ? 1 : 0) > (last.moment!, last.hasTime ? 1 : 0) {
        last = row
      }
      key.due = last.moment! + days
      if last.hasTime { key.due! += Int64(type.availableAfterHours) * 3_600_000 }
      key.settled = max(key.due!, last.moment! + settle)
      key.day = last.day
    } else {
      key.hasDate = false
      key.due = season.map { $0.start + days } ?? -1 << 60
      key.settled = season.map { max($0.start + days, $0.start + settle) } ?? -1 << 60
    }
    return key
  }

  private func rows(_ catalog: Int) -> [Row] {
    let declaration = input.desired.catalogs[catalog]
    let table = input.catalogs[catalog]!
    return (0..<table.rowCount).map { row in
      var cells: [String: String] = [:]
      for (index, column) in table.columns.enumerated() {
        cells[column] = String(decoding: table.cell(row: row, column: index), as: UTF8.self)
      }
      let time = declaration.time.flatMap { Instant(iso: Array(cells[$0]!.utf8)) }
      var day = time.map { CivilDay(containing: $0).day }
      if let column = declaration.date { day = CivilDay(iso: Array(cells[column]!.utf8))?.day }
      let isFuture = declaration.date != nil && day == nil
      return Row(
        catalog: catalog, cells: cells, season: declaration.season.map { cells[$0]! },
        moment: isFuture
          ? nil : time?.milliseconds ?? day.map { CivilDay(day: $0).end.milliseconds },
        day: day, hasTime: time != nil, isFuture: isFuture)
    }
  }

  private func formatted(_ text: String, _ format: Desired.Dimension.Format) -> String {
    let parts = text.split(separator: "-")
    let isSeason =
      text.utf8.count == 4 && Int(text) != nil
      || text.utf8.count == 7 && parts.count == 2 && parts[0].count == 4 && parts[1].count == 2
        && Int(parts[0]) != nil && Int(parts[1]) != nil
    switch format {
    case .plain: return text
    case .yyyymmdd:
      return CivilDay(iso: Array(text.utf8)) == nil ? "" : parts.joined()
    case .isoDate: return CivilDay(iso: Array(text.utf8)) == nil ? "" : text
    case .startYear: return isSeason ? String(text.prefix(4)) : ""
    case .endYear: return isSeason ? String(Int(parts[0])! + parts.count - 1) : ""
    case .first: return String(text.prefix(1))
    case .lower: return text.lowercased()
    case .upper: return text.uppercased()
    }
  }
}
