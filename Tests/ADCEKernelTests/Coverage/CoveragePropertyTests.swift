import ADCEKernel
import Testing

/// Properties over generated definitions and lakes. A failure names its seed.
struct CoveragePropertyTests {
  static let seeds: [UInt64] = (0..<400).map { UInt64($0) }

  @Test(arguments: seeds)
  func `keys, numbers and gaps equal those of a naive reference`(_ seed: UInt64) {
    let input = GeneratedCase(seed: seed)
    var naive = NaiveAnswer(input)
    let ours = KernelAnswer(input)
    #expect(ours.keys.sorted() == naive.keys.keys.sorted(), "seed \(seed)")
    let lake = input.lake(keys: naive.keys.keys.sorted(), seed: seed)
    naive.compare(with: lake)
    let lines = ours.lines(ours.map(lake))
    #expect(lines == naive.lines, "seed \(seed): \(lines.difference(from: naive.lines))")
  }

  @Test func `the generated cases meet every kind, priority and basis many times`() {
    var words: [String: Int] = [:]
    for seed in Self.seeds {
      let input = GeneratedCase(seed: seed)
      var naive = NaiveAnswer(input)
      naive.compare(with: input.lake(keys: naive.keys.keys.sorted(), seed: seed))
      for line in naive.lines {
        for word in line.split(separator: " ") { words[String(word), default: 0] += 1 }
      }
    }
    for word in ["stale", "undersized", "critical", "high", "medium", "low", "keys", "unbounded"] {
      #expect(words[word, default: 0] > 100, "\(word): \(words[word, default: 0])")
    }
    for word in ["count", "#1", "2024-25", "2023"] {
      #expect(words[word, default: 0] > 10, "\(word): \(words[word, default: 0])")
    }
  }

  @Test(arguments: seeds.prefix(100))
  func `any order and any split of the input gives the same map`(_ seed: UInt64) {
    let input = GeneratedCase(seed: seed)
    let answer = KernelAnswer(input)
    let lake = input.lake(keys: answer.keys, seed: seed)
    let whole = answer.map(lake)
    var dice = Dice(seed: seed)
    var parts = [[LakeObject]](repeating: [], count: 4)
    for object in lake.shuffled(using: &dice) { parts[dice.roll(0..<4)].append(object) }
    var merged = CoverageMap(for: answer.space)
    for part in parts.shuffled(using: &dice) { merged.merge(answer.map(part)) }
    #expect(merged == whole, "seed \(seed)")
  }

  @Test(arguments: seeds.prefix(100))
  func `merge is associative, commutative, and idempotent on bits and times`(_ seed: UInt64) {
    let input = GeneratedCase(seed: seed)
    let answer = KernelAnswer(input)
    let maps = (0..<3).map { answer.map(input.lake(keys: answer.keys, seed: seed + UInt64($0))) }
    func joined(_ parts: CoverageMap...) -> CoverageMap {
      var result = parts[0]
      for part in parts.dropFirst() { result.merge(part) }
      return result
    }
    #expect(joined(maps[0], maps[1]) == joined(maps[1], maps[0]), "seed \(seed)")
    #expect(
      joined(joined(maps[0], maps[1]), maps[2]) == joined(maps[0], joined(maps[1], maps[2])),
      "seed \(seed)")
    let twice = joined(maps[0], maps[0])
    #expect(twice.present == maps[0].present && twice.undersized == maps[0].undersized)
    #expect(twice.early == maps[0].early)
    for segment in answer.space.segments.indices {
      #expect(
        twice.segmentState(segment, in: answer.space)
          == maps[0].segmentState(segment, in: answer.space), "seed \(seed)")
    }
  }

  @Test(arguments: seeds.prefix(100))
  func `every key leads back to its ordinal, and ordinals lie in order of due and key`(
    _ seed: UInt64
  ) {
    let answer = KernelAnswer(GeneratedCase(seed: seed))
    for (index, segment) in answer.space.segments.enumerated() {
      #expect(segment.base % 64 == 0)
      for ordinal in segment.base..<(segment.base + segment.count) {
        var bytes: [UInt8] = []
        answer.space.appendKey(of: ordinal, to: &bytes)
        #expect(bytes.withUnsafeBytes { answer.space.ordinal(of: $0) } == ordinal)
        #expect(answer.space.segmentIndex(of: ordinal) == index)
        if ordinal > segment.base {
          #expect(answer.space.due(ordinal - 1) <= answer.space.due(ordinal), "seed \(seed)")
        }
      }
    }
  }

  /// Between now and `nextChange`, time alone changes nothing.
  @Test(arguments: seeds.prefix(100))
  func `nothing changes before the next change`(_ seed: UInt64) {
    let input = GeneratedCase(seed: seed)
    let answer = KernelAnswer(input)
    let map = answer.map(input.lake(keys: answer.keys, seed: seed))
    let analysis = answer.analysis(map, at: input.now)
    let gaps = answer.gaps(map, analysis, at: input.now)
    #expect(analysis.nextChange > input.now)
    for step in [60_000, Span.hour, Span.day, 40 * Span.day, 400 * Span.day] {
      let later = min(input.now + step, analysis.nextChange - 1)
      let then = answer.analysis(map, at: later)
      #expect(then.total == analysis.total, "seed \(seed)")
      #expect(answer.gaps(map, then, at: later) == gaps, "seed \(seed)")
    }
  }

  @Test(arguments: seeds.prefix(100))
  func `a map translated to an equal space is the same, and to another keeps what it can`(
    _ seed: UInt64
  ) {
    let input = GeneratedCase(seed: seed)
    let answer = KernelAnswer(input)
    let map = answer.map(input.lake(keys: answer.keys, seed: seed))
    #expect(answer.space.translate(map, from: answer.space) == map, "seed \(seed)")

    var other = input
    for index in other.catalogs.indices where other.catalogs[index] != nil {
      other.catalogs[index]!.append(
        row: ["g99", "x", "2023-24", "2024-01-09", ""].map { Array($0.utf8) })
    }
    let next = KernelAnswer(other)
    let translated = next.space.translate(map, from: answer.space)
    let before = present(map, answer)
    #expect(
      Set(present(translated, next)) == Set(before).intersection(next.keys), "seed \(seed)")
  }

  private func present(_ map: CoverageMap, _ answer: KernelAnswer) -> [String] {
    answer.space.segments.flatMap { segment in
      (segment.base..<(segment.base + segment.count)).filter(map.isPresent).map(answer.key)
    }
  }
}
