/// Percent-encoding in a URL (RFC 3986 §2).
package enum PercentEncoding {
  /// Everything but unreserved characters as `%XX`, in capitals.
  ///
  /// - Parameter kept: a byte that stays as it is too.
  package static func encode(_ bytes: some Sequence<UInt8>, keeping kept: UInt8? = nil) -> String {
    var text: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in bytes {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, kept:
        text.append(byte)
      default:
        text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The text behind an encoded one; nil if a `%` is not followed by two hexadecimal digits, or the
  /// result is not UTF-8.
  package static func decode(_ text: String) -> String? {
    var decoded: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(byte)
        continue
      }
      guard let high = rest.popFirst(), let low = rest.popFirst(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
      else { return nil }
      decoded.append(value)
    }
    return String(validating: decoded, as: UTF8.self)
  }
}
