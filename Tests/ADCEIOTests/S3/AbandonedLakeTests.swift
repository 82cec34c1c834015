import ADCEIO
import ADCEKernel
import Glibc
import Testing

/// A server that takes requests and never answers: whoever waits for it can be freed.
@Suite struct AbandonedLakeTests {
  private func lake(_ server: ScriptedServer) throws -> S3Lake {
    S3Lake(
      client: try S3Stage.client(server), location: S3Location(bucket: "bucket", prefix: []))
  }

  private static func exitCode(_ body: () throws(LakeError) -> Void) -> Int32? {
    do throws(LakeError) { try body() } catch { return error.exitCode }
    return nil
  }

  @Test func whoWaitsIsFreedAndNobodyBeginsToWaitAgain() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let lake = try lake(server)
    let lakes = LakesInUse()
    let codes = Locked<[Int32?]>([])
    let waiting = try DedicatedThread {
      let code = lakes.asking(lake) {
        Self.exitCode { () throws(LakeError) in
          _ = try lake.store([0x61], .bytes([1]), compressing: false)
        }
      }
      codes.withLock { $0.append(code) }
    }
    while server.requests.isEmpty { sched_yield() }
    lakes.abandonAll()
    waiting.join()
    #expect(codes.withLock { $0 } == [75])
    // One that was on its way, and a lake of a reload.
    let other = try self.lake(server)
    for lake in [lake, other] {
      let code = lakes.asking(lake) {
        Self.exitCode { () throws(LakeError) in _ = try lake.lookUp([0x61]) }
      }
      #expect(code == 75)
    }
    #expect(server.requests.count == 1)
  }

  @Test func afterwardsALakeThatIsOpenedAnewAnswers() throws {
    let server = try ScriptedServer { _, _ in
      S3Stage.head("200 OK", ["Content-Length: 3", "Last-Modified: Wed, 01 Jan 2025 00:00:00 GMT"])
    }
    let lakes = LakesInUse()
    lakes.abandonAll()
    lakes.reopen()
    let lake = try lake(server)
    let code = lakes.asking(lake) {
      Self.exitCode { () throws(LakeError) in #expect(try lake.lookUp([0x61])?.bytes == 3) }
    }
    #expect(code == nil)
  }
}
