import ADCEIO
import ADCEKernel
import ADCEOrigin
import Testing

@Suite struct HTTPClientTests {
  let client: HTTPClient

  init() throws { client = try HTTPClient() }

  /// Sends, and expects no answer.
  private func failure(_ request: HTTPRequest) async -> HTTPFailure.Kind? {
    do throws(HTTPFailure) {
      let response = try await client.send(request)
      Issue.record("an answer: \(response.status)")
      return nil
    } catch {
      return error.kind
    }
  }

  private func failure(_ url: String) async -> HTTPFailure.Kind? {
    await failure(HTTPRequest(url: url))
  }

  @Test func theAnswerHasStatusHeadersAndBody() async throws {
    let server = try ScriptedServer { _, _ in
      .response("418 Teapot", ["X-Kind:  green \t", "X-Empty:", "x-kind: second"], [1, 0, 2])
    }
    let response = try await client.send(HTTPRequest(url: server.url + "/a?b=c"))
    #expect(response.status == 418)
    #expect(response.header("x-kind") == "green")
    #expect(response.header("x-empty") == "")
    #expect(response.headers.filter { $0.name == "x-kind" }.map(\.value) == ["green", "second"])
    #expect(response.body == [1, 0, 2])
    #expect(response.hops == 1)
    #expect(server.requests[0].hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
    #expect(!server.requests[0].lowercased().contains("expect:"))
  }

  @Test func aConnectionIsUsedAgain() async throws {
    let origin = try await LoopbackOrigin.start(OriginOptions())
    for number in 0..<50 {
      let response = try await client.send(HTTPRequest(url: origin.url + "/\(number)"))
      #expect(response.body == LoopbackOrigin.body(for: "/\(number)"))
    }
    await origin.stop()
  }

  @Test func manyRequestsAreInFlightAtATime() async throws {
    var options = OriginOptions()
    options.latencyMilliseconds = 100
    let origin = try await LoopbackOrigin.start(options)
    let client = client
    let url = origin.url
    let right = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<64 {
        group.addTask {
          let response = try? await client.send(HTTPRequest(url: url + "/x/\(number)"))
          return response?.body == LoopbackOrigin.body(for: "/x/\(number)")
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(right == 64)
    await origin.stop()
  }

  @Test func aBodyIsSentWhole() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    var request = HTTPRequest(url: server.url + "/put")
    request.method = .put
    request.body = Array("some bytes".utf8)
    request.headers = [HTTPHeader("X-Name", "value")]
    let response = try await client.send(request)
    #expect(response.status == 200)
    let head = server.requests[0].lowercased()
    #expect(head.hasPrefix("put /put "))
    #expect(head.contains("content-length: 10\r\n"))
    #expect(head.contains("x-name: value\r\n"))
  }

  @Test func aCompressedAnswerIsUnpacked() async throws {
    let text = Array(String(repeating: "abc", count: 10_000).utf8)
    let packed = Gzip.compress(text)
    let server = try ScriptedServer { _, _ in
      .response("200 OK", ["Content-Encoding: gzip"], packed)
    }
    let response = try await client.send(HTTPRequest(url: server.url))
    #expect(response.body == text)
    #expect(response.rawBytes == Int64(packed.count))
    #expect(server.requests[0].lowercased().contains("accept-encoding: "))
  }

  @Test func whatCannotBeUnpackedIsMalformed() async throws {
    let server = try ScriptedServer { _, _ in
      .response("200 OK", ["Content-Encoding: gzip"], Array("no gzip at all".utf8))
    }
    #expect(await failure(server.url) == .malformed)
  }

  @Test func aBombIsStoppedAtTheBoundOfTheBody() async throws {
    let packed = Gzip.compress([UInt8](repeating: 0, count: 8 << 20))
    let server = try ScriptedServer { _, _ in
      .response("200 OK", ["Content-Encoding: gzip"], packed)
    }
    var request = HTTPRequest(url: server.url)
    request.limits.bodyBytesMax = 1 << 20
    #expect(await failure(request) == .tooLarge)
  }

  @Test func aBodyOverTheRawBoundIsStopped() async throws {
    let server = try ScriptedServer { _, _ in
      .response("200 OK", [], [UInt8](repeating: 65, count: 1 << 20))
    }
    var request = HTTPRequest(url: server.url)
    request.limits.rawBytesMax = 100_000
    #expect(await failure(request) == .tooLarge)
  }

  @Test func aHostWithoutAnAddressIsAFailureOfTheName() async {
    let label = String(repeating: "x", count: 64)
    #expect(await failure("http://\(label).invalid/") == .name)
  }

  @Test func aPortThatNobodyListensOnIsAFailureToConnect() async throws {
    let url = try ScriptedServer { _, _ in .silence }.url
    #expect(await failure(url) == .connect)
  }

  @Test func silenceEndsAtTheTimeLimit() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    var request = HTTPRequest(url: server.url)
    request.limits.totalMilliseconds = 200
    #expect(await failure(request) == .timeout)
  }

  @Test(arguments: [OriginRule.Fault.reset, .truncated])
  func aBrokenConnectionIsAReset(fault: OriginRule.Fault) async throws {
    var options = OriginOptions()
    options.rules = [OriginRule(fault: fault)]
    let origin = try await LoopbackOrigin.start(options)
    #expect(await failure(origin.url + "/x") == .reset)
    await origin.stop()
  }

  /// What libcurl does by itself on a connection that it uses again.
  @Test func aRequestIsNotSentAgainWhenItsConnectionBreaks() async throws {
    let folder = TemporaryFolder()
    var options = OriginOptions()
    options.rules = [OriginRule(prefix: "/broken", fault: .reset)]
    options.logFile = folder.path + "/log"
    let origin = try await LoopbackOrigin.start(options)
    for _ in 0..<5 {
      #expect(try await client.send(HTTPRequest(url: origin.url + "/whole")).status == 200)
      #expect(await failure(origin.url + "/broken") == .reset)
    }
    let log = String(decoding: try FileTree.read(folder.path + "/log"), as: UTF8.self)
    #expect(log.split(separator: "\n").count { $0.contains("/broken") } == 5)
  }

  @Test(arguments: ["", "nonsense", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"])
  func onlyAbsoluteWebAddressesAreAsked(url: String) async {
    #expect(await failure(url) == .url)
  }

  @Test func somethingElseThanHTTPIsNoAnswer() async throws {
    let server = try ScriptedServer { _, _ in .text("220 smtp.example ready\r\n") }
    let kind = await failure(server.url)
    #expect(kind != nil)
  }

  @Test func cancellingTheTaskCancelsTheRequest() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    let client = client
    let url = server.url
    let task = Task { () -> HTTPFailure.Kind? in
      do throws(HTTPFailure) {
        _ = try await client.send(HTTPRequest(url: url))
        return nil
      } catch {
        return error.kind
      }
    }
    while server.requests.isEmpty { await Task.yield() }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test func shuttingDownEndsWhatIsInFlightAndRefusesWhatComesLater() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    let kinds = Locked<[HTTPFailure.Kind]>([])
    for _ in 0..<3 {
      client.send(HTTPRequest(url: server.url)) { result in
        if case .failure(let failure) = result { kinds.withLock { $0.append(failure.kind) } }
      }
    }
    client.shutdown()
    #expect(kinds.withLock { $0 } == [.cancelled, .cancelled, .cancelled])
    #expect(await failure(server.url) == .cancelled)
    client.shutdown()
  }

  @Test func theLastReferenceMayGoInACompletion() async throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let url = server.url
    let status = await withCheckedContinuation { continuation in
      do {
        let own = Locked<HTTPClient?>(try HTTPClient())
        let client = own.withLock { $0 }
        client?.send(HTTPRequest(url: url)) { result in
          own.withLock { $0 = nil }
          continuation.resume(returning: (try? result.get())?.status)
        }
      } catch {
        continuation.resume(returning: nil)
      }
    }
    #expect(status == 200)
  }

  @Test func everyKindOfFailureHasItsClass() {
    let classes = HTTPFailure.Kind.allCases.map { HTTPFailure($0, "").failureClass }
    #expect(
      classes == [
        .transient, .transient, .transient, .transient, .transient, .refused, .invalid, .invalid,
        .scraperFault, .invalid, .refused, .ownFault, .ownFault,
      ])
  }
}
