import ADCEIO
import ADCEKernel
import Testing

@Suite("A bucket listed by several readers")
struct ParallelListingTests {
  @Test("Nothing is missed and nothing counted twice", arguments: KeyFamily.allCases)
  func exact(family: KeyFamily) throws {
    for seed in 0..<12 as Range<UInt64> {
      var chance = SplitMix(state: seed)
      let count = Int.random(in: 0...6000, using: &chance)
      let keys = family.keys(count, &chance)
      let bucket = SimulatedBucket(keys, pageSize: Int.random(in: 1...120, using: &chance))
      let readers = Int.random(in: 1...9, using: &chance)
      let outcome = try ParallelListing(source: bucket, prefixes: [[]], readers: readers)
        .run { CollectingSink() }
      let expected = Dictionary(
        uniqueKeysWithValues: keys.map { ($0, SimulatedBucket.facts(of: $0)) })
      #expect(outcome.sink.objects == expected, "seed \(seed)")
      #expect(outcome.sink.repeats == 0, "seed \(seed)")
      #expect(outcome.counts.objects == keys.count, "seed \(seed)")
      #expect(outcome.bytes == expected.values.reduce(0) { $0 + $1.bytes }, "seed \(seed)")
      #expect(outcome.began == Instant(seconds: 1_700_000_000))
      // A page for each full one, and one more a range.
      let requests = bucket.served.count
      #expect(requests == outcome.counts.pages)
      #expect(
        requests <= keys.count / bucket.pageSize + outcome.counts.ranges, "seed \(seed)")
      #expect(outcome.counts.splits <= 4 * readers + requests / 25, "seed \(seed)")
    }
  }

  @Test("A single reader divides nothing")
  func single() throws {
    var chance = SplitMix(state: 7)
    let bucket = SimulatedBucket(KeyFamily.seasons.keys(5000, &chance), pageSize: 100)
    let outcome = try ParallelListing(source: bucket, prefixes: [[]], readers: 1)
      .run { CollectingSink() }
    #expect(outcome.counts.splits == 0)
    #expect(outcome.counts.pages == 50)
  }

  @Test("Prefixes are listed each once, also where one lies in another")
  func prefixes() throws {
    let all = ["a/1", "a/b/1", "a/b/2", "ab", "b/1", "c/1", "d"].map { Array($0.utf8) }
    let wanted = ["a/b/", "a/", "c/", "c/", "a/b/1"].map { Array($0.utf8) }
    let merged = ListingPrefixes.merged(wanted)
    #expect(merged == ["a/", "c/"].map { Array($0.utf8) })
    let outcome = try ParallelListing(
      source: SimulatedBucket(all, pageSize: 2), prefixes: merged, readers: 3, hiddenBytes: 2
    ).run { CollectingSink() }
    #expect(outcome.sink.keys == ["1", "1", "b/1", "b/2"].uniqued().sorted())
    #expect(outcome.counts.objects == 4)
    #expect(ListingPrefixes.merged([Array("x".utf8), []]) == [[]])
  }

  @Test("A boundary lies above the last key seen and below the range's end")
  func boundaries() {
    var divided = 0
    for family in KeyFamily.allCases {
      var chance = SplitMix(state: 3)
      let keys = family.keys(3000, &chance).sorted { $0.lexicographicallyPrecedes($1) }
      for _ in 0..<300 {
        var picked = (0..<3).map { _ in keys.randomElement(using: &chance) ?? [] }
        picked.sort { $0.lexicographicallyPrecedes($1) }
        guard Set(picked).count == 3 else { continue }
        var range = ListingRange(
          prefix: [], after: picked[1], through: Bool.random(using: &chance) ? picked[2] : nil)
        range.first = picked[0]
        range.pages = 2
        let end = range.through
        guard let upper = range.split(), let middle = upper.after else { continue }
        divided += 1
        #expect(picked[1].lexicographicallyPrecedes(middle))
        #expect(end.map { middle.lexicographicallyPrecedes($0) } ?? true)
        #expect(range.through == middle && upper.through == end)
        #expect(String(validating: middle, as: UTF8.self) != nil)
      }
    }
    #expect(divided > 1000)
  }
}

extension Array where Element: Hashable {
  fileprivate func uniqued() -> [Element] { Array(Set(self)) }
}

@Suite("A listing that goes wrong")
struct ListingFaultTests {
  static let keys = (0..<1000).map { Array("k/\(1000 + $0)".utf8) }

  /// What is listed when pages are meddled with.
  func list(
    readers: Int = 3, _ meddle: @escaping SimulatedBucket.Meddling
  ) throws(ListingFailure) -> CollectingSink {
    let bucket = SimulatedBucket(Self.keys, pageSize: 50, meddle: meddle)
    return try ParallelListing(source: bucket, prefixes: [Array("k/".utf8)], readers: readers)
      .run { CollectingSink() }.sink
  }

  @Test("A page that is wrong once is asked for again, and counted once")
  func again() throws {
    let meddlings: [SimulatedBucket.Meddling] = [
      { number, _ in number % 4 == 3 ? .malformed(line: 9, "no element found") : nil },
      // A page that was sent before.
      { number, page in
        guard number % 5 == 4 else { return nil }
        page = ListingPage()
        for key in Self.keys[..<50] { page.append(key: key, SimulatedBucket.facts(of: key)) }
        page.isTruncated = true
        return nil
      },
      { number, page in
        guard number % 5 == 4 else { return nil }
        page = ListingPage()
        page.isTruncated = true
        return nil
      },
    ]
    for meddle in meddlings {
      let sink = try list(meddle)
      #expect(sink.objects.count == 1000 && sink.repeats == 0)
    }
  }

  @Test("Tokens that are missing, or lead astray, cost a page at most")
  func tokens() throws {
    let missing: SimulatedBucket.Meddling = { _, page in
      page.nextToken = nil
      return nil
    }
    #expect(try list(missing).objects.count == 1000)
    // The same token for ever: the page after it was sent before.
    let repeated: SimulatedBucket.Meddling = { _, page in
      page.nextToken = page.nextToken.map { _ in "k/1049" }
      return nil
    }
    let sink = try list(repeated)
    #expect(sink.objects.count == 1000 && sink.repeats == 0)
  }

  @Test("A page that stays wrong fails the listing as a whole")
  func wholly() {
    let meddlings: [SimulatedBucket.Meddling] = [
      { number, _ in number > 4 ? .truncation : nil },
      // Not in the order of their bytes.
      { _, page in
        var swapped = ListingPage()
        for index in (0..<page.count).reversed() {
          swapped.append(key: page.key(index), ObjectFacts(bytes: 1, modifiedSeconds: 1))
        }
        swapped.isTruncated = page.isTruncated
        page = swapped
        return nil
      },
      { _, page in
        page.append(key: "other/key".utf8, ObjectFacts(bytes: 1, modifiedSeconds: 1))
        return nil
      },
    ]
    for meddle in meddlings {
      do throws(ListingFailure) {
        _ = try list(meddle)
        Issue.record("it was listed all the same")
      } catch {
        guard case .page = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }
}
