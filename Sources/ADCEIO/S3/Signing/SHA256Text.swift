import Crypto

/// SHA-256 in the two spellings that S3 asks for.
package struct SHA256Text: Hashable, Sendable {
  private let digest: [UInt8]

  package init(of bytes: [UInt8]) { digest = Array(SHA256.hash(data: bytes)) }

  /// - Throws: `local`, if a file cannot be read.
  package init(of body: S3Request.Body) throws(S3Failure) {
    var hash = SHA256()
    try body.forEachPiece { hash.update(bufferPointer: $0) }
    digest = Array(hash.finalize())
  }

  /// Lower-case hexadecimal digits: `x-amz-content-sha256`.
  package var hexadecimal: String { SHA256Text.hex(digits: digest) }
  /// `x-amz-checksum-sha256`.
  package var base64: String { Base64.encode(digest) }

  package static func hex(_ bytes: [UInt8]) -> String { hex(digits: SHA256.hash(data: bytes)) }

  package static func hex(digits bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
