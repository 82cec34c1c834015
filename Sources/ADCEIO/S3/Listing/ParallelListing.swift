package import ADCEKernel

/// Where pages come from: a bucket, or a simulated one.
package protocol ListingSource: Sendable {
  /// At most a thousand keys that begin with the range's prefix and come after its `after` (or, the
  /// same, where its token says), in order.
  func page(of range: ListingRange) throws(ListingFailure) -> ListingPage
}

/// Why a listing failed: then as a whole, for half a map looks like a lake half empty.
package enum ListingFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// A page that is none, again and again.
  case page(ListingFault, prefix: String)
  case request(S3Failure)
  case threads(errno: Int32)

  package var description: String {
    switch self {
    case .page(let fault, let prefix): "a page of the listing of \"\(prefix)\": \(fault)"
    case .request(let failure): failure.description
    case .threads(let code): "no thread to list with (errno \(code))"
    }
  }
}

/// Lists a bucket with several readers, each of which has a range of the key space; a reader that
/// has nothing left gets half of what another has before it.
///
/// Ranges never overlap and cover everything: a boundary is a key, below which (with it) the one
/// lists, and above which (without it) the other.
package struct ParallelListing<Source: ListingSource>: Sendable {
  package let source: Source
  /// None begins with another (`ListingPrefixes.merged`).
  package let prefixes: [[UInt8]]
  package let readers: Int
  /// So many leading bytes of each key are not shown to the sink.
  package var hiddenBytes = 0

  /// How often a page that cannot be right is asked for.
  private static var triesMax: Int { 3 }

  package init(source: Source, prefixes: [[UInt8]], readers: Int, hiddenBytes: Int = 0) {
    self.source = source
    self.prefixes = prefixes
    self.readers = readers
    self.hiddenBytes = hiddenBytes
  }

  package struct Outcome<Sink: Sendable>: Sendable {
    package var sink: Sink
    package var counts = ListingCounts()
    package var bytes: Int64 = 0
    /// The server's clock at the earliest answer; nil if none of them said.
    package var began: Instant?
  }

  package func run<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(ListingFailure) -> Outcome<Sink> {
    let board = ListingBoard(prefixes.map { ListingRange(prefix: $0) }, readers: readers)
    let shares: [Outcome<Sink>]
    do throws(ThreadRefused) {
      shares = try onOwnThreads(max(1, readers)) { _ in
        var share = Outcome(sink: makeSink())
        while let range = board.next() { list(range, into: &share, board) }
        return share
      }
    } catch {
      throw .threads(errno: error.errno)
    }
    var result = shares[0]
    for share in shares.dropFirst() {
      result.sink.merge(share.sink)
      result.bytes += share.bytes
      if let began = share.began { result.began = min(result.began ?? began, began) }
    }
    result.counts = try board.outcome.get()
    return result
  }

  private func list<Sink: ObjectSink>(
    _ whole: ListingRange, into share: inout Outcome<Sink>, _ board: ListingBoard
  ) {
    var range = whole
    do throws(ListingFailure) {
      while true {
        let page = try page(of: range)
        if let date = page.date { share.began = min(share.began ?? date, date) }
        let end = range.end(in: page)
        page.forEach(in: 0..<end) { key, facts in
          share.bytes &+= facts.bytes
          share.sink.observe(
            key: UnsafeRawBufferPointer(rebasing: key[min(hiddenBytes, key.count)...]),
            facts: facts)
        }
        let goesOn = board.tookPage(objects: end)
        guard goesOn, page.isTruncated, end == page.count else { break }
        range.advance(over: page)
        board.divide(&range)
      }
    } catch {
      board.fail(error)
    }
    board.finished()
  }

  /// A page that was checked; one that cannot be right is asked for again.
  private func page(of range: ListingRange) throws(ListingFailure) -> ListingPage {
    var range = range
    var tries = 0
    while true {
      tries += 1
      do throws(ListingFailure) {
        let page = try source.page(of: range)
        guard let fault = page.fault(prefix: range.prefix, after: range.after) else { return page }
        throw ListingFailure.page(fault, prefix: String(decoding: range.prefix, as: UTF8.self))
      } catch {
        guard case .page = error, tries < Self.triesMax else { throw error }
        // By the last key, in case the token is what is wrong.
        range.token = nil
      }
    }
  }
}

extension ListingRange {
  /// How many of a page's keys belong to this range: those up to its end.
  func end(in page: ListingPage) -> Int {
    guard let through else { return page.count }
    var low = 0
    var high = page.count
    while low < high {
      let middle = (low + high) / 2
      if ByteOrder.isBefore(through[...], page.key(middle)) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }

  /// Goes on behind a page that lies in the range as a whole.
  mutating func advance(over page: ListingPage) {
    first = first ?? Array(page.key(0))
    after = page.lastKey
    token = page.nextToken
    pages += 1
  }
}
