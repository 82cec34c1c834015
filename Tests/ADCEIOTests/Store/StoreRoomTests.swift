import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreRoomTests {
  private let small = Store.MapSize(initialBytes: 1 << 18, limitBytes: 1 << 18)

  private func page(_ number: Int) -> [(Note.Key, String?)] {
    (0..<10).map { (Note.Key("\(number)-\($0)"), String(repeating: "f", count: 1000)) }
  }

  @Test func aFullMapIsRefusedCleanlyAndALargerOneTakesItAll() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory, mapSize: small)
    var pages = 0
    var refusal: StoreFailure?
    while refusal == nil, pages < 100 {
      do throws(StoreFailure) {
        try book.commit(page(pages))
        pages += 1
      } catch {
        refusal = error
      }
    }
    #expect(refusal == .mapFull(path: fixture.dataFile, bytes: 1 << 18))
    #expect(refusal?.isCleanRefusal == true)
    #expect(book.store.meta.sequence == UInt64(pages))
    #expect(try book.store.verify().records == pages * 10)
    #expect(try book.store.verify().isSound)
    book.store.close()

    var larger = try Notebook(
      fixture.directory, mapSize: Store.MapSize(initialBytes: 1 << 22, limitBytes: 1 << 22))
    try larger.commit(page(pages))
    #expect(try larger.store.verify().records == (pages + 1) * 10)
    #expect(try larger.store.verify().isSound)
  }

  @Test func afterDeletionsAFullMapTakesNewWorkAgain() throws {
    let fixture = StateFixture()
    var book = try Notebook(fixture.directory, mapSize: small)
    var pages = 0
    #expect(throws: StoreFailure.mapFull(path: fixture.dataFile, bytes: 1 << 18)) {
      while pages < 100 {
        try book.commit(page(pages))
        pages += 1
      }
    }
    for number in 0..<3 { try book.commit(page(number).map { ($0.0, nil) }) }
    try book.commit(page(1000))
    #expect(try book.store.verify().records == (pages - 3 + 1) * 10)
    #expect(try book.store.verify().isSound)
  }

  @Test func theMapGrowsUpToItsLimit() throws {
    let fixture = StateFixture()
    var book = try Notebook(
      fixture.directory, mapSize: Store.MapSize(initialBytes: 1 << 17, limitBytes: 1 << 24))
    for number in 0..<100 { try book.commit(page(number)) }
    #expect(try book.store.verify().records == 1000)
    #expect(try book.store.verify().isSound)
  }

  /// A limit on the size of files stands for a disk without room: writing fails in the same place.
  @Test func aDiskWithoutRoomIsRefusedCleanlyAndResumes() throws {
    let fixture = StateFixture()
    let writer = try StoreWriter("fill", fixture.directory, "700000")
    let lines = try writer.finish()
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("refused 74 \(fixture.dataFile): no room") == true)
    #expect(lines.last == "went on 1")
    #expect(writer.process.terminationStatus == 0)
    #expect(failure(opening: fixture.directory) == nil)
  }
}

#if os(Linux)
  /// Commits that fail at each of their two writes: LMDB's descriptors of the data file are
  /// exchanged for others under it.
  @Suite struct StoreFailedCommitTests {
    /// LMDB's descriptors of the file: one for pages, one (O_DSYNC) for the meta page.
    private func descriptors(_ file: String) throws -> (pages: Int32, meta: Int32) {
      var found: [(Int32, isMeta: Bool)] = []
      for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/fd/\(name)", &bytes, bytes.count)
        guard count > 0, let number = Int32(name),
          String(decoding: bytes.prefix(count), as: UTF8.self) == file
        else { continue }
        found.append((number, fcntl(number, F_GETFL) & O_DSYNC != 0))
      }
      let pages = try #require(found.first { !$0.isMeta })
      let meta = try #require(found.first { $0.isMeta })
      return (pages.0, meta.0)
    }

    /// Runs `body` while `descriptor` is another file.
    private func exchanging(
      _ descriptor: Int32, for path: String, _ flags: Int32, _ body: () throws -> Void
    ) throws {
      let saved = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      let other = open(path, flags | O_CLOEXEC)
      #expect(saved >= 0 && other >= 0)
      dup2(other, descriptor)
      defer {
        dup2(saved, descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        close(saved)
        close(other)
      }
      try body()
    }

    private func failure(_ book: inout Notebook) -> StoreFailure? {
      do throws(StoreFailure) {
        try book.commit([("b", "two"), ("c", "three")])
        return nil
      } catch {
        return error
      }
    }

    private func opened(_ fixture: borrowing StateFixture) throws -> Notebook {
      var book = try Notebook(fixture.directory)
      try book.commit([("a", "one")])
      return book
    }

    @Test func noRoomForThePagesChangesNothingAndTheStoreGoesOn() throws {
      let fixture = StateFixture()
      var book = try opened(fixture)
      let pages = try descriptors(fixture.dataFile).pages
      try exchanging(pages, for: "/dev/full", O_RDWR) {
        guard case .diskFull = failure(&book) else {
          Issue.record("not refused cleanly")
          return
        }
      }
      #expect(book.store.meta.sequence == 1)
      #expect(try book.notes() == ["a=one"])
      try book.commit([("b", "two")])
      #expect(try book.notes() == ["a=one", "b=two"])
      #expect(try book.store.verify().isSound)
      book.store.close()
      #expect(ADCEIOTests.failure(opening: fixture.directory) == nil)
    }

    @Test func noRoomForTheMetaPageLeavesTheOutcomeUnknownAndTheStoreDead() throws {
      let fixture = StateFixture()
      var book = try opened(fixture)
      let meta = try descriptors(fixture.dataFile).meta
      try exchanging(meta, for: "/dev/full", O_RDWR) { try expectDeath(&book, fixture.directory) }
    }

    @Test func anyOtherErrorOfACommitLeavesTheOutcomeUnknownAndTheStoreDead() throws {
      let fixture = StateFixture()
      var book = try opened(fixture)
      let pages = try descriptors(fixture.dataFile).pages
      try exchanging(pages, for: fixture.dataFile, O_RDONLY) {
        try expectDeath(&book, fixture.directory)
      }
    }

    private func expectDeath(_ book: inout Notebook, _ directory: String) throws {
      let found = failure(&book)
      guard let found, case .outcomeUnknown(_, 2, _) = found else {
        Issue.record("not told that it is unknown: \(String(describing: found))")
        return
      }
      #expect(found.exitCode == 74)
      #expect(failure(&book) == found)
      #expect(throws: found) { try book.notes() }
      #expect(book.store.meta.sequence == 1)
    }

    @Test func afterAnUnknownOutcomeReopeningTells() throws {
      let fixture = StateFixture()
      do {
        var book = try opened(fixture)
        let pages = try descriptors(fixture.dataFile).pages
        try exchanging(pages, for: fixture.dataFile, O_RDONLY) {
          #expect(failure(&book) != nil)
        }
      }
      var again = try Notebook(fixture.directory)
      #expect(again.store.meta.sequence == 1)
      #expect(try again.notes() == ["a=one"])
      try again.commit([("b", "two")])
      #expect(try again.store.verify().isSound)
    }
  }
#endif
