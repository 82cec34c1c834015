package import ADCEKernel

/// How an object is stored.
package struct S3PutOptions: Hashable, Sendable {
  package enum Condition: Hashable, Sendable {
    /// Only if there is no object of that key.
    case absent
    /// Only in place of the object with this tag.
    case matches(etag: String)
  }

  package enum Checksum: Hashable, Sendable {
    /// `x-amz-checksum-sha256`, which is kept with the object.
    case sha256
    /// `Content-MD5`, which every server knows.
    case contentMD5
  }

  package var contentType: String?
  package var contentEncoding: String?
  /// Encrypted at rest with the server's own keys (SSE-S3).
  package var encrypts = true
  package var checksum = Checksum.sha256
  package var condition: Condition?

  package init() {}

  var headers: [HTTPHeader] {
    var headers: [HTTPHeader] = []
    if let contentType { headers.append(HTTPHeader("Content-Type", contentType)) }
    if let contentEncoding { headers.append(HTTPHeader("Content-Encoding", contentEncoding)) }
    if encrypts { headers.append(HTTPHeader("x-amz-server-side-encryption", "AES256")) }
    return headers
  }

  var conditionHeaders: [HTTPHeader] {
    switch condition {
    case nil: []
    case .absent: [HTTPHeader("If-None-Match", "*")]
    case .matches(let etag): [HTTPHeader("If-Match", etag)]
    }
  }
}

/// What S3 says of an object that it has stored.
package struct S3Stored: Hashable, Sendable {
  package var etag: String?
  package var versionID: String?
  /// The server's clock when it answered.
  package var serverTime: Instant?
}

extension S3Client {
  /// Stores an object, in one piece or, above `S3Settings.multipart`, in parts. When it returns, the
  /// object is there whole; when it throws, it may be, or not, but never half of it.
  ///
  /// - Throws: `preconditionFailed`, if the condition does not hold.
  @discardableResult
  package func put(
    _ bucket: String, _ key: [UInt8], _ body: S3Request.Body, _ options: S3PutOptions = .init()
  ) throws(S3Failure) -> S3Stored {
    var options = options
    if lacksEncryption { options.encrypts = false }
    do throws(S3Failure) {
      return try putOnce(bucket, key, body, options)
    } catch {
      guard mayLackEncryption(error, options) else { throw error }
      // A server may refuse something else with the same words: then it refuses this too.
      options.encrypts = false
      let stored = try putOnce(bucket, key, body, options)
      learnThatEncryptionLacks()
      return stored
    }
  }

  private func putOnce(
    _ bucket: String, _ key: [UInt8], _ body: S3Request.Body, _ options: S3PutOptions
  ) throws(S3Failure) -> S3Stored {
    try body.count <= settings.multipart.above
      ? putWhole(bucket, key, body, options) : putInParts(bucket, key, body, options)
  }

  private func putWhole(
    _ bucket: String, _ key: [UInt8], _ body: S3Request.Body, _ options: S3PutOptions
  ) throws(S3Failure) -> S3Stored {
    var request = S3Request(.put, bucket: bucket, key: key)
    request.body = body
    request.permission = "s3:PutObject"
    request.headers = options.headers + options.conditionHeaders
    let hash = try SHA256Text(of: body)
    request.contentHash = hash
    request.headers.append(try S3Client.checksum(options.checksum, body, hash))
    do throws(S3Failure) {
      let response = try send(request)
      return stored(response, etag: response.header("etag"))
    } catch {
      // An attempt whose answer was lost may have met the condition, and the next one did not.
      guard error.kind == .preconditionFailed, error.isAmbiguous, options.condition != nil,
        let found = try ours(bucket, key, body, hash)
      else { throw error }
      return S3Stored(etag: found.etag, versionID: nil, serverTime: found.serverTime)
    }
  }

  func stored(_ response: S3Response, etag: String?) -> S3Stored {
    S3Stored(
      etag: etag, versionID: response.header("x-amz-version-id"),
      serverTime: response.header("date").flatMap { HTTPDate.parse($0, now: serverNow) })
  }

  /// The object that is there, if it is what we sent.
  private func ours(
    _ bucket: String, _ key: [UInt8], _ body: S3Request.Body, _ hash: SHA256Text
  ) throws(S3Failure) -> S3Object? {
    var request = S3Request(.head, bucket: bucket, key: key)
    request.headers = [HTTPHeader("x-amz-checksum-mode", "ENABLED")]
    let object = S3Object(try send(request), now: serverNow)
    guard object.bytes == body.count else { return nil }
    if let checksum = object.checksumSHA256 { return checksum == hash.base64 ? object : nil }
    return object.md5 == (try S3Client.md5(of: body)).hex ? object : nil
  }

  static func checksum(
    _ checksum: S3PutOptions.Checksum, _ body: S3Request.Body, _ hash: SHA256Text
  ) throws(S3Failure) -> HTTPHeader {
    switch checksum {
    case .sha256: HTTPHeader("x-amz-checksum-sha256", hash.base64)
    case .contentMD5: HTTPHeader("Content-MD5", try md5(of: body).base64)
    }
  }

  private static func md5(of body: S3Request.Body) throws(S3Failure) -> MD5.Running {
    var running = MD5.Running()
    try body.forEachPiece { running.update($0) }
    return running
  }
}
