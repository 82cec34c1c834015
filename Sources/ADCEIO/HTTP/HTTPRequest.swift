/// A name and a value of an HTTP header field.
package struct HTTPHeader: Hashable, Sendable {
  package var name: String
  package var value: String
  /// The value is a credential: it never follows a redirect to another origin and never shows in
  /// a message.
  package var isSecret: Bool

  package init(_ name: String, _ value: String, isSecret: Bool = false) {
    self.name = name
    self.value = value
    self.isSecret = isSecret
  }
}

/// One HTTP request with the bounds on what may come of it.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  package var method: Method = .get
  /// Absolute, `http` or `https`, percent-encoded.
  package var url: String
  package var headers: [HTTPHeader] = []
  /// Sent with POST and PUT only.
  package var body: [UInt8] = []
  /// Sent in place of `body`.
  package var file: HTTPFileBody?
  /// Gets the body of an answer that is a success (2xx), in place of `HTTPResponse.body`; the bounds
  /// on a body hold all the same.
  package var stream: HTTPBodyStream?
  /// Leave `.` and `..` in the path as they are.
  package var keepsDotSegments = false
  package var limits = Limits()
  package var redirects = Redirects()
  /// Ask for any content coding that libcurl can undo, and undo it.
  package var decompresses = true

  package init(url: String) { self.url = url }

  package struct Limits: Sendable {
    /// From the start to the last byte, redirects included.
    package var totalMilliseconds: Int64 = 30_000
    /// For name look-up, connection and TLS of one hop.
    package var connectMilliseconds: Int64 = 10_000
    /// A transfer slower than `lowSpeedBytesPerSecond` for that long is given up.
    package var lowSpeedSeconds: Int = 30
    package var lowSpeedBytesPerSecond: Int = 10
    /// Body as it travels.
    package var rawBytesMax: Int64 = 256 << 20
    /// Body after decompression.
    package var bodyBytesMax: Int64 = 512 << 20
    /// The same for an answer that is no success (2xx); nil = `bodyBytesMax`.
    package var errorBytesMax: Int64?
    /// Of an answer that is no success only so many bytes are kept, and what is more is read (up to
    /// the bounds above) and let go; nil = all is kept.
    package var cutsErrors: Int64?

    package init() {}
  }

  package struct Redirects: Sendable {
    /// 0 = a redirect is the answer.
    package var limit = 5
    /// Refuse every hop that is not this machine.
    package var loopbackOnly = false

    package init() {}
  }
}

/// What came back, whatever the status.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// Of the last hop, in the order of their arrival, names in lower case.
  package var headers: [HTTPHeader]
  /// Decompressed.
  package var body: [UInt8]
  /// Where the answer came from, after redirects.
  package var url: String
  /// Requests made, redirects included.
  package var hops: Int
  package var milliseconds: Int64
  /// Body bytes as they travelled on the last hop.
  package var rawBytes: Int64

  /// The first header field of a name (lower case).
  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}
