/// Where S3's requests go: AWS's own hosts, or a server that was named.
package struct S3Endpoint: Hashable, Sendable, CustomStringConvertible {
  private struct Server: Hashable, Sendable {
    var origin: URLOrigin
    /// Without a slash at its end.
    var path: String
  }

  private let server: Server?

  /// AWS's hosts, by region.
  package static let aws = S3Endpoint()

  private init() { server = nil }

  /// A server that was named. Only this machine may be asked without TLS.
  ///
  /// - Throws: `configuration`.
  package init(_ text: String) throws(S3Failure) {
    guard !text.contains("@") else {
      throw S3Failure(.configuration, "the endpoint holds a name or password, which it may not")
    }
    guard let origin = URLOrigin(url: text), !text.contains(where: { "?#".contains($0) }) else {
      throw S3Failure(
        .configuration, "the endpoint \(text) is no address",
        advice: "write it as https://host[:port]")
    }
    guard origin.scheme == "https" || origin.isLoopback else {
      throw S3Failure(
        .configuration, "the endpoint \(text) would carry everything unencrypted",
        advice: "use https; plain http is for this machine only (localhost, 127.0.0.1)")
    }
    // Scheme, two slashes, host; what follows the next slash is the path.
    let path = text.split(separator: "/", omittingEmptySubsequences: true).dropFirst(2)
    server = Server(origin: origin, path: path.map { "/" + $0 }.joined())
  }

  /// Whether it was named, so that no region changes it.
  package var isExplicit: Bool { server != nil }

  /// Whether it is a server that was named and is not one of AWS's.
  var isForeign: Bool { server.map { !S3Endpoint.isAWS($0.origin.host) } ?? false }

  package var description: String {
    guard let server else { return "AWS" }
    return S3Endpoint.base(server.origin, host: server.origin.host) + server.path
  }

  /// Whether the bucket stands in the path rather than in the host's name. AWS wants it in the name,
  /// except where the certificate `*.s3.REGION.amazonaws.com` or the name itself does not allow it.
  package func usesPathStyle(_ bucket: String) -> Bool {
    if let server, !S3Endpoint.isAWS(server.origin.host) { return true }
    return !S3Endpoint.isHostLabel(bucket)
  }

  /// The address of a bucket or an object, its parts encoded once, and never normalised.
  ///
  /// - Parameter query: encoded, without `?`.
  package func address(
    bucket: String, key: [UInt8], query: String, region: String
  ) -> S3Address {
    let pathStyle = usesPathStyle(bucket)
    let prefix = pathStyle ? "" : bucket + "."
    let base: String
    if let server {
      base = S3Endpoint.base(server.origin, host: prefix + server.origin.host)
    } else {
      base = "https://\(prefix)s3.\(region).\(S3Endpoint.suffix(of: region))"
    }
    var path = server?.path ?? ""
    if pathStyle { path += "/" + PercentEncoding.encode(Array(bucket.utf8)) }
    if !key.isEmpty || !pathStyle { path += "/" }
    path += PercentEncoding.encode(key, keeping: UInt8(ascii: "/"))
    return S3Address(base: base, path: path, query: query)
  }

  /// The address of another service: that of the server that was named, or of a host of AWS's.
  func root(aws host: String) -> S3Address {
    guard let server else { return S3Address(base: "https://\(host)", path: "/", query: "") }
    return S3Address(
      base: S3Endpoint.base(server.origin, host: server.origin.host),
      path: server.path + "/", query: "")
  }

  static func isAWS(_ host: String) -> Bool {
    host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn")
  }

  /// It becomes part of a host's name.
  static func isRegion(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
      }
  }

  static func suffix(of region: String) -> String {
    region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  }

  /// A name that may stand before a host's: no dots (the certificate covers one level), no capitals.
  private static func isHostLabel(_ bucket: String) -> Bool {
    (3...63).contains(bucket.utf8.count) && bucket.utf8.first != 0x2D && bucket.utf8.last != 0x2D
      && bucket.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
      }
  }

  /// As `Host` has it: the port only where it is not the scheme's own.
  private static func base(_ origin: URLOrigin, host: String) -> String {
    let usual = origin.scheme == "https" ? 443 : 80
    return "\(origin.scheme)://\(host)" + (origin.port == usual ? "" : ":\(origin.port)")
  }
}

/// A request's address, in the parts that its signature wants.
package struct S3Address: Hashable, Sendable {
  /// `https://host[:port]`.
  package var base: String
  /// Encoded; at least `/`.
  package var path: String
  /// Encoded, without `?`; may be empty.
  package var query: String

  package var url: String { base + path + (query.isEmpty ? "" : "?" + query) }

  /// The `Host` field as libcurl sends it.
  package var host: String {
    String(base.drop { $0 != ":" }.dropFirst(3))
  }
}
