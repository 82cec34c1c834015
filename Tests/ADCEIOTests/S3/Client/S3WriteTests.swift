import ADCEKernel
import Testing

@testable import ADCEIO

/// Objects on their way in: whole, in parts, under a condition.
@Suite struct S3WriteTests {
  private let key = Array("folder/key".utf8)

  @Test func aPutSaysWhatItIsAndArrivesWhole() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", ["ETag: \"tag\""], []) }
    let client = try S3Stage.client(server)
    var options = S3PutOptions()
    options.contentEncoding = "gzip"
    options.contentType = "application/json"
    let stored = try client.put("bucket", key, .bytes(Array("hello".utf8)), options)
    #expect(stored.etag == "\"tag\"")
    #expect(server.lines == ["PUT /bucket/folder/key"])
    #expect(server.bodies == [Array("hello".utf8)])
    #expect(server.field("x-amz-server-side-encryption", of: 0) == "AES256")
    #expect(server.field("Content-Encoding", of: 0) == "gzip")
    #expect(server.field("Content-Type", of: 0) == "application/json")
    #expect(server.field("If-None-Match", of: 0) == nil)
    #expect(
      server.field("x-amz-checksum-sha256", of: 0)
        == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")
    #expect(
      server.field("x-amz-content-sha256", of: 0)
        == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    let signed = server.field("Authorization", of: 0) ?? ""
    #expect(signed.contains("x-amz-server-side-encryption"))
    #expect(signed.contains("x-amz-checksum-sha256"))
  }

  @Test func aPutMayCarryAnMD5InsteadOfAChecksum() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], []) }
    var options = S3PutOptions()
    options.checksum = .contentMD5
    options.encrypts = false
    try S3Stage.client(server).put("bucket", key, .bytes(Array("hello".utf8)), options)
    #expect(server.field("Content-MD5", of: 0) == "XUFAKrxLKna5cZ2REBfFkg==")
    #expect(server.field("x-amz-checksum-sha256", of: 0) == nil)
    #expect(server.field("x-amz-server-side-encryption", of: 0) == nil)
  }

  @Test func partOfAFileIsSentAndSentAgain() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/body"
    let contents = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try FileTree.write(contents, to: path)
    let server = try ScriptedServer { _, number in
      number == 0
        ? S3Stage.error("500 Internal", "InternalError") : .response("200 OK", [], [])
    }
    let client = try S3Stage.client(server)
    try client.put("bucket", key, .file(path: path, offset: 1000, count: 290_000))
    #expect(server.bodies == [Array(contents[1000..<291_000]), Array(contents[1000..<291_000])])
  }

  @Test func aFileThatCannotBeReadIsOurOwnFault() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], []) }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.put("bucket", key, .file(path: "/nonexistent/file", offset: 0, count: 3))
    }
    #expect(failure?.kind == .local)
    #expect(failure?.exitCode == 74)
    #expect(server.requests.isEmpty)
  }

  @Test func aServerThatCannotEncryptIsGivenItPlainAndThatIsKept() throws {
    let server = try ScriptedServer { head, _ in
      head.contains("x-amz-server-side-encryption")
        ? S3Stage.error("501 Not Implemented", "NotImplemented") : .response("200 OK", [], [])
    }
    let client = try S3Stage.client(server)
    #expect(!client.lacksEncryption)
    try client.put("bucket", key, .bytes([1]))
    try client.put("bucket", key, .bytes([2]))
    #expect(client.lacksEncryption)
    #expect(server.bodies == [[1], [1], [2]])
    #expect(client.takeNotes().count == 1)
    #expect(client.takeNotes() == [])
  }

  @Test func aServerThatRefusesItPlainTooIsNotTakenForOneThatCannotEncrypt() throws {
    let server = try ScriptedServer { _, number in
      number < 2
        ? S3Stage.error("501 Not Implemented", "NotImplemented") : .response("200 OK", [], [])
    }
    let client = try S3Stage.client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.put("bucket", key, .bytes([1]))
    }
    #expect(failure?.code == "NotImplemented")
    #expect(!client.lacksEncryption)
    #expect(client.takeNotes() == [])
    try client.put("bucket", key, .bytes([2]))
    #expect(server.field("x-amz-server-side-encryption", of: 0) == "AES256")
    #expect(server.field("x-amz-server-side-encryption", of: 1) == nil)
    #expect(server.field("x-amz-server-side-encryption", of: 2) == "AES256")
  }

  @Test func aNamedHostOfAWSIsAlwaysAskedToEncrypt() throws {
    let settings = S3Settings(
      endpoint: try S3Endpoint("https://s3.eu-west-1.amazonaws.com"),
      credentials: FixedCredentials(S3Stage.keys))
    let client = try S3Client(settings)
    var refusal = S3Failure(.refused, "no")
    refusal.code = "NotImplemented"
    #expect(!client.mayLackEncryption(refusal, S3PutOptions()))
  }

  @Test func aConditionIsToldAndItsFailureToo() throws {
    let server = try ScriptedServer { _, _ in
      S3Stage.error("412 Precondition Failed", "PreconditionFailed")
    }
    let client = try S3Stage.client(server)
    var options = S3PutOptions()
    options.condition = .absent
    let absent = S3Stage.failure { () throws(S3Failure) in
      try client.put("bucket", key, .none, options)
    }
    options.condition = .matches(etag: "\"old\"")
    let matches = S3Stage.failure { () throws(S3Failure) in
      try client.put("bucket", key, .none, options)
    }
    #expect(absent?.kind == .preconditionFailed)
    #expect(matches?.kind == .preconditionFailed)
    #expect(server.field("If-None-Match", of: 0) == "*")
    #expect(server.field("If-Match", of: 1) == "\"old\"")
    #expect(server.requests.count == 2)
  }

  /// The first attempt's answer is lost; the second meets an object.
  @Test(arguments: [
    ("\"5d41402abc4b2a76b9719d911017c592\"", true),
    ("\"00000000000000000000000000000000\"", false),
  ])
  func aConditionThatWeOurselvesMadeFalseIsNoFailure(etag: String, isOurs: Bool) throws {
    let server = try ScriptedServer { head, number in
      switch number {
      case 0: .bytes([])
      case 1: S3Stage.error("412 Precondition Failed", "PreconditionFailed")
      default: S3Stage.head("200 OK", ["Content-Length: 5", "ETag: \(etag)"])
      }
    }
    let client = try S3Stage.client(server)
    var options = S3PutOptions()
    options.condition = .absent
    let failure = S3Stage.failure { () throws(S3Failure) in
      let stored = try client.put("bucket", key, .bytes(Array("hello".utf8)), options)
      #expect(stored.etag == etag)
    }
    #expect((failure == nil) == isOurs)
    #expect(failure?.kind == (isOurs ? nil : .preconditionFailed))
  }
}

/// Objects that are sent in parts.
@Suite struct S3MultipartTests {
  private let key = Array("large".utf8)
  private let contents = (0..<2_500).map { UInt8(truncatingIfNeeded: $0 / 3) }

  private func client(_ server: ScriptedServer, workers: Int = 1) throws -> S3Client {
    try S3Stage.client(server) { settings in
      settings.multipart.above = 1_000
      settings.multipart.partBytes = 1_000
      settings.multipart.workers = workers
    }
  }

  private static let begun = ScriptedServer.Answer.response(
    "200 OK", [],
    Array(
      "<InitiateMultipartUploadResult><UploadId>up/1+</UploadId></InitiateMultipartUploadResult>"
        .utf8))
  private static let done = ScriptedServer.Answer.response(
    "200 OK", [],
    Array(
      "<CompleteMultipartUploadResult><ETag>&quot;whole-3&quot;</ETag></CompleteMultipartUploadResult>"
        .utf8))

  private static func part(_ head: String) -> ScriptedServer.Answer {
    let number = head.split(separator: "partNumber=")[1].prefix(1)
    return .response("200 OK", ["ETag: \"part\(number)\""], [])
  }

  private static func answer(_ head: String) -> ScriptedServer.Answer {
    if head.hasPrefix("POST /bucket/large?uploads=") { return begun }
    if head.hasPrefix("PUT") { return part(head) }
    if head.hasPrefix("DELETE") { return .text("HTTP/1.1 204 No Content\r\n\r\n") }
    return done
  }

  @Test(arguments: [1, 3])
  func partsAreSentAndPutTogether(workers: Int) throws {
    let server = try ScriptedServer { head, _ in S3MultipartTests.answer(head) }
    var options = S3PutOptions()
    options.contentEncoding = "gzip"
    options.condition = .absent
    let stored = try client(server, workers: workers).put(
      "bucket", key, .bytes(contents), options)
    #expect(stored.etag == "\"whole-3\"")
    #expect(server.lines.count == 5)
    #expect(server.lines[0] == "POST /bucket/large?uploads=")
    #expect(server.field("x-amz-server-side-encryption", of: 0) == "AES256")
    #expect(server.field("x-amz-checksum-algorithm", of: 0) == "SHA256")
    #expect(server.field("Content-Encoding", of: 0) == "gzip")
    #expect(
      Set(server.lines[1...3])
        == Set((1...3).map { "PUT /bucket/large?partNumber=\($0)&uploadId=up%2F1%2B" }))
    let sent = zip(server.lines[1...3], server.bodies[1...3]).sorted { $0.0 < $1.0 }
    #expect(sent.flatMap(\.1) == contents)
    #expect(server.lines[4] == "POST /bucket/large?uploadId=up%2F1%2B")
    #expect(server.field("If-None-Match", of: 4) == "*")
    let list = String(decoding: server.bodies[4], as: UTF8.self)
    for number in 1...3 {
      #expect(
        list.contains(
          "<Part><PartNumber>\(number)</PartNumber><ETag>\"part\(number)\"</ETag><ChecksumSHA256>"))
    }
  }

  @Test func aPartThatFailsIsSentAgainAlone() throws {
    let failed = Locked(0)
    let server = try ScriptedServer { head, _ in
      if head.contains("partNumber=2"),
        failed.withLock({
          $0 += 1
          return $0 <= 2
        })
      {
        return S3Stage.error("500 Internal", "InternalError")
      }
      return S3MultipartTests.answer(head)
    }
    try client(server).put("bucket", key, .bytes(contents))
    #expect(server.lines.filter { $0.contains("partNumber=2") }.count == 3)
    #expect(server.lines.count == 7)
  }

  @Test func anUploadThatFailsIsAborted() throws {
    let server = try ScriptedServer { head, _ in
      head.contains("partNumber=2")
        ? S3Stage.error("403 Forbidden", "AccessDenied") : S3MultipartTests.answer(head)
    }
    let client = try client(server)
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.put("bucket", key, .bytes(contents))
    }
    #expect(failure?.kind == .permission)
    #expect(server.lines.last == "DELETE /bucket/large?uploadId=up%2F1%2B")
    #expect(server.lines.count == 4)
  }

  @Test func anErrorBehindA200IsAnError() throws {
    let server = try ScriptedServer { head, number in
      number == 4 ? S3Stage.error("200 OK", "InternalError") : S3MultipartTests.answer(head)
    }
    let stored = try client(server).put("bucket", key, .bytes(contents))
    #expect(stored.etag == "\"whole-3\"")
    #expect(server.lines.count == 6)
    #expect(server.lines[4] == server.lines[5])
  }

  @Test func thereAreNeverMoreThanTenThousandParts() {
    let rules = S3Multipart()
    #expect(rules.parts(of: 100 << 20).count == 7)
    let many = rules.parts(of: 5 << 40)
    #expect(many.count == 10_000)
    #expect(many.first == 0..<549_755_814)
    #expect(many.last?.upperBound == 5 << 40)
  }
}
