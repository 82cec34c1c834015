import ADCEIO
import ADCEKernel

/// A client whose server is a script, and whose patience is short.
enum S3Stage {
  static let keys = S3Credentials(
    accessKeyID: "AKID", secretAccessKey: "hush-hush", sessionToken: "hush-token",
    origin: "test")

  static func client(
    _ server: ScriptedServer, credentials: any S3CredentialProvider = FixedCredentials(keys),
    _ change: (inout S3Settings) -> Void = { _ in }
  ) throws -> S3Client {
    try client(at: server.url, credentials: credentials, change)
  }

  static func client(
    at url: String, credentials: any S3CredentialProvider = FixedCredentials(keys),
    _ change: (inout S3Settings) -> Void = { _ in }
  ) throws -> S3Client {
    var settings = S3Settings(endpoint: try S3Endpoint(url), credentials: credentials)
    settings.retries.delayMilliseconds = 1
    settings.retries.delayMillisecondsMax = 5
    settings.retries.attemptsMax = 4
    settings.timeouts.connectMilliseconds = 2_000
    change(&settings)
    return try S3Client(settings)
  }

  /// An error as S3 writes it.
  static func error(
    _ status: String, _ code: String, _ more: String = "", _ headers: [String] = []
  ) -> ScriptedServer.Answer {
    let body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(code)</Code>"
      + "<Message>Because of \(code) &amp; nothing else</Message>\(more)"
      + "<RequestId>REQ1</RequestId></Error>"
    return .response(
      status, ["x-amz-request-id: REQ1", "Content-Type: application/xml"] + headers,
      Array(body.utf8))
  }

  /// An answer to HEAD: a length, and no body.
  static func head(_ status: String, _ headers: [String] = []) -> ScriptedServer.Answer {
    .text(
      (["HTTP/1.1 \(status)", "Connection: close"] + headers).joined(separator: "\r\n")
        + "\r\n\r\n")
  }

  /// What a call throws; nil if it does not.
  static func failure(_ body: () throws(S3Failure) -> Void) -> S3Failure? {
    do throws(S3Failure) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}

extension ScriptedServer {
  /// The first line of each request, without its version.
  var lines: [String] {
    requests.map { request in
      request.split(separator: "\r\n")[0].split(separator: " ").dropLast().joined(separator: " ")
    }
  }

  /// A field of a request; nil if it has none.
  func field(_ name: String, of number: Int) -> String? {
    for line in requests[number].split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts[0].lowercased() == name.lowercased() {
        return parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
      }
    }
    return nil
  }
}
