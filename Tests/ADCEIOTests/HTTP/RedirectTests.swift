import ADCEIO
import Testing

@Suite struct RedirectTests {
  let client: HTTPClient

  init() throws { client = try HTTPClient() }

  private func kind(_ request: HTTPRequest) async -> HTTPFailure.Kind? {
    do throws(HTTPFailure) {
      _ = try await client.send(request)
      return nil
    } catch {
      return error.kind
    }
  }

  private func withSecrets(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url: url)
    request.headers = [
      HTTPHeader("X-Api-Key", "k-12345", isSecret: true), HTTPHeader("Authorization", "Basic eDp5"),
      HTTPHeader("Cookie", "a=b"), HTTPHeader("X-Plain", "yes"),
    ]
    return request
  }

  @Test func noCredentialFollowsARedirectToAnotherOrigin() async throws {
    let target = try ScriptedServer { _, _ in .response("200 OK", [], Array("there".utf8)) }
    let port = target.port
    let source = try ScriptedServer { _, _ in
      .response("302 Found", ["Location: http://localhost:\(port)/there"])
    }
    let response = try await client.send(withSecrets(source.url + "/here"))
    #expect(response.body == Array("there".utf8))
    #expect(response.hops == 2)
    #expect(response.url == "http://localhost:\(port)/there")
    let first = source.requests[0].lowercased()
    let second = target.requests[0].lowercased()
    for name in ["x-api-key", "authorization", "cookie"] {
      #expect(first.contains("\(name): "))
      #expect(!second.contains("\(name): "))
    }
    #expect(second.contains("x-plain: yes"))
  }

  @Test func withinAnOriginTheyDo() async throws {
    let server = try ScriptedServer { _, number in
      number == 0
        ? .response("301 Moved", ["Location: /elsewhere"]) : .response("200 OK")
    }
    let response = try await client.send(withSecrets(server.url + "/here"))
    #expect(response.status == 200)
    #expect(server.requests[1].hasPrefix("GET /elsewhere "))
    #expect(server.requests[1].lowercased().contains("x-api-key: k-12345"))
  }

  @Test func aCircleOfRedirectsEnds() async throws {
    let server = try ScriptedServer { _, _ in .response("302 Found", ["Location: /again"]) }
    #expect(await kind(HTTPRequest(url: server.url)) == .redirect)
    #expect(server.requests.count == 6)
  }

  @Test func aRedirectToNowhereIsRefused() async throws {
    let server = try ScriptedServer { _, _ in .response("302 Found") }
    #expect(await kind(HTTPRequest(url: server.url)) == .redirect)
    let other = try ScriptedServer { _, _ in
      .response("302 Found", ["Location: file:///etc/passwd"])
    }
    #expect(await kind(HTTPRequest(url: other.url)) == .redirect)
  }

  @Test func aRequestForThisMachineStaysOnIt() async throws {
    let server = try ScriptedServer { _, _ in
      .response("302 Found", ["Location: http://example.com/"])
    }
    var request = HTTPRequest(url: server.url)
    request.redirects.loopbackOnly = true
    #expect(await kind(request) == .redirectRefused)
  }

  @Test func withALimitOfZeroTheRedirectIsTheAnswer() async throws {
    let server = try ScriptedServer { _, _ in .response("302 Found", ["Location: /x"]) }
    var request = HTTPRequest(url: server.url)
    request.redirects.limit = 0
    #expect(try await client.send(request).status == 302)
  }

  @Test(arguments: [
    ("http://127.0.0.1/", true), ("http://127.9.8.7:81/x", true), ("http://localhost:8080", true),
    ("http://[::1]:8080/", true), ("http://LOCALHOST/", true), ("http://2130706433/", true),
    ("http://127.0.0.1.example.com/", false), ("http://10.0.0.1/", false),
    ("http://example.com/127.0.0.1", false), ("http://127.0.0.1@example.com/", false),
    ("http://localhost.example.com/", false),
  ])
  func loopbackIsWhatCurlWouldConnectTo(url: String, isLoopback: Bool) {
    #expect(URLOrigin(url: url)?.isLoopback == isLoopback)
  }
}
