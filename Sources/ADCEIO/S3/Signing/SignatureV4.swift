package import ADCEKernel
import Crypto

/// AWS Signature Version 4 in the `Authorization` header ("Authenticating Requests: Using the
/// Authorization Header" in the S3 API reference).
package struct SignatureV4: Sendable {
  package var credentials: S3Credentials
  package var region: String
  package var service = "s3"

  package init(_ credentials: S3Credentials, region: String, service: String = "s3") {
    self.credentials = credentials
    self.region = region
    self.service = service
  }

  /// What is signed, as it goes over the wire.
  package struct Request: Sendable {
    package var method: String
    /// As in the `Host` field.
    package var host: String
    /// Encoded once; S3 normalises nothing.
    package var path: String
    /// Encoded, without `?`; in any order.
    package var query: String
    package var headers: [HTTPHeader]
    /// SHA-256 of the body, in lower-case hexadecimal digits.
    package var payloadHash: String

    package init(
      method: String, host: String, path: String, query: String, headers: [HTTPHeader],
      payloadHash: String
    ) {
      self.method = method
      self.host = host
      self.path = path
      self.query = query
      self.headers = headers
      self.payloadHash = payloadHash
    }
  }

  /// The request's header fields and those of the signature.
  ///
  /// - Parameter now: by the server's wall clock.
  package func sign(_ request: Request, at now: Instant) -> [HTTPHeader] {
    let time = SignatureV4.timestamp(now)
    let day = String(time.prefix(8))
    var headers = request.headers
    headers.append(HTTPHeader("x-amz-content-sha256", request.payloadHash))
    headers.append(HTTPHeader("x-amz-date", time))
    if let token = credentials.sessionToken {
      headers.append(HTTPHeader("x-amz-security-token", token, isSecret: true))
    }
    let (canonical, signedNames) = SignatureV4.canonicalRequest(request, headers)
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(SHA256Text.hex(Array(canonical.utf8)))"
    let value =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
      + "SignedHeaders=\(signedNames), Signature=\(signature(of: text, day: day))"
    headers.append(HTTPHeader("Authorization", value, isSecret: true))
    return headers
  }

  static func canonicalRequest(
    _ request: Request, _ headers: [HTTPHeader]
  ) -> (text: String, signedNames: String) {
    // Several values of one name are one field, in their order; the names in that of their bytes.
    var fields: [String: [String]] = ["host": [request.host]]
    for header in headers {
      let value = header.value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      fields[header.name.lowercased(), default: []].append(value)
    }
    let names = fields.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let lines = names.map { "\($0):\(fields[$0, default: []].joined(separator: ","))\n" }
    let signedNames = names.joined(separator: ";")
    let text =
      "\(request.method)\n\(request.path)\n\(canonicalQuery(request.query))\n\(lines.joined())\n"
      + "\(signedNames)\n\(request.payloadHash)"
    return (text, signedNames)
  }

  /// Sorted by name, then by value, as bytes; a name alone gets its `=`.
  static func canonicalQuery(_ query: String) -> String {
    let parts = query.utf8.split(separator: UInt8(ascii: "&")).map { part in
      let name = part.prefix { $0 != UInt8(ascii: "=") }
      return (name: name, value: part.dropFirst(name.count + 1))
    }
    let sorted = parts.sorted { a, b in
      a.name.elementsEqual(b.name)
        ? a.value.lexicographicallyPrecedes(b.value) : a.name.lexicographicallyPrecedes(b.name)
    }
    return sorted.map {
      "\(String(decoding: $0.name, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))"
    }.joined(separator: "&")
  }

  /// Of a text to be signed, in lower-case hexadecimal digits.
  ///
  /// - Parameter day: `YYYYMMDD`.
  package func signature(of text: String, day: String) -> String {
    var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
    for part in [day, region, service, "aws4_request", text] {
      key = Array(
        HMAC<SHA256>.authenticationCode(
          for: Array(part.utf8), using: SymmetricKey(data: key)))
    }
    return SHA256Text.hex(digits: key)
  }

  /// `YYYYMMDDTHHMMSSZ`.
  static func timestamp(_ now: Instant) -> String {
    let day = CivilDay(containing: now)
    let (year, month, dayOfMonth) = day.components
    let second = Int(now.seconds - Int64(day.day) * 86_400)
    func pad(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return pad(year, 4) + pad(month, 2) + pad(dayOfMonth, 2) + "T" + pad(second / 3600, 2)
      + pad(second / 60 % 60, 2) + pad(second % 60, 2) + "Z"
  }
}
