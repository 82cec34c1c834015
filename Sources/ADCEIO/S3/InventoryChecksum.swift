import Crypto

/// MD5 as S3 Inventory writes it down: 32 lower-case hexadecimal digits (RFC 1321). It guards
/// against damage, not against an adversary.
package enum MD5 {
  package static func hex(_ bytes: [UInt8]) -> String {
    var running = Running()
    running.update(bytes)
    return running.hex
  }

  /// The digest of what comes in pieces.
  package struct Running {
    private var hash = Insecure.MD5()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      hash.update(bufferPointer: bytes)
    }

    package mutating func update(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// The digest of all so far.
    package var hex: String { SHA256Text.hex(digits: hash.finalize()) }

    /// The same as in `Content-MD5`.
    package var base64: String { Base64.encode(Array(hash.finalize())) }
  }
}
