internal import ADCEIO
internal import ADCEKernel

/// Checks that a request was signed by who has the secret ("Authenticating Requests: Using the
/// Authorization Header (AWS Signature Version 4)" in the S3 API reference): with the signer of the
/// client, over what has arrived.
struct WireSignature: Sendable {
  let credentials: S3Credentials
  let region: String
  /// A request's time may be off by so much.
  static let skewMax = 15 * Span.minute

  /// What the signatures of a body's chunks go on from.
  struct Seed: Sendable {
    var signer: SignatureV4
    /// `YYYYMMDDTHHMMSSZ`.
    var time: String
    var scope: String
    var signature: String

    var day: String { String(time.prefix(8)) }
  }

  private struct Authorization {
    var accessKey: String
    /// `day/region/service/aws4_request`
    var scope: [Substring]
    var signedNames: [String]
    var signature: String

    init?(_ text: String) {
      let scheme = "AWS4-HMAC-SHA256"
      guard text.hasPrefix(scheme) else { return nil }
      var members: [String: String] = [:]
      for part in text.dropFirst(scheme.count).split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1)
        guard sides.count == 2 else { return nil }
        members[sides[0].filter { $0 != " " }] = String(sides[1])
      }
      guard let credential = members["Credential"], let names = members["SignedHeaders"],
        let signature = members["Signature"]
      else { return nil }
      let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count >= 5 else { return nil }
      // An access key may hold slashes, the scope does not.
      accessKey = parts.dropLast(4).joined(separator: "/")
      scope = parts.suffix(4)
      signedNames = names.split(separator: ";").map(String.init)
      self.signature = signature
    }
  }

  /// - Returns: what the body's chunks are checked by.
  func check(_ request: WireRequest, now: Instant) throws(S3Fault) -> Seed {
    guard let text = request.field("authorization") else { throw .accessDenied }
    guard let given = Authorization(text) else {
      throw S3Fault(
        400, "AuthorizationHeaderMalformed",
        "The authorization header that you provided is not "
          + "valid.")
    }
    guard let time = request.field("x-amz-date"), let moment = WireSignature.instant(time) else {
      throw S3Fault(
        403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    }
    guard given.accessKey == credentials.accessKeyID else {
      throw S3Fault(
        403, "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        [("AWSAccessKeyId", given.accessKey)])
    }
    guard abs(moment - now) <= WireSignature.skewMax else {
      throw S3Fault(
        403, "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        [("RequestTime", time), ("ServerTime", now.iso)])
    }
    guard given.scope[given.scope.startIndex + 1] == region else {
      throw S3Fault(
        400, "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region is wrong; expecting '\(region)'",
        [("Region", region)])
    }
    guard request.field("x-amz-security-token") == nil else {
      throw S3Fault(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    }
    let signed = Set(given.signedNames)
    for name in request.fields.map({ $0.name.lowercased() })
    where name.hasPrefix("x-amz-") && !signed.contains(name) {
      throw S3Fault(
        403, "AccessDenied", "There were headers present in the request which were not signed",
        [("HeadersNotSigned", name)])
    }
    let scope = [String(time.prefix(8)), region, "s3", "aws4_request"]
    guard given.scope.map(String.init) == scope else {
      throw S3Fault(
        400, "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the credential scope is not "
          + scope.joined(separator: "/"))
    }
    let signer = SignatureV4(credentials, region: region)
    guard try expected(request, given.signedNames, signer, moment) == given.signature else {
      throw S3Fault(
        403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
          + "your key and signing method.", [("AWSAccessKeyId", given.accessKey)])
    }
    return Seed(
      signer: signer, time: time, scope: given.scope.joined(separator: "/"),
      signature: given.signature)
  }

  private func expected(
    _ request: WireRequest, _ signedNames: [String], _ signer: SignatureV4, _ moment: Instant
  ) throws(S3Fault) -> String? {
    guard let hash = request.field("x-amz-content-sha256") else {
      throw S3Fault(400, "MissingSecurityHeader", "Your request was missing a required header.")
    }
    guard let path = PercentEncoding.decode(request.path), let query = canonical(request.query)
    else { throw S3Fault(400, "InvalidURI", "Couldn't parse the specified URI.") }
    // These the signer adds itself.
    let own: Set = ["host", "x-amz-date", "x-amz-content-sha256"]
    let names = Set(signedNames).subtracting(own)
    let signed = signer.sign(
      SignatureV4.Request(
        method: request.method, host: request.host,
        path: PercentEncoding.encode(path.utf8, keeping: UInt8(ascii: "/")), query: query,
        headers: request.fields.filter { names.contains($0.name.lowercased()) },
        payloadHash: hash), at: moment)
    return signed.last.flatMap { Authorization($0.value)?.signature }
  }

  /// Decoded, and encoded in the one way that is signed.
  private func canonical(_ query: String) -> String? {
    var parts: [String] = []
    for part in query.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(String(sides[0])),
        let value = PercentEncoding.decode(sides.count > 1 ? String(sides[1]) : "")
      else { return nil }
      parts.append(PercentEncoding.encode(name.utf8) + "=" + PercentEncoding.encode(value.utf8))
    }
    return parts.joined(separator: "&")
  }

  /// Reads `YYYYMMDDTHHMMSSZ`.
  static func instant(_ text: String) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z")
    else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      bytes[range].allSatisfy { (0x30...0x39).contains($0) }
        ? bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
      let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15),
      let civil = CivilDay(year: year, month: month, dayOfMonth: day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    return civil.start + Int64((hour * 60 + minute) * 60 + second) * Span.second
  }
}
