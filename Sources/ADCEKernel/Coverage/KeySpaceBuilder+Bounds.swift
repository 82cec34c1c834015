extension KeySpaceBuilder {
  /// Makes types unbounded whose keys, with those of the types before them, exceed the limit: told
  /// before any key is made, from the sizes of what would be joined.
  mutating func refuseTooManyKeys() {
    var sum = 0
    for index in types.indices where types[index].basis == .keys {
      var count = 0
      for pattern in types[index].patterns {
        count = saturatingSum(count, combinations(of: pattern))
      }
      if saturatingSum(sum, count) <= keyLimit {
        sum += count
      } else {
        types[index].basis = .unbounded
        findings.append(
          .tooManyKeys(
            source: desired.sources[types[index].source].name, type: type(types[index]).name,
            limit: keyLimit))
      }
    }
    // Rows that share a key (a day's games) make it less: a guess beyond a million is not worth it.
    entries.reserveCapacity(min(sum, 1 << 20))
    table = KeyTable(capacity: min(sum, 1 << 20))
  }

  /// How many combinations of rows and values a pattern joins; `Int.max` if that is too many to
  /// count.
  private func combinations(of pattern: PatternPlan) -> Int {
    guard let factors = pattern.factors else { return 0 }
    // By season's name, those joined so far; `free` have no season yet.
    var free = 1
    var bySeason = [Int](repeating: 0, count: seasonNames.names.count)
    var hasSeasons = false
    if let seasons = pattern.seasons {
      let listed = combinations(of: factors, in: seasons)
      let joins = factors.contains { isSeasonal($0) }
      if joins || pattern.path.showsSeason { return listed }
    }
    for factor in factors {
      switch factor.choices {
      case .rows(let catalog, let index) where catalogs[catalog]!.hasSeasons:
        hasSeasons = true
        let groups = rowGroups[index]
        let without = groups.range(ofSeason: CatalogRows.noSeason).count
        for id in bySeason.indices {
          let with = groups.range(ofSeason: Int32(id)).count
          bySeason[id] = saturatingSum(
            saturatingProduct(free, with), saturatingProduct(bySeason[id], with + without))
        }
        free = saturatingProduct(free, without)
      case .rows(_, let index):
        multiply(&free, &bySeason, by: rowGroups[index].ordered.count)
      case .values(let count):
        multiply(&free, &bySeason, by: count)
      }
    }
    return hasSeasons ? bySeason.reduce(free, saturatingSum) : free
  }

  private func combinations(of factors: [Factor], in seasons: [ListedSeason]) -> Int {
    var sum = 0
    for season in seasons {
      let id = seasonNames.id(named: season.season.name)
      var product = 1
      for factor in factors {
        switch factor.choices {
        case .rows(let catalog, let index) where catalogs[catalog]!.hasSeasons:
          product = saturatingProduct(
            product, id.map { rowGroups[index].range(ofSeason: $0).count } ?? 0)
        case .rows(_, let index):
          product = saturatingProduct(product, rowGroups[index].ordered.count)
        case .values(let count): product = saturatingProduct(product, count)
        }
      }
      sum = saturatingSum(sum, product)
    }
    return sum
  }

  private func isSeasonal(_ factor: Factor) -> Bool {
    if case .rows(let catalog, _) = factor.choices { catalogs[catalog]!.hasSeasons } else { false }
  }

  private func multiply(_ free: inout Int, _ bySeason: inout [Int], by count: Int) {
    free = saturatingProduct(free, count)
    for id in bySeason.indices { bySeason[id] = saturatingProduct(bySeason[id], count) }
  }
}

private func saturatingProduct(_ a: Int, _ b: Int) -> Int {
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? Int.max : value
}

private func saturatingSum(_ a: Int, _ b: Int) -> Int {
  let (value, overflow) = a.addingReportingOverflow(b)
  return overflow ? Int.max : value
}
