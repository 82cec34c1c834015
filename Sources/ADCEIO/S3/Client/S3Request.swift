/// One request to S3; what the client adds is the address, the credentials and the signature.
package struct S3Request: Sendable {
  package typealias Method = HTTPRequest.Method

  /// A part of the query, not yet encoded.
  package struct QueryItem: Hashable, Sendable {
    package var name: String
    /// Nil: a name alone, as in `?uploads`.
    package var value: [UInt8]?

    package init(_ name: String, _ value: [UInt8]?) {
      self.name = name
      self.value = value
    }

    package init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
    package init(_ name: String) { self.init(name, nil as [UInt8]?) }
  }

  package enum Body: Sendable {
    case bytes([UInt8])
    /// Part of a file, which must not change while it is sent.
    case file(path: String, offset: Int64, count: Int64)

    package static var none: Body { .bytes([]) }
  }

  package var method: Method
  package var bucket: String
  /// Empty: the request is about the bucket.
  package var key: [UInt8]
  package var query: [QueryItem] = []
  package var headers: [HTTPHeader] = []
  package var body = Body.none
  /// Of the body, where it is known already.
  package var contentHash: SHA256Text?
  /// A body that is gathered may have at most so many bytes.
  package var bodyBytesMax: Int64 = 64 << 20
  /// The permission that it takes, for messages: `s3:GetObject`.
  package var permission: String?
  /// Whether it may be sent again although it may have been carried out already.
  package var isIdempotent = true

  package init(_ method: Method, bucket: String, key: [UInt8] = []) {
    self.method = method
    self.bucket = bucket
    self.key = key
  }
}

/// The answer to a request that succeeded.
package struct S3Response: Sendable {
  package var status: Int
  /// In the order of their arrival, names in lower case.
  package var headers: [HTTPHeader]
  /// Empty where the body went to a caller's closure.
  package var body: [UInt8]
  /// Requests that were made for it, redirects included.
  package var attempts: Int

  /// The first header field of a name (lower case).
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  package var requestID: String? { header("x-amz-request-id") }
}
