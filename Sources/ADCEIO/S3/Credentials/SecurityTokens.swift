internal import ADCEKernel

/// AWS's Security Token Service: keys for a role (STS API reference, version 2011-06-15).
struct SecurityTokens: Sendable {
  let environment: AWSEnvironment
  let http: MetadataHTTP
  /// Where it is asked, where no endpoint is named; nil = the global one.
  let region: String?

  /// With a token of an identity provider; needs no keys.
  func assume(
    role: String, session: String?, webIdentityToken token: String
  ) throws(S3Failure) -> S3Credentials {
    try ask(
      [
        ("Action", "AssumeRoleWithWebIdentity"), ("RoleArn", role),
        ("RoleSessionName", session ?? SecurityTokens.sessionName), ("WebIdentityToken", token),
      ], role: role, signedBy: nil)
  }

  /// With other keys, which sign the request.
  func assume(
    role: String, session: String?, externalID: String?, seconds: String?,
    with keys: S3Credentials
  ) throws(S3Failure) -> S3Credentials {
    var form = [
      ("Action", "AssumeRole"), ("RoleArn", role),
      ("RoleSessionName", session ?? SecurityTokens.sessionName),
    ]
    if let externalID { form.append(("ExternalId", externalID)) }
    if let seconds { form.append(("DurationSeconds", seconds)) }
    return try ask(form, role: role, signedBy: keys)
  }

  private static let sessionName = "adce"

  private func ask(
    _ form: [(String, String)], role: String, signedBy keys: S3Credentials?
  ) throws(S3Failure) -> S3Credentials {
    let named = environment["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
    let host = region.map { "sts.\($0).\(S3Endpoint.suffix(of: $0))" } ?? "sts.amazonaws.com"
    let endpoint = if let named { try S3Endpoint(named) } else { S3Endpoint.aws }
    let address = endpoint.root(aws: host)
    var request = HTTPRequest(url: address.url)
    request.method = .post
    request.body = Array(
      (form + [("Version", "2011-06-15")])
        .map { "\($0)=\(PercentEncoding.encode($1.utf8))" }.joined(separator: "&").utf8)
    request.headers = [
      HTTPHeader("Accept", "application/xml"),
      HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    func signed(at now: Instant) -> HTTPRequest {
      guard let keys else { return request }
      var request = request
      let signature = SignatureV4(
        keys, region: region ?? S3Settings.usualRegion, service: "sts")
      request.headers = signature.sign(
        SignatureV4.Request(
          method: "POST", host: address.host, path: address.path, query: "",
          headers: request.headers, payloadHash: SHA256Text(of: request.body).hexadecimal),
        at: now)
      return request
    }
    let ours = Instant(milliseconds: environment.wall())
    var response = try answer(to: signed(at: ours))
    // A signature is good for some minutes: where ours are others than the server's, by its clock.
    if keys != nil, response.status == 400 || response.status == 403,
      let theirs = response.header("date").flatMap({ HTTPDate.parse($0, now: ours) }),
      abs(theirs - ours) > SecurityTokens.skewMilliseconds
    {
      response = try answer(to: signed(at: theirs))
    }
    return try credentials(in: response, role: role)
  }

  /// Clocks that differ by less are not what a request is refused for.
  private static let skewMilliseconds = 2 * Span.minute

  private func answer(to request: HTTPRequest) throws(S3Failure) -> HTTPResponse {
    do throws(HTTPFailure) {
      return try http.answer(to: request, timeoutMilliseconds: 10_000, attempts: 4)
    } catch {
      throw S3Failure(
        .unreachable, "the Security Token Service: \(error.message)",
        advice: "check the region, and AWS_ENDPOINT_URL_STS if it is set")
    }
  }

  private func credentials(
    in response: HTTPResponse, role: String
  ) throws(S3Failure) -> S3Credentials {
    guard response.status == 200, let fields = FlatXML(response.body) else {
      throw refusal(response, role: role)
    }
    guard let id = fields["AccessKeyId"], let secret = fields["SecretAccessKey"],
      let token = fields["SessionToken"], let expires = fields["Expiration"],
      let moment = Instant(iso: expires.utf8)
    else {
      throw S3Failure(.malformed, "the Security Token Service answered without keys for \(role)")
    }
    return S3Credentials(
      accessKeyID: id, secretAccessKey: secret, sessionToken: token, expires: moment,
      origin: "role \(role)")
  }

  private func refusal(_ response: HTTPResponse, role: String) -> S3Failure {
    let document = S3ErrorDocument(response.body)
    var failure = S3Failure(
      response.status == 429 ? .throttled : response.status >= 500 ? .server : .credentials,
      "the role \(role) is not given to us: \(document?.message ?? "no reason said")")
    failure.status = response.status
    failure.code = document?.code
    failure.requestID = response.header("x-amzn-requestid") ?? document?.requestID
    switch document?.code {
    case "AccessDenied":
      failure.advice = "the role's trust policy must allow it to this identity"
    case "ExpiredTokenException":
      failure.advice = "the identity token has expired: whoever writes its file must write it anew"
    default: break
    }
    return failure
  }
}

/// A role for whom an identity provider vouches, as in EKS: `AWS_WEB_IDENTITY_TOKEN_FILE`.
struct WebIdentityCredentials: CredentialSource {
  let environment: AWSEnvironment
  let tokens: SecurityTokens

  func load() throws(S3Failure) -> S3Credentials? {
    guard let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] else { return nil }
    guard let role = environment["AWS_ROLE_ARN"] else {
      throw S3Failure(
        .configuration, "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not",
        advice: "set both, or neither")
    }
    return try tokens.assume(
      role: role, session: environment["AWS_ROLE_SESSION_NAME"],
      webIdentityToken: try TokenFile.read(file))
  }
}
