extension [UInt8] {
  /// The bytes, for the time of the call. `withUnsafeBytes` throws untyped; this keeps the type.
  func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeBufferPointer { buffer throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
  }
}

extension UnsafeRawBufferPointer {
  /// Not empty, and visible ASCII alone.
  var isPlainText: Bool { !isEmpty && allSatisfy { (0x21...0x7E).contains($0) } }

  /// A key for a person: its text if it is plain ASCII, else `0x` and its bytes in hexadecimal.
  var printable: String {
    isPlainText ? String(decoding: self, as: UTF8.self) : "0x" + hexadecimal(self)
  }
}

/// Two lower-case digits a byte.
func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
