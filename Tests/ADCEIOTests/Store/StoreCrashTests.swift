import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

@Suite struct StoreCrashTests {
  /// The moments are left to chance: a kill at any of them must be survived.
  @Test func aWriterKilledAtTenRandomMomentsLosesNothingAcknowledged() throws {
    let fixture = StateFixture()
    var acknowledged: UInt64 = 0
    for round in 1...10 {
      let writer = try StoreWriter("write", fixture.directory)
      var text = writer.firstLine()
      usleep(UInt32.random(in: 0...80_000))
      writer.kill()
      text += try writer.finish().map { $0 + "\n" }.joined()
      let last = try #require(text.split(separator: "\n").last.flatMap { UInt64($0) })
      #expect(last > acknowledged, "round \(round)")
      acknowledged = last

      let store = try Store.open(directory: fixture.directory, mode: .readWrite)
      let found = try store.verify()
      #expect(found.isSound, "round \(round): \(found)")
      // The commit whose line the kill cut off may be there too, and no further one.
      #expect((acknowledged...acknowledged + 1).contains(found.meta.sequence), "round \(round)")
      acknowledged = found.meta.sequence
      store.close()
    }
  }

  @Test func aDraftLeftByACrashWhileMakingTheStoreIsMadeAgain() throws {
    let fixture = StateFixture()
    mkdir(fixture.directory, 0o700)
    for name in ["/data.mdb.new", "/data.mdb.new-lock"] {
      try Data("half".utf8).write(to: URL(fileURLWithPath: fixture.directory + name))
    }
    #expect(failure(opening: fixture.directory) == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
    #expect(Set(names) == ["data.mdb", "lock.mdb", "adce.lock"])
  }
}
