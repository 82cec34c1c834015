internal import ADCEIO

/// An answer, ready to be written.
struct WireAnswer: Sendable {
  enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// Those bytes of it that lie in the range.
    case object(WireLake.Object, Range<Int>)

    var count: Int {
      switch self {
      case .none: 0
      case .bytes(let bytes): bytes.count
      case .object(_, let range): range.count
      }
    }

    /// A part of it.
    func bytes(_ range: Range<Int>) -> [UInt8] {
      switch self {
      case .none: []
      case .bytes(let bytes): Array(bytes[range])
      case .object(let object, let whole):
        object.bytes(whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound)
      }
    }
  }

  var status: Int
  var fields: [HTTPHeader] = []
  var body = Body.none
}

/// A request, its body read.
struct WireRequest: Sendable {
  var method: String
  /// As it was sent: encoded, without the query.
  var path: String
  /// As it was sent, without `?`.
  var query: String
  var host: String
  var fields: [HTTPHeader]
  var body: [UInt8] = []

  /// - Parameter target: path and query.
  init(method: String, target: String, host: String, fields: [HTTPHeader]) {
    self.method = method
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = parts.first.map(String.init) ?? "/"
    query = parts.count > 1 ? String(parts[1]) : ""
    self.host = host
    self.fields = fields
  }

  /// The first field of that name, which is in lower case.
  func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name }?.value
  }

  var target: String { query.isEmpty ? path : "\(path)?\(query)" }

  /// Decoded; the value is empty where there is none. Nil if it cannot be decoded.
  var queryItems: [String: String]? {
    var items: [String: String] = [:]
    for part in query.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(String(sides[0])),
        let value = PercentEncoding.decode(
          sides.count > 1 ? String(sides[1]).replacing("+", with: "%20") : "")
      else { return nil }
      items[name] = value
    }
    return items
  }
}
