internal import ADCEIO

/// A body in signed or unsigned chunks ("Signature calculations for the authorization header:
/// transferring payload in multiple chunks" in the S3 API reference).
///
///     chunk   = hex-size [";chunk-signature=" signature] CRLF bytes CRLF
///     body    = *chunk "0" [";chunk-signature=" signature] CRLF *trailer CRLF
///     trailer = name ":" value CRLF
struct AWSChunked {
  var body: [UInt8] = []
  /// Names in lower case.
  var trailers: [String: String] = [:]

  /// SHA-256 of nothing.
  private static let emptyHash = SHA256Text.hex([])

  /// - Parameters:
  ///   - kind: what `x-amz-content-sha256` says.
  ///   - seed: what signed chunks go on from.
  init(_ bytes: [UInt8], kind: String, seed: WireSignature.Seed) throws(S3Fault) {
    let isSigned: Bool
    switch kind {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      isSigned = true
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": isSigned = false
    default: throw .notImplemented("A body that is sent as \(kind)")
    }
    var rest = bytes[...]
    var previous = seed.signature
    while true {
      let line = try AWSChunked.line(&rest)
      let parts = line.split(separator: ";", maxSplits: 1)
      guard let size = parts.first.flatMap({ Int($0, radix: 16) }), size >= 0, size <= rest.count
      else { throw .incompleteBody }
      let data = Array(rest.prefix(size))
      if isSigned {
        let name = "chunk-signature="
        guard parts.count == 2, parts[1].hasPrefix(name) else { throw .accessDenied }
        let expected = AWSChunked.signature(of: data, after: previous, seed)
        guard parts[1].dropFirst(name.count) == expected else { throw Self.unsigned }
        previous = expected
      }
      if size == 0 { break }
      rest = rest.dropFirst(size)
      body += data
      guard try AWSChunked.line(&rest).isEmpty else { throw .incompleteBody }
    }
    try readTrailers(&rest, isSigned ? previous : nil, seed)
  }

  private static let unsigned = S3Fault(
    403, "SignatureDoesNotMatch", "The signature of a chunk does not match its data.")

  private mutating func readTrailers(
    _ rest: inout ArraySlice<UInt8>, _ previous: String?, _ seed: WireSignature.Seed
  ) throws(S3Fault) {
    var signed = ""
    var isSigned = false
    while !rest.isEmpty {
      let line = try AWSChunked.line(&rest)
      if line.isEmpty { break }
      let sides = line.split(separator: ":", maxSplits: 1)
      // Behind its signature nothing is signed.
      guard sides.count == 2, !isSigned else { throw .incompleteBody }
      let name = sides[0].lowercased()
      let value = sides[1].split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      if name == "x-amz-trailer-signature" {
        guard let previous else { continue }
        let text =
          "AWS4-HMAC-SHA256-TRAILER\n\(seed.time)\n\(seed.scope)\n\(previous)\n"
          + SHA256Text.hex(Array(signed.utf8))
        guard value == seed.signer.signature(of: text, day: seed.day) else { throw Self.unsigned }
        isSigned = true
      } else {
        trailers[name] = value
        signed += "\(name):\(value)\n"
      }
    }
    if previous != nil, !trailers.isEmpty, !isSigned { throw .accessDenied }
  }

  private static func signature(
    of data: [UInt8], after previous: String, _ seed: WireSignature.Seed
  ) -> String {
    let text =
      "AWS4-HMAC-SHA256-PAYLOAD\n\(seed.time)\n\(seed.scope)\n\(previous)\n\(emptyHash)\n"
      + SHA256Text.hex(data)
    return seed.signer.signature(of: text, day: seed.day)
  }

  /// What stands before the next CRLF, which is taken too.
  private static func line(_ rest: inout ArraySlice<UInt8>) throws(S3Fault) -> String {
    guard let end = rest.firstIndex(of: 0x0D), end + 1 < rest.endIndex, rest[end + 1] == 0x0A
    else { throw .incompleteBody }
    let line = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[(end + 2)...]
    return line
  }
}
