internal import ADCEKernel

extension S3Client {
  /// What S3 says of an object; nil if there is none of that key.
  package func head(_ bucket: String, _ key: [UInt8]) throws(S3Failure) -> S3Object? {
    var request = S3Request(.head, bucket: bucket, key: key)
    request.permission = "s3:GetObject and s3:ListBucket"
    return try found(request)?.object
  }

  /// An object's bytes as they are stored; nil if there is none of that key.
  ///
  /// - Parameters:
  ///   - range: only these; what lies behind the end is left out.
  ///   - limit: of what is read, in bytes.
  /// - Throws: `tooLarge` over the limit.
  package func get(
    _ bucket: String, _ key: [UInt8], range: Range<Int64>? = nil, limit: Int64
  ) throws(S3Failure) -> (object: S3Object, body: [UInt8])? {
    guard range?.isEmpty != true else {
      return try head(bucket, key).map { ($0, []) }
    }
    var request = S3Request(.get, bucket: bucket, key: key)
    request.permission = "s3:GetObject and s3:ListBucket"
    request.bodyBytesMax = limit
    if let range {
      request.headers = [
        HTTPHeader("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
      ]
    }
    do throws(S3Failure) {
      return try found(request)
    } catch {
      // The object ends before the range begins.
      guard range != nil, error.status == 416 else { throw error }
      return try head(bucket, key).map { ($0, []) }
    }
  }

  private func found(
    _ request: S3Request
  ) throws(S3Failure) -> (object: S3Object, body: [UInt8])? {
    do throws(S3Failure) {
      let response = try send(request)
      return (S3Object(response, now: serverNow), response.body)
    } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// Reads an object in pieces, on this thread. A transfer that breaks is taken up where it broke,
  /// if the object is still the same.
  ///
  /// - Parameter reader: must not keep the bytes; what it throws ends the reading.
  /// - Throws: `notFound`; `preconditionFailed`, if the object changed meanwhile.
  @discardableResult
  package func read(
    _ bucket: String, _ key: [UInt8], limit: Int64 = .max,
    reader: (UnsafeRawBufferPointer) throws(S3Failure) -> Void
  ) throws(S3Failure) -> S3Object {
    try withoutActuallyEscaping(reader) { reader throws(S3Failure) in
      try self.resuming(bucket, key, limit, reader)
    }
  }

  private func resuming(
    _ bucket: String, _ key: [UInt8], _ limit: Int64,
    _ reader: @escaping (UnsafeRawBufferPointer) throws(S3Failure) -> Void
  ) throws(S3Failure) -> S3Object {
    var course = Course(policy: settings.retries, region: region(of: bucket))
    var etag: String?
    var done: Int64 = 0
    while true {
      var request = S3Request(.get, bucket: bucket, key: key)
      request.permission = "s3:GetObject"
      request.bodyBytesMax = limit == .max ? .max : limit - done
      if done > 0 {
        request.headers.append(HTTPHeader("Range", "bytes=\(done)-"))
        if let etag { request.headers.append(HTTPHeader("If-Match", etag)) }
      }
      let before = done
      var stopped = false
      do throws(S3Failure) {
        let response = try send(request) { piece, head throws(S3Failure) in
          if etag == nil { etag = head.headers.first { $0.name == "etag" }?.value }
          if done == before, before > 0 { try S3Client.check(head, continues: before) }
          stopped = true
          try reader(piece)
          stopped = false
          done += Int64(piece.count)
        }
        var object = S3Object(response, now: serverNow)
        object.bytes = done
        return object
      } catch {
        // All bytes were there, and only the end of the answer was not.
        guard !stopped, error.isTransient, done > 0, etag != nil else { throw error }
        if done > before { course = Course(policy: settings.retries, region: region(of: bucket)) }
        guard let delay = course.delay(floor: nil), pause(milliseconds: delay) else { throw error }
      }
    }
  }

  private static func check(
    _ head: HTTPBodyStream.Head, continues offset: Int64
  ) throws(S3Failure) {
    let range = head.headers.first { $0.name == "content-range" }?.value
    guard head.status == 206, let range, range.hasPrefix("bytes \(offset)-") else {
      throw S3Failure(.malformed, "the server does not go on where it was told to")
    }
  }
}
