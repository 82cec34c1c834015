import ADCEIO
import ADCEKernel
import Glibc
import Testing

/// How the client behaves towards servers that answer, refuse and fail.
@Suite struct S3ClientTests {
  private let key = Array("a b/+%é/../x".utf8)

  @Test func aGetGoesOutSignedWithItsKeyAsItIs() throws {
    let server = try ScriptedServer { _, _ in
      .response("200 OK", ["ETag: \"1\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"])
    }
    let client = try S3Stage.client(server)
    let found = try #require(try client.get("bucket", key, limit: 100))
    #expect(found.body == Array("body".utf8))
    #expect(found.object.bytes == 4)
    #expect(found.object.modified == Instant(seconds: 784_111_777))
    #expect(server.lines == ["GET /bucket/a%20b/%2B%25%C3%A9/../x"])
    #expect(
      server.field("Authorization", of: 0)?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKID/")
        == true)
    #expect(server.field("x-amz-security-token", of: 0) == "hush-token")
    #expect(
      server.field("x-amz-content-sha256", of: 0)
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func aRangeIsAskedForAndWhatLiesBehindTheEndIsEmpty() throws {
    let server = try ScriptedServer { _, number in
      switch number {
      case 0: .response("206 Partial Content", ["Content-Range: bytes 2-5/1000"])
      case 1: S3Stage.error("416 Range Not Satisfiable", "InvalidRange")
      default: S3Stage.head("200 OK", ["Content-Length: 1000"])
      }
    }
    let client = try S3Stage.client(server)
    let found = try #require(try client.get("bucket", key, range: 2..<6, limit: 100))
    #expect(found.object.bytes == 1000)
    #expect(server.field("Range", of: 0) == "bytes=2-5")
    let beyond = try #require(try client.get("bucket", key, range: 2000..<2010, limit: 100))
    #expect(beyond.body.isEmpty)
    #expect(beyond.object.bytes == 1000)
  }

  @Test func whatIsNotThereIsNil() throws {
    let server = try ScriptedServer { head, _ in
      head.hasPrefix("HEAD")
        ? S3Stage.head("404 Not Found") : S3Stage.error("404 Not Found", "NoSuchKey")
    }
    let client = try S3Stage.client(server)
    #expect(try client.head("bucket", key) == nil)
    #expect(try client.get("bucket", key, limit: 10)?.body == nil)
    #expect(server.requests.count == 2)
  }

  @Test func aBucketThatIsNotThereIsAFailure() throws {
    let server = try ScriptedServer { _, _ in S3Stage.error("404 Not Found", "NoSuchBucket") }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try client.get("bucket", key, limit: 10)
    }
    #expect(failure?.kind == .noSuchBucket)
    #expect(failure?.exitCode == 69)
  }

  @Test func overTheLimitIsTooLarge() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], [1, 2, 3, 4, 5]) }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try client.get("bucket", key, limit: 4)
    }
    #expect(failure?.kind == .tooLarge)
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    ("500 Internal Server Error", "InternalError", S3Failure.Kind.server),
    ("503 Service Unavailable", "SlowDown", .throttled),
    ("503 Service Unavailable", "ServiceUnavailable", .throttled),
    ("400 Bad Request", "RequestTimeout", .unreachable),
  ])
  func troubleIsWaitedOut(status: String, code: String, kind: S3Failure.Kind) throws {
    let server = try ScriptedServer { _, number in
      number < 3 ? S3Stage.error(status, code) : .response("200 OK")
    }
    let client = try S3Stage.client(server)
    #expect(try client.get("bucket", key, limit: 10)?.body == Array("body".utf8))
    #expect(server.requests.count == 4)
  }

  @Test(arguments: [
    ("500 Internal Server Error", "InternalError", S3Failure.Kind.server),
    ("503 Slow Down", "SlowDown", .throttled),
  ])
  func troubleThatLastsIsToldInTheEnd(
    status: String, code: String, kind: S3Failure.Kind
  ) throws {
    let server = try ScriptedServer { _, _ in S3Stage.error(status, code) }
    let client = try S3Stage.client(server)
    let failure = try #require(
      S3Stage.failure { () throws(S3Failure) in _ = try client.head("bucket", key) })
    #expect(server.requests.count == 4)
    #expect(failure.kind == kind)
    #expect(failure.isTransient)
    #expect(failure.exitCode == 69)
    #expect(failure.attempts == 4)
  }

  @Test func theServersWaitIsAFloorAndTheTotalABound() throws {
    let server = try ScriptedServer { _, _ in
      S3Stage.error("503 Slow Down", "SlowDown", "", ["Retry-After: 3600"])
    }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try client.get("bucket", key, limit: 10)
    }
    #expect(failure?.kind == .throttled)
    #expect(server.requests.count == 1)
  }

  @Test func nobodyThereIsOutOfReach() throws {
    let url = try ScriptedServer { _, _ in .silence }.url
    let client = try S3Stage.client(at: url)
    let failure = try #require(
      S3Stage.failure { () throws(S3Failure) in _ = try client.get("bucket", key, limit: 1) })
    #expect(failure.kind == .unreachable)
    #expect(failure.attempts == 4)
    #expect(failure.exitCode == 69)
    #expect(failure.description.contains(url))
  }

  @Test func aNameThatNoLongerResolvesIsOutOfReachAndSaysSo() throws {
    let label = String(repeating: "x", count: 64)
    let client = try S3Stage.client(at: "https://\(label).invalid")
    let failure = try #require(
      S3Stage.failure { () throws(S3Failure) in _ = try client.get("bucket", key, limit: 1) })
    #expect(failure.kind == .unreachable)
    #expect(failure.description.contains("DNS"))
    #expect(failure.isTransient)
  }

  @Test func aBrokenConnectionIsTriedAgain() throws {
    let server = try ScriptedServer { _, number in
      number < 2 ? .text("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbo") : .response("200 OK")
    }
    let client = try S3Stage.client(server)
    #expect(try client.get("bucket", key, limit: 10)?.body == Array("body".utf8))
    #expect(server.requests.count == 3)
  }

  @Test func shuttingDownEndsAWait() throws {
    let server = try ScriptedServer { _, _ in S3Stage.error("500 Internal", "InternalError") }
    let client = try S3Stage.client(server) {
      $0.retries.delayMilliseconds = 3_600_000_000
      $0.retries.delayMillisecondsMax = 3_600_000_000
      $0.retries.totalMilliseconds = .max / 2
    }
    let key = key
    let failure = Locked<S3Failure?>(nil)
    let thread = try DedicatedThread {
      let seen = S3Stage.failure { () throws(S3Failure) in
        _ = try client.get("bucket", key, limit: 1)
      }
      failure.withLock { $0 = seen }
    }
    while server.requests.isEmpty { sched_yield() }
    client.shutdown()
    thread.join()
    #expect(failure.withLock { $0?.kind } != nil)
    #expect(server.requests.count == 1)
    let later = S3Stage.failure { () throws(S3Failure) in
      _ = try client.get("bucket", key, limit: 1)
    }
    #expect(later?.kind == .cancelled)
  }
}
