internal import ADCEKernel

/// Requests to the places that hand out credentials: small answers, short waits, no proxies for the
/// machine's own network.
final class MetadataHTTP: Sendable {
  private let options: HTTPClient.Options
  /// Made when it is first wanted: most machines have their keys at hand.
  private let client = Locked<HTTPClient?>(nil)
  /// Waits between attempts are multiples of this.
  private let pauseMilliseconds: Int64 = 200

  init(certificateAuthorities: String?) {
    var options = HTTPClient.Options()
    options.certificateAuthorities = certificateAuthorities
    options.noProxy += ",169.254.169.254,169.254.170.2,169.254.170.23"
    self.options = options
  }

  private func http() throws(HTTPFailure) -> HTTPClient {
    try client.withLock { client throws(HTTPFailure) in
      if let client { return client }
      let made = try HTTPClient(options: options)
      client = made
      return made
    }
  }

  /// Sends it up to `attempts` times, until an answer that is no 5xx or 429.
  func answer(
    to request: HTTPRequest, timeoutMilliseconds: Int64, attempts: Int
  ) throws(HTTPFailure) -> HTTPResponse {
    var request = request
    request.redirects.limit = 0
    request.decompresses = false
    request.limits.totalMilliseconds = timeoutMilliseconds
    request.limits.connectMilliseconds = min(timeoutMilliseconds, 3 * Span.second)
    request.limits.bodyBytesMax = 1 << 20
    request.limits.rawBytesMax = 1 << 20
    let http = try http()
    let pause = Monitor(())
    for attempt in 1... {
      do throws(HTTPFailure) {
        let response = try http.wait(for: request)
        if attempt >= attempts || (response.status < 500 && response.status != 429) {
          return response
        }
      } catch {
        guard attempt < attempts, error.failureClass == .transient else { throw error }
      }
      let _: Void? = pause.wait(milliseconds: pauseMilliseconds << Int64(attempt)) { _ in nil }
    }
    preconditionFailure("the last attempt returns or throws")
  }
}

extension S3Credentials {
  /// What container and instance metadata and `credential_process` answer, a JSON object; nil if a
  /// member is missing.
  init?(json: [UInt8], token: String, origin: String) {
    guard let document = JSONValue(parsing: json), let id = document["AccessKeyId"]?.text,
      let secret = document["SecretAccessKey"]?.text
    else { return nil }
    var expires: Instant?
    if let text = document["Expiration"]?.text {
      guard let moment = Instant(iso: text.utf8) else { return nil }
      expires = moment
    }
    self.init(
      accessKeyID: id, secretAccessKey: secret, sessionToken: document[token]?.text,
      expires: expires, origin: origin)
  }
}
