extension S3Failure {
  /// What an answer says went wrong; nil for a success (2xx, 304).
  init?(_ response: HTTPResponse, to request: S3Request) {
    let document = S3ErrorDocument(response.body)
    let isSuccess = (200..<300).contains(response.status) || response.status == 304
    // Some operations answer 200 before they know; then the body tells.
    if isSuccess, document == nil || request.method == .get { return nil }
    let code = document?.code
    let kind = S3Failure.kind(status: response.status, code: code, request)
    let message = document?.message ?? S3Failure.sentence(status: response.status)
    // The server's words come to terminals and logs: nothing in them may steer those.
    self.init(kind, message.printable)
    status = response.status
    self.code = code?.printable
    requestID = (response.header("x-amz-request-id") ?? document?.requestID)?.printable
    advice = S3Failure.advice(kind, code: code, request)
  }

  private static func kind(status: Int, code: String?, _ request: S3Request) -> Kind {
    switch code {
    case "NoSuchBucket": return .noSuchBucket
    case "NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound": return .notFound
    case "PreconditionFailed": return .preconditionFailed
    case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "Throttling",
      "ThrottlingException", "ServiceUnavailable":
      return .throttled
    case "InternalError", "OperationAborted", "ConditionalRequestConflict": return .server
    case "RequestTimeout": return .unreachable
    case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "IncompleteBody":
      return .damaged
    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken",
      "TokenRefreshRequired", "NotSignedUp", "InvalidSecurity":
      return .credentials
    case "RequestTimeTooSkewed", "RequestExpired": return .clock
    case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
      "IllegalLocationConstraintException", "Redirect":
      return .wrongRegion
    default: break
    }
    switch status {
    case 301, 302, 307, 308: return .wrongRegion
    case 401, 403: return .permission
    case 404: return request.key.isEmpty ? .noSuchBucket : .notFound
    case 408: return .unreachable
    case 412: return .preconditionFailed
    case 429, 503: return .throttled
    // What the server does not know it will not learn by asking again.
    case 501: return .refused
    case 500...: return .server
    case 400..<500: return .refused
    default: return .malformed
    }
  }

  private static func sentence(status: Int) -> String {
    switch status {
    case 301, 302, 307, 308: "the bucket is in another region"
    case 401, 403: "access is denied"
    case 404: "not there"
    case 412: "the condition does not hold"
    case 429, 503: "the server asks for fewer requests"
    case 501: "the server does not know how"
    case 500...: "the server has trouble of its own"
    default: "the server refuses the request"
    }
  }
}
