/// Percent-encoding in a URL (RFC 3986 §2); `URLTemplate.encoded` is the other direction.
package enum PercentEncoding {
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
