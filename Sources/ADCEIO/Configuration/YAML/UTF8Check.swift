/// Whether bytes are UTF-8, and where they are not (RFC 3629: no overlong forms, no surrogates).
enum UTF8Check {
  /// The offset at which the first sequence that is none begins; nil if all are.
  static func firstFault(in bytes: [UInt8]) -> Int? {
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if byte < 0x80 {
        i += 1
        continue
      }
      guard let (length, second) = sequence(startingWith: byte) else { return i }
      for k in 1..<length {
        guard i + k < bytes.count else { return i }
        let allowed = k == 1 ? second : 0x80...0xBF
        guard allowed.contains(bytes[i + k]) else { return i }
      }
      i += length
    }
    return nil
  }

  /// The length of a sequence, and which second bytes may follow its first.
  private static func sequence(
    startingWith byte: UInt8
  ) -> (length: Int, second: ClosedRange<UInt8>)? {
    switch byte {
    case 0xC2...0xDF: (2, 0x80...0xBF)
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: nil
    }
  }

  /// The line and column, from 1 and in characters, of a byte; line breaks are LF, CR and CRLF.
  static func place(ofByte offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    var i = 0
    while i < min(offset, bytes.count) {
      let byte = bytes[i]
      let isBreak = byte == 0x0A || (byte == 0x0D && !(i + 1 < bytes.count && bytes[i + 1] == 0x0A))
      if isBreak {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 && byte != 0x0D {
        column += 1
      }
      i += 1
    }
    return (line, column)
  }
}
