import ADCEIO
import ADCEKernel
import Testing

/// What a refusal teaches the client, and what it tells its user.
@Suite struct S3RefusalTests {
  private let key = Array("k".utf8)

  private func failure(_ client: S3Client) -> S3Failure? {
    S3Stage.failure { () throws(S3Failure) in _ = try client.get("bucket", key, limit: 100) }
  }

  @Test(arguments: [
    ("403 Forbidden", "AccessDenied", S3Failure.Kind.permission, 77, "must allow s3:GetObject"),
    ("403 Forbidden", "SignatureDoesNotMatch", .credentials, 77, "secret access key"),
    ("403 Forbidden", "InvalidAccessKeyId", .credentials, 77, "no such access key id"),
    ("400 Bad Request", "ExpiredToken", .credentials, 77, "session token has expired"),
    ("400 Bad Request", "InvalidToken", .credentials, 77, "session token does not belong"),
    ("404 Not Found", "NoSuchBucket", .noSuchBucket, 69, "check the bucket's name"),
    ("301 Moved Permanently", "PermanentRedirect", .wrongRegion, 78, "AWS_REGION"),
    ("403 Forbidden", "RequestTimeTooSkewed", .clock, 78, "clock"),
    ("400 Bad Request", "InvalidArgument", .refused, 65, "InvalidArgument"),
  ])
  func aRefusalIsNotRepeatedAndSaysWhatToDo(
    status: String, code: String, kind: S3Failure.Kind, exitCode: Int, advice: String
  ) throws {
    let server = try ScriptedServer { _, _ in S3Stage.error(status, code) }
    let failure = try #require(self.failure(try S3Stage.client(server)))
    #expect(failure.kind == kind)
    #expect(failure.exitCode == Int32(exitCode))
    #expect(!failure.isTransient)
    #expect(failure.code == code)
    #expect(failure.requestID == "REQ1")
    let text = failure.description
    #expect(text.hasPrefix("s3://bucket/k: Because of \(code) & nothing else ("))
    #expect(text.contains("request REQ1"))
    #expect(text.contains(advice))
    #expect(!text.contains("hush"))
    #expect(server.requests.count == 1)
  }

  @Test func aHeadThatIsRefusedIsExplainedByAGet() throws {
    let server = try ScriptedServer { head, _ in
      head.hasPrefix("HEAD")
        ? S3Stage.head("403 Forbidden") : S3Stage.error("403 Forbidden", "SignatureDoesNotMatch")
    }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in _ = try client.head("bucket", key) }
    #expect(failure?.code == "SignatureDoesNotMatch")
    #expect(server.lines == ["HEAD /bucket/k", "GET /bucket/k"])
    #expect(server.field("Range", of: 1) == "bytes=0-0")
  }

  private func region(_ server: ScriptedServer, _ number: Int) -> String? {
    server.field("Authorization", of: number)?.split(separator: "/").dropFirst(2).first.map(
      String.init)
  }

  @Test(arguments: [
    S3Stage.error(
      "400 Bad Request", "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
    S3Stage.error("301 Moved", "PermanentRedirect", "", ["x-amz-bucket-region: eu-west-1"]),
    S3Stage.error(
      "307 Temporary Redirect", "TemporaryRedirect",
      "<Endpoint>bucket.s3-eu-west-1.amazonaws.com</Endpoint>"),
    .response("307 Temporary Redirect", ["Location: https://b.s3.eu-west-1.amazonaws.com/k"], []),
  ])
  func theRightRegionIsLearnedAndKept(answer: ScriptedServer.Answer) throws {
    let server = try ScriptedServer { _, number in number == 0 ? answer : .response("200 OK") }
    let client = try S3Stage.client(server)
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(try client.get("other", key, limit: 10) != nil)
    #expect(
      (0..<4).map { region(server, $0) }
        == ["us-east-1", "eu-west-1", "eu-west-1", "us-east-1"])
  }

  @Test func aHeadLearnsTheRegionFromItsHeader() throws {
    let server = try ScriptedServer { _, number in
      number == 0
        ? S3Stage.head("400 Bad Request", ["x-amz-bucket-region: ap-south-1"])
        : S3Stage.head("200 OK", ["Content-Length: 7"])
    }
    let client = try S3Stage.client(server)
    #expect(try client.head("bucket", key)?.bytes == 7)
    #expect(server.lines == ["HEAD /bucket/k", "HEAD /bucket/k"])
    #expect(region(server, 1) == "ap-south-1")
  }

  @Test func regionsThatLeadInACircleEnd() throws {
    let server = try ScriptedServer { _, number in
      S3Stage.error(
        "301 Moved", "PermanentRedirect", "",
        ["x-amz-bucket-region: \(number % 2 == 0 ? "eu-west-1" : "us-east-1")"])
    }
    #expect(failure(try S3Stage.client(server))?.kind == .wrongRegion)
    #expect(server.requests.count == 4)
  }

  @Test func aClockThatIsOffIsCorrectedByTheServers() throws {
    let server = try ScriptedServer { head, _ in
      let isRight = head.contains("x-amz-date: 20300102T")
      return isRight
        ? .response("200 OK")
        : S3Stage.error(
          "403 Forbidden", "RequestTimeTooSkewed", "", ["Date: Wed, 02 Jan 2030 12:00:00 GMT"])
    }
    let client = try S3Stage.client(server)
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(server.requests.count == 3)
  }

  /// Gives a new key each time that one is refused.
  private struct Rotating: S3CredentialProvider {
    let number = Locked(0)

    func credentials() -> S3Credentials { made(number.withLock { $0 }) }

    func credentials(insteadOf refused: S3Credentials) -> S3Credentials {
      number.withLock { number in
        if made(number).isSameKey(as: refused) { number += 1 }
        return made(number)
      }
    }

    private func made(_ number: Int) -> S3Credentials {
      S3Credentials(accessKeyID: "KEY\(number)", secretAccessKey: "s", origin: "test")
    }
  }

  @Test func anExpiredTokenIsReplacedOnce() throws {
    let server = try ScriptedServer { head, _ in
      head.contains("Credential=KEY1/")
        ? .response("200 OK") : S3Stage.error("400 Bad Request", "ExpiredToken")
    }
    let client = try S3Stage.client(server, credentials: Rotating())
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(try client.get("bucket", key, limit: 10) != nil)
    #expect(server.requests.count == 3)
  }

  @Test func aTokenThatStaysExpiredIsReplacedNoMoreThanOnce() throws {
    let server = try ScriptedServer { _, _ in S3Stage.error("400 Bad Request", "ExpiredToken") }
    let failure = failure(try S3Stage.client(server, credentials: Rotating()))
    #expect(failure?.code == "ExpiredToken")
    #expect(server.requests.count == 2)
  }
}
