package import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension S3Lake {
  /// Puts an object, with a checksum that the server verifies, encrypted at rest, and asks for what
  /// the lake says of it then.
  package func store(
    _ key: [UInt8], _ contents: ObjectContents, compressing: Bool
  ) throws(LakeError) -> ObjectFacts {
    let whole = try objectKey(key)
    var options = S3PutOptions()
    options.contentType = ContentType.of(key)
    options.contentEncoding = compressing ? "gzip" : nil
    switch contents {
    case .bytes(let bytes):
      return try put(whole, .bytes(compressing ? Gzip.compress(bytes) : bytes), options)
    case .file(let path):
      guard compressing else { return try put(whole, try Self.body(path), options) }
      let packed = path + ".adce-gz"
      defer { unlink(packed) }
      do throws(SystemCallFailure) {
        let file = try OpenFile.open(packed, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        try file.copy(from: OpenFile.open(path, O_RDONLY), compressing: true)
      } catch {
        throw .system(error)
      }
      return try put(whole, try Self.body(packed), options)
    }
  }

  private static func body(_ path: String) throws(LakeError) -> S3Request.Body {
    do throws(SystemCallFailure) {
      let size = try OpenFile.open(path, O_RDONLY).status().bytes
      return .file(path: path, offset: 0, count: size)
    } catch {
      throw .system(error)
    }
  }

  private func put(
    _ key: [UInt8], _ body: S3Request.Body, _ options: S3PutOptions
  ) throws(LakeError) -> ObjectFacts {
    do throws(S3Failure) {
      let stored = try client.put(location.bucket, key, body, options)
      noteSeen()
      if let object = try client.head(location.bucket, key), let modified = object.modified {
        return ObjectFacts(bytes: object.bytes, modifiedSeconds: modified.seconds)
      }
      // Removed again already, or a server that says little: then by what was sent.
      let time = stored.serverTime ?? client.serverNow
      return ObjectFacts(bytes: body.count, modifiedSeconds: time.seconds)
    } catch {
      throw .remote(RemoteFailure(error))
    }
  }
}

/// What an object's name says of its contents, for those who open it in a browser.
enum ContentType {
  private static let bySuffix = [
    ".json": "application/json", ".jsonl": "application/x-ndjson", ".csv": "text/csv",
    ".tsv": "text/tab-separated-values", ".html": "text/html", ".xml": "application/xml",
    ".txt": "text/plain", ".pdf": "application/pdf", ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip", ".zip": "application/zip", ".png": "image/png",
    ".jpg": "image/jpeg",
  ]

  /// nil = S3's own, `binary/octet-stream`.
  static func of(_ key: [UInt8]) -> String? {
    guard let dot = key.lastIndex(of: 0x2E), key.count - dot <= 9 else { return nil }
    return bySuffix[String(decoding: key[dot...], as: UTF8.self).lowercased()]
  }
}
