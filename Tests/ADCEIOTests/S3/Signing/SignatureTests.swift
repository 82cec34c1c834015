import ADCEIO
import ADCEKernel
import Glibc
import Testing

/// ADCE's signatures against botocore's, case by case: those that are checked in, and, where the
/// tests' Python environment can be had, others made anew.
@Suite struct SignatureTests {
  @Test func everyCheckedInCaseIsSignedAsBotocoreDoes() throws {
    let path = "\(TestEnvironment.folder(of: #filePath))/Vectors/botocore.jsonl"
    let cases = try SignatureCase.all(in: FileTree.read(path))
    #expect(cases.count >= 120)
    #expect(Set(cases.map(\.kind)) == ["signer", "client"])
    for one in cases { try one.check() }
  }

  @Test(.enabled(if: TestEnvironment.isThere, TestEnvironment.reason))
  func whatBotocoreSignsTodayIsSignedAlike() throws {
    let script = "\(TestEnvironment.folder(of: #filePath))/botocore_signatures.py"
    let seed = Int.random(in: 2...1_000_000)
    let lines = try TestEnvironment.output(of: "\(script) \(seed) 300")
    let cases = try SignatureCase.all(in: lines)
    #expect(cases.count == 300)
    for one in cases { try one.check() }
  }

  @Test(.enabled(if: TestEnvironment.isThere, TestEnvironment.reason))
  func whatIsCheckedInIsWhatBotocoreSays() throws {
    let folder = TestEnvironment.folder(of: #filePath)
    let today = try TestEnvironment.output(of: "\(folder)/botocore_signatures.py")
    #expect(today == (try FileTree.read("\(folder)/Vectors/botocore.jsonl")))
  }

  @Test func credentialsNeverShowTheirSecrets() {
    let keys = S3Credentials(
      accessKeyID: "AKID", secretAccessKey: "hush-hush", sessionToken: "hush-token",
      origin: "test")
    var dumped = ""
    dump(keys, to: &dumped)
    for text in ["\(keys)", String(reflecting: keys), dumped] {
      #expect(text.contains("AKID"))
      #expect(!text.contains("hush"))
    }
  }
}

/// A request that botocore has signed.
private struct SignatureCase {
  var kind: String
  private var document: JSONValue

  static func all(in lines: [UInt8]) throws -> [SignatureCase] {
    try lines.split(separator: UInt8(ascii: "\n")).map { line in
      let document = try #require(JSONValue(parsing: Array(line)))
      return SignatureCase(kind: try #require(document["kind"]?.text), document: document)
    }
  }

  func check() throws {
    let name = document["name"]?.text ?? ""
    let wanted = try #require(document["authorization"]?.text)
    let wantedURL = try #require(document["url"]?.text)
    let (headers, url) = kind == "client" ? try throughTheClient() : try throughTheSigner()
    let got = headers.first { $0.name == "Authorization" }?.value
    #expect(got == wanted, "\(name)")
    #expect(url == wantedURL, "\(name)")
    #expect(!headers.contains { $0.name == "Authorization" && !$0.isSecret }, "\(name)")
  }

  private var credentials: S3Credentials {
    S3Credentials(
      accessKeyID: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      sessionToken: document["token"]?.text, origin: "test")
  }

  private var region: String { document["region"]?.text ?? "" }
  private var now: Instant { Instant(seconds: Int64(document["time"]?.integer ?? 0)) }
  private var key: [UInt8] { SignatureCase.bytes(document["key"]?.text ?? "") }
  private var body: [UInt8] { SignatureCase.bytes(document["body"]?.text ?? "") }

  private var headers: [HTTPHeader] {
    (document["headers"]?.elements ?? []).map {
      HTTPHeader($0.elements[0].text ?? "", $0.elements[1].text ?? "")
    }
  }

  /// The address is botocore's; the signature is ours.
  private func throughTheSigner() throws -> ([HTTPHeader], String) {
    let url = try #require(document["url"]?.text)
    let parts = url.split(separator: "?", maxSplits: 1)
    let endpoint = try #require(document["endpoint"]?.text)
    let origin = try #require(URLOrigin(url: endpoint))
    let usual = origin.scheme == "https" ? 443 : 80
    let afterScheme = parts[0].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    let slash = afterScheme[2].firstIndex(of: "/") ?? afterScheme[2].endIndex
    let signed = SignatureV4(credentials, region: region).sign(
      SignatureV4.Request(
        method: try #require(document["method"]?.text),
        host: origin.host + (origin.port == usual ? "" : ":\(origin.port)"),
        path: String(afterScheme[2][slash...]), query: parts.count > 1 ? String(parts[1]) : "",
        headers: headers, payloadHash: SHA256Text(of: body).hexadecimal), at: now)
    return (signed, url)
  }

  /// All of it is ours: how key and query are encoded, where the bucket stands, the signature.
  private func throughTheClient() throws -> ([HTTPHeader], String) {
    let endpoint = try document["endpoint"]?.text.map { try S3Endpoint($0) } ?? .aws
    let client = try S3Client(
      S3Settings(endpoint: endpoint, region: region, credentials: FixedCredentials(credentials)))
    let word = try #require(document["method"]?.text)
    let method = try #require(S3Request.Method(rawValue: word))
    var request = S3Request(method, bucket: "bucket-name", key: key)
    request.headers = headers
    request.query = (document["query"]?.elements ?? []).map {
      S3Request.QueryItem($0.elements[0].text ?? "", $0.elements[1].text.map { Array($0.utf8) })
    }
    let sent = client.signed(
      request, hash: SHA256Text(of: body).hexadecimal, credentials: credentials, region: region,
      at: now)
    // The order of the query is of no meaning; botocore's is that of its own model.
    let theirs = try #require(document["url"]?.text).split(separator: "?")
    let ours = sent.url.split(separator: "?")
    let alike =
      theirs.first == ours.first
      && Set(theirs.dropFirst().joined().split(separator: "&"))
        == Set(ours.dropFirst().joined().split(separator: "&"))
    return (sent.headers, alike ? theirs.joined(separator: "?") : sent.url)
  }

  private static func bytes(_ digits: String) -> [UInt8] {
    stride(from: 0, to: digits.utf8.count, by: 2).compactMap { place in
      let pair = Array(digits.utf8)[place..<(place + 2)]
      return UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
    }
  }
}
