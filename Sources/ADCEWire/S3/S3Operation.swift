internal import ADCEIO

/// What a request asks of S3 (S3 API Reference, path style).
enum S3Operation: Hashable, Sendable {
  case listBuckets
  case headBucket
  case getBucketLocation
  case listObjects
  case deleteObjects
  case headObject([UInt8])
  case getObject([UInt8])
  case putObject([UInt8])
  case deleteObject([UInt8])

  /// - Throws: `NoSuchBucket`, `NotImplemented`, `InvalidURI`.
  init(_ request: WireRequest) throws(S3Fault) {
    guard let path = PercentEncoding.decode(request.path), let items = request.queryItems else {
      throw S3Fault(400, "InvalidURI", "Couldn't parse the specified URI.")
    }
    // By bytes: a key may begin with what joins the slash before it to one character.
    let parts = path.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    let bucket = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let key = parts.count > 1 ? Array(parts[1]) : []
    guard !bucket.isEmpty else {
      guard request.method == "GET" else {
        throw .notImplemented("\(request.method) of the service")
      }
      self = .listBuckets
      return
    }
    guard bucket == WireKeys.bucket else {
      throw S3Fault(
        404, "NoSuchBucket", "The specified bucket does not exist", [("BucketName", bucket)])
    }
    self =
      key.isEmpty
      ? try S3Operation.ofBucket(request.method, items)
      : try S3Operation.ofObject(request, key, items)
  }

  private static func ofBucket(
    _ method: String, _ items: [String: String]
  ) throws(S3Fault) -> S3Operation {
    switch method {
    case "HEAD": return .headBucket
    case "GET" where items["location"] != nil: return .getBucketLocation
    case "GET" where items["list-type"] == "2": return .listObjects
    case "GET" where items.isEmpty: throw .notImplemented("ListObjects, but for version 2,")
    case "POST" where items["delete"] != nil: return .deleteObjects
    case "PUT" where items.isEmpty:
      throw S3Fault(
        409, "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
        [("BucketName", WireKeys.bucket)])
    default: throw .notImplemented("\(method) of a bucket with \(items.keys.sorted())")
    }
  }

  private static func ofObject(
    _ request: WireRequest, _ key: [UInt8], _ items: [String: String]
  ) throws(S3Fault) -> S3Operation {
    // SDKs add the operation's name.
    let others = items.keys.filter { $0 != "x-id" }
    guard others.isEmpty else {
      throw .notImplemented("\(request.method) of an object with \(others.sorted())")
    }
    guard key.count <= 1024 else {
      throw S3Fault(400, "KeyTooLongError", "Your key is too long")
    }
    switch request.method {
    case "HEAD": return .headObject(key)
    case "GET": return .getObject(key)
    case "PUT":
      guard request.field("x-amz-copy-source") == nil else { throw .notImplemented("CopyObject") }
      return .putObject(key)
    case "DELETE": return .deleteObject(key)
    default: throw .notImplemented("\(request.method) of an object")
    }
  }
}
