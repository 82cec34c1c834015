internal import ADCEKernel

extension S3Client {
  /// An upload that has been begun.
  private struct Upload {
    var bucket: String
    var key: [UInt8]
    var id: String

    func request(_ method: S3Request.Method, _ query: [S3Request.QueryItem] = []) -> S3Request {
      var request = S3Request(method, bucket: bucket, key: key)
      request.query = query + [S3Request.QueryItem("uploadId", id)]
      request.permission = "s3:PutObject"
      return request
    }
  }

  private struct Part: Sendable {
    var etag: String
    var hash: SHA256Text
  }

  func putInParts(
    _ bucket: String, _ key: [UInt8], _ body: S3Request.Body, _ options: S3PutOptions
  ) throws(S3Failure) -> S3Stored {
    guard body.count <= S3Multipart.bytesMax else {
      throw S3Failure(.refused, "an object of \(body.count) bytes is over S3's limit of 5 TiB")
    }
    let upload = try begin(bucket, key, options)
    do throws(S3Failure) {
      let parts = try send(body, to: upload, options)
      return try complete(upload, parts, options)
    } catch {
      // What lies there of it costs money until it is aborted.
      do throws(S3Failure) {
        var request = upload.request(.delete)
        request.permission = "s3:AbortMultipartUpload"
        _ = try send(request)
      } catch let left {
        var failure = error
        if left.kind != .notFound {
          failure.message += " (and its upload \(upload.id) could not be aborted: \(left.message))"
        }
        throw failure
      }
      throw error
    }
  }

  private func begin(
    _ bucket: String, _ key: [UInt8], _ options: S3PutOptions
  ) throws(S3Failure) -> Upload {
    // Sent again after a lost answer, it leaves an empty upload behind, which costs nothing.
    var request = S3Request(.post, bucket: bucket, key: key)
    request.query = [S3Request.QueryItem("uploads")]
    request.headers = options.headers
    request.permission = "s3:PutObject"
    if options.checksum == .sha256 {
      request.headers.append(HTTPHeader("x-amz-checksum-algorithm", "SHA256"))
    }
    let response = try send(request)
    guard let id = FlatXML(response.body)?["UploadId"], !id.isEmpty else {
      throw S3Failure(.malformed, "the server began an upload without telling its id")
    }
    return Upload(bucket: bucket, key: key, id: id)
  }

  /// Sends the parts, some at a time, each tried again alone. The first failure ends all.
  private func send(
    _ body: S3Request.Body, to upload: Upload, _ options: S3PutOptions
  ) throws(S3Failure) -> [Part] {
    struct Progress {
      var next = 0
      var parts: [Int: Part] = [:]
      var failure: S3Failure?
    }
    let ranges = settings.multipart.parts(of: body.count)
    let progress = Locked(Progress())
    // They wait for the server far more than they compute.
    let workers = min(max(1, settings.multipart.workers), ranges.count)
    let sendSome: @Sendable (Int) -> Void = { _ in
      while true {
        let index = progress.withLock { progress -> Int? in
          guard progress.failure == nil, progress.next < ranges.count else { return nil }
          progress.next += 1
          return progress.next - 1
        }
        guard let index else { return }
        do throws(S3Failure) {
          let part = try self.sendPart(body.slice(ranges[index]), index + 1, upload, options)
          progress.withLock { $0.parts[index] = part }
        } catch {
          progress.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    do throws(ThreadRefused) { _ = try onOwnThreads(workers, sendSome) } catch {
      throw S3Failure(.local, "no thread could be started (errno \(error.errno))")
    }
    let (parts, failure) = progress.withLock { ($0.parts, $0.failure) }
    if let failure { throw failure }
    return ranges.indices.compactMap { parts[$0] }
  }

  private func sendPart(
    _ body: S3Request.Body, _ number: Int, _ upload: Upload, _ options: S3PutOptions
  ) throws(S3Failure) -> Part {
    let hash = try SHA256Text(of: body)
    var request = upload.request(.put, [S3Request.QueryItem("partNumber", String(number))])
    request.body = body
    request.contentHash = hash
    request.headers = [try S3Client.checksum(options.checksum, body, hash)]
    let response = try send(request)
    guard let etag = response.header("etag") else {
      throw S3Failure(.malformed, "the server took part \(number) without a tag")
    }
    return Part(etag: etag, hash: hash)
  }

  private func complete(
    _ upload: Upload, _ parts: [Part], _ options: S3PutOptions
  ) throws(S3Failure) -> S3Stored {
    var request = upload.request(.post)
    request.headers =
      [HTTPHeader("Content-Type", "application/xml")] + options.conditionHeaders
    request.body = .bytes(Array(S3Client.list(parts, options).utf8))
    do throws(S3Failure) {
      let response = try send(request)
      guard let fields = FlatXML(response.body), fields.root == "CompleteMultipartUploadResult"
      else {
        throw S3Failure(.malformed, "the server ended an upload without saying what came of it")
      }
      return stored(response, etag: fields["ETag"])
    } catch {
      // An attempt whose answer was lost may have ended the upload.
      guard error.isAmbiguous, error.kind == .notFound || error.kind == .preconditionFailed,
        let tag = S3Client.tag(of: parts), let object = try head(upload.bucket, upload.key),
        object.etag?.contains(tag) == true
      else { throw error }
      return S3Stored(etag: object.etag, versionID: nil, serverTime: object.serverTime)
    }
  }

  private static func list(_ parts: [Part], _ options: S3PutOptions) -> String {
    var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    for (index, part) in parts.enumerated() {
      text += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(part.etag)</ETag>"
      if options.checksum == .sha256 {
        text += "<ChecksumSHA256>\(part.hash.base64)</ChecksumSHA256>"
      }
      text += "</Part>"
    }
    return text + "</CompleteMultipartUpload>"
  }

  /// The tag of an object of these parts: the MD5 of their MD5s, and how many; nil if their tags are
  /// no MD5s.
  private static func tag(of parts: [Part]) -> String? {
    var bytes: [UInt8] = []
    for part in parts {
      let digits = part.etag.utf8.filter { $0 != UInt8(ascii: "\"") }
      guard digits.count == 32 else { return nil }
      for place in stride(from: 0, to: 32, by: 2) {
        guard let high = JSONReader.hexadecimal(digits[place]),
          let low = JSONReader.hexadecimal(digits[place + 1])
        else { return nil }
        bytes.append(UInt8(high << 4 | low))
      }
    }
    return "\(MD5.hex(bytes))-\(parts.count)"
  }
}
