import ADCEKernel

/// The high bit of each byte that is zero; of the bits set, only the lowest is to be trusted.
@inline(__always)
func zeroBytes(_ word: UInt64) -> UInt64 {
  (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}

/// The values of a row's fields.
enum InventoryValues {
  typealias Field = InventoryFields.Field

  /// A decimal number of at most 18 digits; nothing (a delete marker) is 0.
  @inline(__always)
  static func size(
    _ start: UnsafeMutablePointer<UInt8>, _ field: Field
  ) throws(InventoryRowFault) -> Int64 {
    guard field.count <= 18 else { throw .size }
    var value: Int64 = 0
    for i in field.start..<(field.start + field.count) {
      let digit = start[i] &- 0x30
      guard digit < 10 else { throw .size }
      value = value &* 10 &+ Int64(digit)
    }
    return value
  }

  /// `true` or `false`, in any case; a report of a bucket without versions may leave it empty.
  @inline(__always)
  static func flag(
    _ start: UnsafeMutablePointer<UInt8>, _ field: Field, absent: Bool
  ) throws(InventoryRowFault) -> Bool {
    if field.count == 0 { return absent }
    let bytes = UnsafeBufferPointer(start: start + field.start, count: field.count)
    func isEqual(_ word: StaticString) -> Bool {
      word.utf8CodeUnitCount == bytes.count
        && bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
    }
    if isEqual("true") { return true }
    guard isEqual("false") else { throw .flag }
    return false
  }

  /// Undoes the URL encoding of a key in place (it only shrinks): `%XX` is a byte, `+` a space.
  /// Returns the new length; a key is never empty.
  @inline(__always)
  static func decodeKey(
    _ key: UnsafeMutablePointer<UInt8>, _ count: Int
  ) throws(InventoryRowFault) -> Int {
    guard count > 0 else { throw .keyEncoding }
    // By words, which may reach into the slack behind the window; a hit there is none.
    let words = UnsafeRawPointer(key)
    var i = 0
    while i < count {
      let word = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      let found = zeroBytes(word ^ 0x2525_2525_2525_2525) | zeroBytes(word ^ 0x2B2B_2B2B_2B2B_2B2B)
      if found != 0 {
        let first = i &+ found.trailingZeroBitCount &>> 3
        return first < count ? try decodeKey(key, count, from: first) : count
      }
      i &+= 8
    }
    return count
  }

  @inline(never)
  private static func decodeKey(
    _ key: UnsafeMutablePointer<UInt8>, _ count: Int, from first: Int
  ) throws(InventoryRowFault) -> Int {
    var from = first
    var to = first
    while from < count {
      var byte = key[from]
      from += 1
      if byte == 0x2B {
        byte = 0x20
      } else if byte == 0x25 {
        guard from + 2 <= count, let high = digit(key[from]), let low = digit(key[from + 1])
        else { throw .keyEncoding }
        byte = high << 4 | low
        from += 2
      }
      key[to] = byte
      to += 1
    }
    return to
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// Reads `2024-05-01T12:00:00.000Z`, which is how AWS writes LastModifiedDate, remembering the
/// last day; everything else as any ISO 8601 timestamp.
struct InventoryTimestamps: Sendable {
  /// The bytes of the day last read, in two pieces, and its first second.
  private var front: UInt64 = 0
  private var back: UInt16 = 0
  private var dayStart: Int64 = 0

  /// Seconds since 1970.
  @inline(__always)
  mutating func seconds(
    _ text: UnsafeRawBufferPointer
  ) throws(InventoryRowFault) -> Int64 {
    guard text.count == 24, text[10] == 0x54, text[13] == 0x3A, text[16] == 0x3A,
      text[19] == 0x2E, text[23] == 0x5A, Self.number(text, 20) != nil,
      Self.number(text, 21) != nil,
      let hour = Self.number(text, 11), hour < 24,
      let minute = Self.number(text, 14), minute < 60,
      let second = Self.number(text, 17), second < 60
    else { return try Self.anySeconds(text) }
    let front = text.loadUnaligned(as: UInt64.self)
    let back = text.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
    if front != self.front || back != self.back {
      guard let day = Self.day(text) else { throw .time }
      dayStart = day.start.seconds
      self.front = front
      self.back = back
    }
    return dayStart &+ hour &* 3600 &+ minute &* 60 &+ second
  }

  private static func day(_ text: UnsafeRawBufferPointer) -> CivilDay? {
    guard text[4] == 0x2D, text[7] == 0x2D,
      let century = number(text, 0), let year = number(text, 2), let month = number(text, 5),
      let dayOfMonth = number(text, 8)
    else { return nil }
    return CivilDay(
      year: Int(century * 100 + year), month: Int(month), dayOfMonth: Int(dayOfMonth))
  }

  @inline(never)
  private static func anySeconds(
    _ text: UnsafeRawBufferPointer
  ) throws(InventoryRowFault) -> Int64 {
    guard let instant = Instant(iso: text) else { throw .time }
    return instant.seconds
  }

  /// Two digits.
  @inline(__always)
  private static func number(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int64? {
    let tens = text[at] &- 0x30
    let ones = text[at + 1] &- 0x30
    return tens < 10 && ones < 10 ? Int64(tens) &* 10 &+ Int64(ones) : nil
  }
}
