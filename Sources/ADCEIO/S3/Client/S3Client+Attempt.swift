package import ADCEKernel

/// Gets a piece of a body, with the answer's head: on the thread that called the client. It must not
/// keep the bytes. What it throws ends the transfer.
package typealias S3Reader = (UnsafeRawBufferPointer, HTTPBodyStream.Head) throws(S3Failure) -> Void

// One attempt: a request over HTTP and what came of it.
extension S3Client {
  /// The request as it goes out, signed.
  ///
  /// - Parameters:
  ///   - hash: SHA-256 of the body, in hexadecimal digits.
  ///   - now: by the server's wall clock.
  package func signed(
    _ request: S3Request, hash: String, credentials: S3Credentials, region: String,
    at now: Instant
  ) -> HTTPRequest {
    let query = request.query.map { item in
      let name = PercentEncoding.encode(item.name.utf8)
      guard let value = item.value else { return name + "=" }
      return name + "=" + PercentEncoding.encode(value)
    }.joined(separator: "&")
    let address = settings.endpoint.address(
      bucket: request.bucket, key: request.key, query: query, region: region)
    var sent = HTTPRequest(url: address.url)
    sent.method = request.method
    sent.headers = SignatureV4(credentials, region: region).sign(
      SignatureV4.Request(
        method: request.method.rawValue, host: address.host, path: address.path,
        query: address.query, headers: request.headers, payloadHash: hash), at: now)
    switch request.body {
    case .bytes(let bytes): sent.body = bytes
    case .file(let path, let offset, let count):
      sent.file = HTTPFileBody(path: path, offset: offset, count: count)
    }
    sent.redirects.limit = 0
    sent.decompresses = false
    sent.keepsDotSegments = true
    sent.limits.connectMilliseconds = settings.timeouts.connectMilliseconds
    sent.limits.totalMilliseconds = settings.timeouts.totalMilliseconds
    sent.limits.lowSpeedBytesPerSecond = 1
    sent.limits.lowSpeedSeconds = settings.timeouts.idleSeconds
    sent.limits.bodyBytesMax = request.bodyBytesMax
    sent.limits.errorBytesMax = 1 << 20
    // Nothing is decompressed, so that the bound above is the only one needed.
    sent.limits.rawBytesMax = .max
    return sent
  }

  /// Sends it and waits; the pieces of a success go to `reader`, if there is one.
  func exchange(
    _ sent: HTTPRequest, _ reader: S3Reader?
  ) throws(S3Failure) -> (result: Result<HTTPResponse, HTTPFailure>, bytesRead: Int64) {
    guard let reader else {
      do throws(HTTPFailure) {
        return (.success(try http.wait(for: sent)), 0)
      } catch {
        return (.failure(error), 0)
      }
    }
    let stream = HTTPBodyStream()
    var sent = sent
    sent.stream = stream
    let handle = http.send(sent) { stream.finish($0) }
    var bytesRead: Int64 = 0
    while true {
      switch stream.next() {
      case .end(let result): return (result, bytesRead)
      case .bytes(let pieces, let head):
        do throws(S3Failure) {
          for piece in pieces {
            try piece.withUnsafeBufferPointer { bytes throws(S3Failure) in
              try reader(UnsafeRawBufferPointer(bytes), head)
            }
            bytesRead += Int64(piece.count)
          }
        } catch {
          http.cancel(handle)
          throw error
        }
      }
    }
  }
}
