internal import ADCEIO
internal import Crypto

/// The checksums that a client may send with a body ("Checking object integrity" in the S3 User
/// Guide), in base 64.
enum BodyChecksum: String, CaseIterable {
  case crc32, crc32c, crc64nvme, sha1, sha256

  /// The field's name, in lower case.
  var field: String { "x-amz-checksum-\(rawValue)" }

  func base64(of bytes: [UInt8]) -> String {
    switch self {
    case .crc32: BodyChecksum.text(ReflectedCRC.crc32.value(of: bytes), bytes: 4)
    case .crc32c: BodyChecksum.text(ReflectedCRC.crc32c.value(of: bytes), bytes: 4)
    case .crc64nvme: BodyChecksum.text(ReflectedCRC.crc64nvme.value(of: bytes), bytes: 8)
    case .sha1: Base64.encode(Array(Insecure.SHA1.hash(data: bytes)))
    case .sha256: SHA256Text(of: bytes).base64
    }
  }

  /// Big-endian.
  private static func text(_ value: UInt64, bytes count: Int) -> String {
    Base64.encode((0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
}

/// A cyclic redundancy check whose bits are reflected, begun and ended with ones, by tables of eight
/// bytes at a time (M. Kounavis and F. Berry, "A Systematic Approach to Building High Performance
/// Software-based CRC Generators", 2005).
struct ReflectedCRC: Sendable {
  /// The polynomials of IEEE 802.3, of Castagnoli, and of the NVM Express command set, reflected.
  static let crc32 = ReflectedCRC(polynomial: 0xEDB8_8320, width: 32)
  static let crc32c = ReflectedCRC(polynomial: 0x82F6_3B78, width: 32)
  static let crc64nvme = ReflectedCRC(polynomial: 0x9A6C_9329_AC4B_C9B5, width: 64)

  /// Eight tables of 256.
  private let table: [UInt64]
  private let ones: UInt64

  private init(polynomial: UInt64, width: Int) {
    ones = width == 64 ? .max : (1 << UInt64(width)) - 1
    var table = [UInt64](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt64(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
      table[byte] = value
    }
    for place in 256..<8 * 256 {
      let before = table[place - 256]
      table[place] = before >> 8 ^ table[Int(before & 0xFF)]
    }
    self.table = table
  }

  func value(of bytes: [UInt8]) -> UInt64 {
    var crc = ones
    table.withUnsafeBufferPointer { table in
      bytes.withUnsafeBytes { bytes in
        var at = 0
        while at + 8 <= bytes.count {
          crc ^= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
          var next: UInt64 = 0
          for place in 0..<8 {
            next ^= table[(7 - place) * 256 + Int(crc >> UInt64(8 * place) & 0xFF)]
          }
          crc = next
          at += 8
        }
        while at < bytes.count {
          crc = crc >> 8 ^ table[Int((crc ^ UInt64(bytes[at])) & 0xFF)]
          at += 1
        }
      }
    }
    return crc ^ ones
  }
}
