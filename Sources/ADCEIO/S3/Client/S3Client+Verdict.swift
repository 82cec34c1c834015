internal import ADCEKernel

// What a server's refusal teaches, and whether to try again.
extension S3Client {
  func verdict(
    on fault: S3Failure, _ response: HTTPResponse, _ request: S3Request,
    _ credentials: S3Credentials, _ course: inout Course
  ) -> Verdict {
    if learnRegion(response, request, &course) { return .corrected }
    switch fault.kind {
    case .clock where !course.clockCorrected:
      course.clockCorrected = true
      return learnClock(response) ? .corrected : .final
    case .credentials:
      // Rotated, perhaps: whoever gave them may have others by now.
      guard let code = fault.code, code != "SignatureDoesNotMatch", course.refused == nil else {
        return .final
      }
      course.refused = credentials
      return .corrected
    case .unreachable, .server, .throttled, .damaged:
      guard request.isIdempotent || fault.kind == .throttled else { return .final }
      return .again(floor: response.retryAfterMilliseconds(now: serverNow))
    case .tls, .clock, .permission, .noSuchBucket, .notFound, .preconditionFailed, .wrongRegion,
      .refused, .tooLarge, .malformed, .configuration, .local, .cancelled:
      return .final
    }
  }

  /// Whether the answer says that the bucket is in another region than the one we asked.
  private func learnRegion(
    _ response: HTTPResponse, _ request: S3Request, _ course: inout Course
  ) -> Bool {
    guard [301, 302, 307, 308, 400, 403].contains(response.status), course.regionsTried < 3,
      let region = S3Client.region(in: response), region != course.region
    else { return false }
    course.regionsTried += 1
    learn(region: region, of: request.bucket)
    return true
  }

  private static func region(in response: HTTPResponse) -> String? {
    if let named = response.header("x-amz-bucket-region"), S3Endpoint.isRegion(named) {
      return named
    }
    let document = S3ErrorDocument(response.body)
    if let named = document?.region, S3Endpoint.isRegion(named) { return named }
    let target =
      document?.endpoint.map { "https://\($0)/" } ?? response.header("location") ?? ""
    // bucket.s3.REGION.amazonaws.com, or the older bucket.s3-REGION.amazonaws.com.
    guard let origin = URLOrigin(url: target), S3Endpoint.isAWS(origin.host) else { return nil }
    let labels = origin.host.split(separator: ".").map(String.init)
    guard let service = labels.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }) else {
      return nil
    }
    let named = labels[service] == "s3" ? labels[service + 1] : String(labels[service].dropFirst(3))
    return named != "amazonaws" && S3Endpoint.isRegion(named) ? named : nil
  }

  private func learnClock(_ response: HTTPResponse) -> Bool {
    let ours = Instant(milliseconds: wallMilliseconds())
    guard let text = response.header("date"), let theirs = HTTPDate.parse(text, now: ours) else {
      return false
    }
    learned.withLock { $0.clockOffset = theirs - ours }
    return true
  }
}
