import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreBackupTests {
  /// Commits `count` notes, some of them replaced, so that the file has pages that are not used.
  private func fill(_ fixture: borrowing StateFixture, _ count: Int) throws -> Hash128 {
    var book = try Notebook(fixture.directory)
    for round in 0..<3 {
      try book.commit(
        (0..<count).map {
          (Note.Key("key \($0)"), "note \(round) " + String(repeating: "x", count: 200))
        })
    }
    try book.commit((count / 10..<count).map { (Note.Key("key \($0)"), nil) })
    return book.digest
  }

  private static func failure(ofBackup directory: String, to target: String) -> StoreFailure? {
    do throws(StoreFailure) {
      _ = try Store.backup(directory: directory, to: target)
      return nil
    } catch {
      return error
    }
  }

  private static func failure(ofCompacting directory: String) -> StoreFailure? {
    do throws(StoreFailure) {
      _ = try Store.compact(directory: directory)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a backup is a whole state, and later commits are not in it`() throws {
    let fixture = StateFixture()
    let digest = try fill(fixture, 500)
    let target = fixture.root + "/backups/monday"
    let verification = try Store.backup(directory: fixture.directory, to: target)
    #expect(verification.isSound)
    #expect(verification.records == 50)
    #expect(verification.digest == digest)
    #expect(try FileTree.names(in: target) == ["data.mdb"])
    #expect(try FileTree.names(in: fixture.root + "/backups") == ["monday"])
    do {
      var book = try Notebook(fixture.directory)
      try book.commit([("new", "later")])
    }
    let copy = try Store.open(directory: target, mode: .readOnly)
    #expect(try copy.verify().digest == digest)
    copy.close()
    // Restored: a state like any other.
    var restored = try Notebook(target)
    #expect(restored.count == 50)
    try restored.commit([("goes", "on")])
  }

  @Test func `a directory that holds something is refused and left alone`() throws {
    let fixture = StateFixture()
    _ = try fill(fixture, 20)
    let target = fixture.root + "/taken"
    try FileTree.makeFolders(target)
    try FileTree.write([1], to: target + "/file")
    for path in [target, target + "/file", fixture.directory] {
      #expect(Self.failure(ofBackup: fixture.directory, to: path)?.exitCode == 73, "\(path)")
    }
    #expect(try FileTree.names(in: target) == ["file"])
    // An empty one is taken.
    try FileTree.makeFolders(fixture.root + "/empty")
    #expect(try Store.backup(directory: fixture.directory, to: fixture.root + "/empty").isSound)
  }

  @Test func `nothing to back up is said, and makes nothing`() throws {
    let fixture = StateFixture()
    let target = fixture.root + "/copy"
    #expect(Self.failure(ofBackup: fixture.directory, to: target)?.exitCode == 65)
    #expect(try FileTree.names(in: fixture.root) == [])
  }

  @Test func `compacting gives the room back and changes no record`() throws {
    let fixture = StateFixture()
    let digest = try fill(fixture, 2000)
    let (before, after, verification) = try Store.compact(directory: fixture.directory)
    #expect(after < before / 2)
    #expect(verification.digest == digest)
    #expect(
      try FileTree.names(in: fixture.directory).filter { $0 != "lock.mdb" } == [
        "adce.lock", "data.mdb",
      ])
    var book = try Notebook(fixture.directory)
    #expect(book.digest == digest)
    #expect(book.count == 200)
    try book.commit([("goes", "on")])
    #expect(try book.store.verify().isSound)
  }

  @Test func `what a compaction that was killed left behind is no obstacle`() throws {
    let fixture = StateFixture()
    let digest = try fill(fixture, 100)
    try FileTree.makeFolders(fixture.directory + "/compact.partial")
    try FileTree.write([1, 2, 3], to: fixture.directory + "/compact.partial/data.mdb")
    try FileTree.write([1, 2, 3], to: fixture.dataFile + ".old")
    #expect(try Store.compact(directory: fixture.directory).verification.digest == digest)
    #expect(
      try FileTree.names(in: fixture.directory).filter { $0 != "lock.mdb" } == [
        "adce.lock", "data.mdb",
      ])
  }

  @Test func `a damaged state is not compacted`() throws {
    let fixture = StateFixture()
    do {
      var book = try Notebook(fixture.directory)
      try book.commit([("key", "the only note")])
    }
    var bytes = try fixture.contents()
    let note = try #require(bytes.range(of: Data("the only note".utf8)))
    bytes[note.lowerBound + 4] ^= 1
    try fixture.overwrite(bytes)
    let damaged = try fixture.contents()
    #expect(Self.failure(ofCompacting: fixture.directory)?.exitCode == 65)
    #expect(try fixture.contents() == damaged)
    #expect(try !FileTree.exists(fixture.directory + "/compact.partial"))
  }
}
