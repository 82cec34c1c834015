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
    package var hex: String {
      let digits = Array("0123456789abcdef".utf8)
      var text: [UInt8] = []
      for byte in hash.finalize() {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
