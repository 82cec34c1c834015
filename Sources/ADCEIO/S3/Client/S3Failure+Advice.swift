extension S3Failure {
  /// What the reader of a message can do.
  static func advice(_ kind: Kind, code: String?, _ request: S3Request) -> String? {
    switch code {
    case "SignatureDoesNotMatch":
      return "the secret access key does not belong to the access key id: set both anew"
    case "InvalidAccessKeyId":
      return "no such access key id: it was deleted, or is one of another account or server"
    case "ExpiredToken", "TokenRefreshRequired":
      return "the session token has expired: get new credentials"
    case "InvalidToken":
      return "the session token does not belong to these keys: set all three anew, or none"
    default: break
    }
    switch kind {
    case .permission:
      let what = request.permission ?? "this request"
      return "the policy of these credentials, or of the bucket, must allow \(what)"
    case .noSuchBucket: return "check the bucket's name, and the endpoint"
    case .wrongRegion: return "set AWS_REGION, or global.aws.region, to the bucket's region"
    case .clock: return "set this machine's clock"
    // Whether anybody tries again, the caller knows.
    case .throttled, .server, .unreachable, .tls, .credentials, .notFound, .preconditionFailed,
      .refused, .tooLarge,
      .malformed, .damaged, .configuration, .local, .cancelled:
      return nil
    }
  }
}

extension S3Failure {
  /// Why no answer came.
  init(_ broken: HTTPFailure, endpoint: S3Endpoint) {
    let place = endpoint.isExplicit ? "the endpoint \(endpoint)" : "S3"
    switch broken.kind {
    case .name:
      self.init(
        .unreachable, "\(place): \(broken.message)",
        advice: "check the region and the endpoint, and this machine's DNS")
    case .connect, .timeout, .reset: self.init(.unreachable, "\(place): \(broken.message)")
    case .tls, .certificate:
      self.init(
        .tls, "\(place): \(broken.message)",
        advice: "the server's certificate must be valid for its name; check the machine's CAs")
    case .tooLarge: self.init(.tooLarge, broken.message)
    case .malformed, .redirect, .redirectRefused:
      self.init(.malformed, "\(place): \(broken.message)")
    case .url: self.init(.configuration, "\(place): \(broken.message)")
    case .cancelled: self.init(.cancelled, broken.message)
    case .own: self.init(.local, broken.message)
    }
  }
}
