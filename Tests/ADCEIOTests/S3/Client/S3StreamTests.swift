import ADCEIO
import ADCEKernel
import Testing

/// Objects that are read in pieces.
@Suite struct S3StreamTests {
  private let key = Array("part.csv.gz".utf8)
  private static let contents = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) }

  /// An answer that promises all of `bytes` and breaks off after `count` of them.
  private static func broken(
    _ status: String, _ headers: [String], _ bytes: ArraySlice<UInt8>, after count: Int
  ) -> ScriptedServer.Answer {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(bytes.count)"] + headers
    return .bytes(
      Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + bytes.prefix(count))
  }

  private func read(
    _ client: S3Client, limit: Int64 = .max
  ) -> (bytes: [UInt8], failure: S3Failure?) {
    var bytes: [UInt8] = []
    let failure = S3Stage.failure { () throws(S3Failure) in
      let object = try client.read("bucket", key, limit: limit) { bytes += $0 }
      #expect(object.bytes == Int64(bytes.count))
    }
    return (bytes, failure)
  }

  @Test func aBodyComesInPiecesAndInOrder() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], S3StreamTests.contents) }
    let (bytes, failure) = read(try S3Stage.client(server))
    #expect(failure == nil)
    #expect(bytes == S3StreamTests.contents)
  }

  @Test func aTransferThatBreaksIsTakenUpWhereItBroke() throws {
    let server = try ScriptedServer { head, number in
      let contents = S3StreamTests.contents
      guard let range = head.split(separator: "bytes=").dropFirst().first else {
        return S3StreamTests.broken("200 OK", ["ETag: \"v1\""], contents[...], after: 1_000_000)
      }
      let offset = Int(range.prefix { $0.isNumber }) ?? 0
      let rest = contents[offset...]
      return S3StreamTests.broken(
        "206 Partial Content",
        ["ETag: \"v1\"", "Content-Range: bytes \(offset)-\(contents.count - 1)/\(contents.count)"],
        rest, after: number == 3 ? rest.count : min(600_000, rest.count))
    }
    let (bytes, failure) = read(try S3Stage.client(server))
    #expect(failure == nil)
    #expect(bytes == S3StreamTests.contents)
    #expect(server.requests.count == 4)
    #expect(server.field("If-Match", of: 1) == "\"v1\"")
    #expect(server.field("Range", of: 0) == nil)
  }

  @Test func anObjectThatChangedMeanwhileIsNotPatchedTogether() throws {
    let server = try ScriptedServer { _, number in
      number == 0
        ? S3StreamTests.broken("200 OK", ["ETag: \"v1\""], S3StreamTests.contents[...], after: 1000)
        : S3Stage.error("412 Precondition Failed", "PreconditionFailed")
    }
    let (bytes, failure) = read(try S3Stage.client(server))
    #expect(bytes == Array(S3StreamTests.contents[..<1000]))
    #expect(failure?.kind == .preconditionFailed)
  }

  @Test func aServerThatIgnoresTheRangeIsNotBelieved() throws {
    let server = try ScriptedServer { _, number in
      number == 0
        ? S3StreamTests.broken("200 OK", ["ETag: \"v1\""], S3StreamTests.contents[...], after: 1000)
        : .response("200 OK", ["ETag: \"v1\""], S3StreamTests.contents)
    }
    let (bytes, failure) = read(try S3Stage.client(server))
    #expect(bytes.count == 1000)
    #expect(failure?.kind == .malformed)
  }

  @Test func aReaderThatHasEnoughEndsTheTransfer() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], S3StreamTests.contents) }
    let client = try S3Stage.client(server)
    var pieces = 0
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.read("bucket", key) { _ throws(S3Failure) in
        pieces += 1
        throw S3Failure(.cancelled, "enough")
      }
    }
    #expect(failure?.message == "enough")
    #expect(pieces == 1)
    #expect(server.requests.count == 1)
  }

  @Test func theLimitHoldsForAStream() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], S3StreamTests.contents) }
    let (bytes, failure) = read(try S3Stage.client(server), limit: 2_000_000)
    #expect(failure?.kind == .tooLarge)
    #expect(bytes.count <= 2_000_000)
  }

  @Test func whatIsNotThereIsToldBeforeAnyPiece() throws {
    let server = try ScriptedServer { _, _ in S3Stage.error("404 Not Found", "NoSuchKey") }
    let (bytes, failure) = read(try S3Stage.client(server))
    #expect(failure?.kind == .notFound)
    #expect(bytes.isEmpty)
  }

  @Test func aSlowReaderHoldsTheTransferBack() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK", [], S3StreamTests.contents) }
    let http = try HTTPClient()
    let stream = HTTPBodyStream(bytesMax: 100_000)
    var request = HTTPRequest(url: server.url)
    request.stream = stream
    http.send(request) { stream.finish($0) }
    var bytes: [UInt8] = []
    var mostAtATime = 0
    reading: while true {
      switch stream.next() {
      case .bytes(let pieces, let head):
        #expect(head.status == 200)
        mostAtATime = max(mostAtATime, pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { bytes += piece }
      case .end(let result):
        #expect(try result.get().body.isEmpty)
        break reading
      }
    }
    #expect(bytes == S3StreamTests.contents)
    #expect(mostAtATime <= 100_000 + 256 << 10)
  }
}
