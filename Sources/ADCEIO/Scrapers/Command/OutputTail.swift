/// The last bytes of a stream.
struct OutputTail {
  static let bytesMax = 64 << 10

  private var buffer: [UInt8] = []

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(contentsOf: bytes.suffix(OutputTail.bytesMax))
    // Cut at twice the size, so that a byte is moved once, not with every append.
    if buffer.count > 2 * OutputTail.bytesMax {
      buffer.removeFirst(buffer.count - OutputTail.bytesMax)
    }
  }

  var bytes: [UInt8] { Array(buffer.suffix(OutputTail.bytesMax)) }
}

/// Finds, in a stream of lines, the last that is a JSON object with `"adce": 1`.
struct ResultLineSearch {
  /// A longer line is none.
  static let lineBytesMax = 256 << 10

  private(set) var result: JSONValue?
  private var line: [UInt8] = []
  private var isTooLong = false

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      extend(rest[..<end])
      finish()
      rest = rest[(end + 1)...]
    }
    extend(rest)
  }

  /// The stream's end ends its last line.
  mutating func finish() {
    if !isTooLong, let value = ResultLineSearch.parse(line) { result = value }
    line.removeAll(keepingCapacity: true)
    isTooLong = false
  }

  private mutating func extend(_ bytes: Slice<UnsafeRawBufferPointer>) {
    guard !isTooLong else { return }
    if line.count + bytes.count > ResultLineSearch.lineBytesMax {
      isTooLong = true
      line.removeAll()
    } else {
      line.append(contentsOf: bytes)
    }
  }

  private static func parse(_ line: [UInt8]) -> JSONValue? {
    guard line.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
      let value = JSONValue(parsing: line), value["adce"]?.integer == 1
    else { return nil }
    return value
  }
}
