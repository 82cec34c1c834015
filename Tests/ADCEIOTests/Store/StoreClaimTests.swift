import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreClaimTests {
  @Test func aSecondProcessIsToldWhoHoldsTheState() throws {
    let fixture = StateFixture()
    let writer = try StoreWriter("hold", fixture.directory)
    #expect(writer.firstLine() == "open\n")
    guard
      case .heldBy(fixture.directory, writer.pid, let since?) =
        failure(opening: fixture.directory)
    else {
      Issue.record(
        "not refused as held: \(String(describing: failure(opening: fixture.directory)))")
      return
    }
    #expect(Instant(iso: since.utf8) != nil)
    #expect(failure(opening: fixture.directory)?.exitCode == 75)
    #expect(try writer.finish() == ["0"])
    #expect(failure(opening: fixture.directory) == nil)
  }

  @Test func aProcessThatComesSecondEndsWithSeventyFive() throws {
    let fixture = StateFixture()
    let store = try Store.open(directory: fixture.directory, mode: .readWrite)
    let writer = try StoreWriter("write", fixture.directory)
    let lines = try writer.finish()
    #expect(lines.last?.contains("process \(getpid()) holds the state") == true)
    #expect(writer.process.terminationStatus == 75)
    store.close()
  }

  @Test func theLockOfAKilledProcessIsFree() throws {
    let fixture = StateFixture()
    let writer = try StoreWriter("hold", fixture.directory)
    #expect(writer.firstLine() == "open\n")
    writer.kill()
    _ = try writer.finish()
    #expect(failure(opening: fixture.directory) == nil)
  }

  @Test func aDirectoryIsOpenedOnceInAProcessByWhateverName() throws {
    let fixture = StateFixture()
    let link = fixture.root + "/link"
    let store = try Store.open(directory: fixture.directory, mode: .readWrite)
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: fixture.directory)
    #expect(failure(opening: link) == .openHere(directory: link))
    #expect(failure(opening: link, .readOnly) == .openHere(directory: link))
    store.close()
    #expect(failure(opening: link) == nil)
    #expect(failure(opening: link, .readOnly) == nil)
  }

  @Test func aRefusedOpeningLeavesTheFirstOneClaimed() throws {
    let fixture = StateFixture()
    let store = try Store.open(directory: fixture.directory, mode: .readWrite)
    #expect(failure(opening: fixture.directory)?.exitCode == 70)
    #expect(failure(opening: fixture.directory)?.exitCode == 70)
    let writer = try StoreWriter("write", fixture.directory)
    _ = try writer.finish()
    #expect(writer.process.terminationStatus == 75)
    store.close()
  }

  @Test func aChildThatOutlivesTheStoreDoesNotHoldIt() throws {
    let fixture = StateFixture()
    let child = Process()
    do {
      var book = try Notebook(fixture.directory)
      child.executableURL = URL(fileURLWithPath: "/bin/sleep")
      child.arguments = ["60"]
      try child.run()
      try book.commit([("a", "one")])
    }
    let opened = failure(opening: fixture.directory)
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    #expect(opened == nil)
  }

  @Test func aHoldersTextIsReadStrictly() {
    let ours = StateClaim.Holder.ours
    #expect(StateClaim.Holder(text: ours.text) == ours)
    #expect(ours.pid == getpid())
    #expect(StateClaim.Holder(text: "") == StateClaim.Holder(pid: nil, since: nil))
    #expect(StateClaim.Holder(text: "-4\nyesterday") == StateClaim.Holder(pid: nil, since: nil))
    #expect(StateClaim.Holder(text: "17\n").pid == 17)
  }

  @Test func aReaderSeesTheLastCommitWhileAWriterGoesOn() throws {
    let fixture = StateFixture()
    let writer = try StoreWriter("write", fixture.directory)
    #expect(!writer.firstLine().isEmpty)
    let store = try Store.open(directory: fixture.directory, mode: .readOnly)
    var last: UInt64 = 0
    for _ in 0..<50 {
      let found = try store.verify()
      #expect(found.isSound)
      #expect(found.meta.sequence >= last)
      last = found.meta.sequence
    }
    #expect(last >= 1)
    // Until the writer has moved on from what was last seen, so that it is seen to.
    var now = last
    for _ in 0..<2000 where now == last {
      usleep(5000)
      now = try store.read { snapshot throws(StoreFailure) in try snapshot.meta().sequence }
    }
    #expect(now > last)
    writer.kill()
    _ = try writer.finish()
  }

  @Test func aSnapshotStaysAsItWasWhileAWriterGoesOn() throws {
    let fixture = StateFixture()
    let writer = try StoreWriter("write", fixture.directory)
    #expect(!writer.firstLine().isEmpty)
    let store = try Store.open(directory: fixture.directory, mode: .readOnly)
    try store.read { snapshot throws(StoreFailure) in
      let first = try snapshot.verify()
      for _ in 0..<10 {
        usleep(5000)
        #expect(try snapshot.verify() == first)
      }
    }
    writer.kill()
    _ = try writer.finish()
  }

  @Test func readingWhereThereIsNoStateSaysSo() {
    let fixture = StateFixture()
    #expect(failure(opening: fixture.directory, .readOnly) == .absent(directory: fixture.directory))
    mkdir(fixture.directory, 0o700)
    #expect(failure(opening: fixture.directory, .readOnly) == .absent(directory: fixture.directory))
  }
}
