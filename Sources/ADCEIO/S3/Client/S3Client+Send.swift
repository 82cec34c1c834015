internal import ADCEKernel

extension S3Client {
  /// Sends a request until it succeeds (2xx or 304), fails for good, or the policy says enough.
  ///
  /// - Parameter reader: gets the body of a success in pieces; a transfer that breaks after the
  ///   first of them is not tried again here.
  package func send(
    _ request: S3Request, reader: S3Reader? = nil
  ) throws(S3Failure) -> S3Response {
    let hash: SHA256Text
    if let known = request.contentHash {
      hash = known
    } else {
      hash = try SHA256Text(of: request.body)
    }
    var course = Course(policy: settings.retries, region: region(of: request.bucket))
    while true {
      let credentials: S3Credentials
      do throws(S3Failure) {
        credentials = try self.credentials(course)
      } catch {
        throw failure(error, request, course)
      }
      course.requests += 1
      course.region = region(of: request.bucket)
      let sent = signed(
        request, hash: hash.hexadecimal, credentials: credentials, region: course.region,
        at: serverNow)
      let (result, bytesRead) = try exchange(sent, reader)
      let fault: S3Failure
      var verdict: Verdict
      switch result {
      case .success(var response):
        if S3Client.isUnexplained(response, to: request) {
          response = explained(response, request, credentials, &course)
        }
        guard let found = S3Failure(response, to: request) else {
          return S3Response(
            status: response.status, headers: response.headers, body: response.body,
            attempts: course.requests)
        }
        fault = found
        if response.status >= 500 { course.isAmbiguous = true }
        verdict = self.verdict(on: fault, response, request, credentials, &course)
      case .failure(let broken):
        fault = S3Failure(broken, endpoint: settings.endpoint)
        course.isAmbiguous = true
        verdict = fault.isTransient && request.isIdempotent ? .again(floor: nil) : .final
      }
      if bytesRead > 0 { verdict = .final }
      course.last = fault
      switch verdict {
      case .final: throw failure(fault, request, course)
      case .corrected: continue
      case .again(let floor):
        guard let delay = course.delay(floor: floor), pause(milliseconds: delay) else {
          throw failure(fault, request, course)
        }
      }
    }
  }

  /// Those to sign the next attempt with.
  private func credentials(_ course: Course) throws(S3Failure) -> S3Credentials {
    guard !hasEnded else { throw S3Failure(.cancelled, "the client is shut down") }
    guard let refused = course.refused else { return try settings.credentials.credentials() }
    let found = try settings.credentials.credentials(insteadOf: refused)
    // There are no others: what the server said of these holds.
    if found.isSameKey(as: refused), let last = course.last { throw last }
    return found
  }

  private func failure(_ fault: S3Failure, _ request: S3Request, _ course: Course) -> S3Failure {
    var fault = fault
    fault.bucket = request.bucket
    fault.key = request.key
    fault.attempts = course.requests
    fault.isAmbiguous = course.isAmbiguous
    return fault
  }
}

// The answer to a HEAD has no body, and so no code.
extension S3Client {
  private static func isUnexplained(_ response: HTTPResponse, to request: S3Request) -> Bool {
    request.method == .head && (response.status == 400 || response.status == 403)
  }

  /// What the server says to the same as a GET of one byte, if it refuses that too.
  private func explained(
    _ response: HTTPResponse, _ request: S3Request, _ credentials: S3Credentials,
    _ course: inout Course
  ) -> HTTPResponse {
    // Signed for the wrong region: that the header says.
    if let region = response.header("x-amz-bucket-region"), region != course.region {
      return response
    }
    var question = request
    question.method = .get
    question.headers.removeAll { $0.name.lowercased() == "range" }
    question.headers.append(HTTPHeader("Range", "bytes=0-0"))
    question.bodyBytesMax = 1 << 20
    let hash = SHA256Text(of: [UInt8]()).hexadecimal
    course.requests += 1
    do throws(HTTPFailure) {
      let answer = try http.wait(
        for: signed(
          question, hash: hash, credentials: credentials, region: course.region, at: serverNow))
      return answer.status == response.status ? answer : response
    } catch {
      return response
    }
  }
}
