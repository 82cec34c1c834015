import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StorePermissionTests {
  @Test(arguments: ["", "/data.mdb", "/lock.mdb", "/adce.lock"])
  func aStateThatOthersCanWriteIsRefused(file: String) throws {
    let fixture = StateFixture()
    try Store.open(directory: fixture.directory, mode: .readWrite).close()
    chmod(fixture.directory + file, file.isEmpty ? 0o770 : 0o606)
    let found = failure(opening: fixture.directory)
    guard case .unsafe(let path, _) = found else {
      Issue.record("not refused as unsafe: \(String(describing: found))")
      return
    }
    #expect(path == fixture.directory + file)
    #expect(failure(opening: fixture.directory)?.exitCode == 77)
    // A reader may look at it: that is how one finds out what was done to it.
    #expect(failure(opening: fixture.directory, .readOnly) == nil)
    chmod(fixture.directory + file, file.isEmpty ? 0o755 : 0o644)
    #expect(failure(opening: fixture.directory) == nil)
  }

  @Test func aDirectoryThatCannotBeWrittenIsRefusedWithSeventySeven() throws {
    let fixture = StateFixture()
    // Root is not bound by modes: then a child that has become nobody tries.
    if geteuid() == 0 {
      mkdir(fixture.directory, 0o755)
      let writer = try StoreWriter("open", fixture.directory, "65534")
      let lines = try writer.finish()
      #expect(writer.process.terminationStatus == 77, "\(lines)")
      #expect(lines.last?.contains(fixture.directory) == true)
    } else {
      mkdir(fixture.directory, 0o500)
      #expect(failure(opening: fixture.directory)?.exitCode == 77)
      chmod(fixture.directory, 0o700)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files to another user"))
  func aStateOfAnotherUserIsRefusedWithSeventySeven() throws {
    let fixture = StateFixture()
    try Store.open(directory: fixture.directory, mode: .readWrite).close()
    let writer = try StoreWriter("open", fixture.directory, "65534")
    let lines = try writer.finish()
    #expect(writer.process.terminationStatus == 77, "\(lines)")
    chown(fixture.directory, 65534, 65534)
    #expect(failure(opening: fixture.directory)?.exitCode == 77)
  }

  @Test func nothingIsLeftInADirectoryThatIsRefused() throws {
    let fixture = StateFixture()
    mkdir(fixture.directory, 0o700)
    chmod(fixture.directory, 0o777)
    #expect(failure(opening: fixture.directory)?.exitCode == 77)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.directory).isEmpty)
  }

  @Test func aDirectoryBelowAFileCannotBeMade() throws {
    let fixture = StateFixture()
    try Data().write(to: URL(fileURLWithPath: fixture.root + "/file"))
    #expect(failure(opening: fixture.root + "/file/state")?.exitCode == 73)
    #expect(failure(opening: fixture.root + "/file")?.exitCode == 73)
  }

  @Test func errorsOfTheSystemHaveTheirCodes() {
    #expect(StoreFailure.file("p", "open it", EACCES).exitCode == 77)
    #expect(StoreFailure.file("p", "open it", EROFS).exitCode == 77)
    #expect(StoreFailure.file("p", "open it", EIO).exitCode == 74)
    #expect(StoreFailure.file("p", "open it", ENOSPC).isCleanRefusal)
    #expect(StoreFailure.creating("p", EROFS).exitCode == 77)
    #expect(StoreFailure.creating("p", ENAMETOOLONG).exitCode == 73)
    #expect(StoreFailure.lmdb(EIO, "p", "read").exitCode == 74)
    #expect(StoreFailure.lmdb(-30796, "p", "read").exitCode == 65)
    #expect(StoreFailure.lmdb(-30793, "p", "read").exitCode == 65)
  }

  @Test func everyFailureSaysWhereAndIsOneLine() {
    let failures: [StoreFailure] = [
      .heldBy(directory: "/s", pid: 4, since: "2026-01-02T03:04:05Z"),
      .heldBy(directory: "/s", pid: nil, since: nil),
      .openHere(directory: "/s"), .forked(directory: "/s"), .absent(directory: "/s"),
      .permission(path: "/s", doing: "d", reason: "r"), .unsafe(path: "/s", mode: 0o40777),
      .cannotCreate(path: "/s", reason: "r"), .notAStore(path: "/s", reason: "r"),
      .truncated(path: "/s", bytes: 1, needed: 2), .damaged(path: "/s", doing: "d", reason: "r"),
      .corruptMeta(path: "/s", reason: .newerVersion(2)),
      .digestMismatch(path: "/s", stored: .zero, found: .zero),
      .newerSchema(path: "/s", unknown: "n"), .olderSchema(path: "/s", missing: "n"),
      .mapFull(path: "/s", bytes: 1), .diskFull(path: "/s", reason: "r"),
      .outcomeUnknown(path: "/s", sequence: 3, reason: "r"),
      .inputOutput(path: "/s", doing: "d", reason: "r"),
    ]
    for failure in failures {
      #expect(failure.message.hasPrefix("/s: "))
      #expect(!failure.message.contains("\n"))
      #expect([65, 70, 73, 74, 75, 77].contains(failure.exitCode))
    }
    #expect(Set(failures.map(\.message)).count == failures.count)
    #expect(failures[0].message.contains("process 4 holds the state since 2026-01-02T03:04:05Z"))
    #expect(failures[6].message.contains("mode 0777"))
  }
}
