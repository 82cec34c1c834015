/// Appends little-endian fields to bytes.
public struct Encoder: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
  mutating func removeLast(_ count: Int) { bytes.removeLast(count) }

  public mutating func put(_ value: UInt8) { bytes.append(value) }
  public mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }
  public mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  /// Big-endian, for keys: the bytes of unsigned numbers then sort as the numbers do.
  public mutating func putBigEndian(_ value: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
  public mutating func put(_ value: Instant) { put(value.milliseconds) }
  public mutating func put(_ value: Hash128) {
    put(value.high)
    put(value.low)
  }
  /// Bytes without a length: for the last field of a key.
  public mutating func putRaw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }
  public mutating func put(bytes value: some Collection<UInt8>) {
    put(UInt32(value.count))
    bytes.append(contentsOf: value)
  }
  public mutating func put(_ value: String) {
    put(UInt32(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }
  public mutating func put(words: [UInt64]) {
    put(UInt32(words.count))
    #if _endian(little)
      words.withUnsafeBytes { bytes.append(contentsOf: $0) }
    #else
      for word in words { put(word) }
    #endif
  }
  public mutating func put(seconds: [UInt32]) {
    put(UInt32(seconds.count))
    #if _endian(little)
      seconds.withUnsafeBytes { bytes.append(contentsOf: $0) }
    #else
      for value in seconds { put(value) }
    #endif
  }
  public mutating func put<T>(optional value: T?, _ body: (inout Encoder, T) -> Void) {
    put(value != nil)
    if let value { body(&self, value) }
  }
}

/// Reads what an `Encoder` wrote.
///
/// A field that lies wholly past the end reads as its default, so that an old record has the
/// fields that came later; a field cut in the middle is an error.
public struct Decoder {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int

  /// The bytes must outlive the decoder.
  public init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    self.position = 0
  }

  public var isAtEnd: Bool { position >= bytes.count }

  public mutating func integer<T: FixedWidthInteger>(
    _ type: T.Type = T.self, default value: T = 0
  ) throws(DecodingFailure) -> T {
    if isAtEnd { return value }
    let size = MemoryLayout<T>.size
    guard bytes.count - position >= size else { throw .truncated }
    let result = bytes.loadUnaligned(fromByteOffset: position, as: T.self)
    position += size
    return T(littleEndian: result)
  }

  public mutating func bigEndian<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type = T.self
  ) throws(DecodingFailure) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - position >= size else { throw .truncated }
    let result = bytes.loadUnaligned(fromByteOffset: position, as: T.self)
    position += size
    return T(bigEndian: result)
  }

  /// A case by its raw value; one that this build does not know is an error.
  public mutating func enumeration<T: RawRepresentable<UInt8>>(
    _ type: T.Type
  ) throws(DecodingFailure) -> T {
    let raw: UInt8 = try integer()
    guard let value = T(rawValue: raw) else { throw .malformed("\(T.self) \(raw)") }
    return value
  }

  public mutating func bool() throws(DecodingFailure) -> Bool { try integer(UInt8.self) != 0 }

  public mutating func instant() throws(DecodingFailure) -> Instant {
    Instant(milliseconds: try integer())
  }

  public mutating func hash() throws(DecodingFailure) -> Hash128 {
    Hash128(high: try integer(), low: try integer())
  }

  public mutating func rest() -> [UInt8] {
    let result = Array(bytes[min(position, bytes.count)...])
    position = bytes.count
    return result
  }

  public mutating func byteArray() throws(DecodingFailure) -> [UInt8] {
    let count = Int(try integer(UInt32.self))
    guard bytes.count - position >= count else { throw .truncated }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  public mutating func string() throws(DecodingFailure) -> String {
    String(decoding: try byteArray(), as: UTF8.self)
  }

  public mutating func words() throws(DecodingFailure) -> [UInt64] {
    let count = Int(try integer(UInt32.self))
    guard (bytes.count - position) / 8 >= count else { throw .truncated }
    var result: [UInt64] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try integer()) }
    return result
  }

  public mutating func seconds() throws(DecodingFailure) -> [UInt32] {
    let count = Int(try integer(UInt32.self))
    guard (bytes.count - position) / 4 >= count else { throw .truncated }
    var result: [UInt32] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try integer()) }
    return result
  }

  /// A number of elements that follow, each of at least so many bytes: more than can be there is
  /// an error, and no reason to loop.
  mutating func count(ofBytes size: Int) throws(DecodingFailure) -> Int {
    let count = Int(try integer(UInt32.self))
    guard (bytes.count - min(position, bytes.count)) / size >= count else { throw .truncated }
    return count
  }

  public mutating func optional<T>(
    _ body: (inout Decoder) throws(DecodingFailure) -> T
  ) throws(DecodingFailure) -> T? {
    try bool() ? try body(&self) : nil
  }
}
