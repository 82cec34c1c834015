internal import Glibc

/// The last bytes of a stream.
struct OutputTail {
  static let bytesMax = 64 << 10

  private var buffer: [UInt8] = []

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(
      contentsOf: UnsafeRawBufferPointer(rebasing: bytes.suffix(OutputTail.bytesMax)))
    // Cut at twice the size, so that a byte is moved once, not with every append.
    if buffer.count > 2 * OutputTail.bytesMax {
      buffer.removeFirst(buffer.count - OutputTail.bytesMax)
    }
  }

  var bytes: [UInt8] { Array(buffer.suffix(OutputTail.bytesMax)) }
}

/// Finds, in a stream of lines, the last that is a JSON object with `"adce": 1`.
///
/// Lines that look like one are kept and read at the end, so that a flood of them costs no more
/// than any other: the last 16, of which all but one would have to be broken for it to be missed.
struct ResultLineSearch {
  /// A longer line is none.
  static let lineBytesMax = 256 << 10
  static let candidatesMax = 16

  private var candidates: [[UInt8]] = []
  private var line: [UInt8] = []
  private var isTooLong = false

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard var at = bytes.baseAddress else { return }
    let end = at + bytes.count
    while at < end {
      let newline = memchr(at, 0x0A, end - at).map { UnsafeRawPointer($0) }
      extend(UnsafeRawBufferPointer(start: at, count: (newline ?? end) - at))
      guard let newline else { break }
      finishLine()
      at = newline + 1
    }
  }

  /// The result, once the stream has ended, which ends its last line.
  mutating func finish() -> JSONValue? {
    finishLine()
    for candidate in candidates.reversed() {
      if let value = JSONValue(parsing: candidate), value["adce"]?.integer == 1 { return value }
    }
    return nil
  }

  private mutating func finishLine() {
    if !isTooLong, looksLikeOne {
      candidates.append(line)
      if candidates.count > ResultLineSearch.candidatesMax { candidates.removeFirst() }
    }
    line.removeAll(keepingCapacity: true)
    isTooLong = false
  }

  /// It begins with a brace and says `"adce"` somewhere.
  private var looksLikeOne: Bool {
    guard line.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return false }
    let name: StaticString = "\"adce\""
    return line.withUnsafeBytes { bytes in
      // From quote to quote; never past the end, since the name has to fit before it.
      guard var at = bytes.baseAddress else { return false }
      let last = at + bytes.count - name.utf8CodeUnitCount
      while at <= last, let quote = memchr(at, 0x22, last - at + 1) {
        if memcmp(quote, name.utf8Start, name.utf8CodeUnitCount) == 0 { return true }
        at = UnsafeRawPointer(quote) + 1
      }
      return false
    }
  }

  private mutating func extend(_ bytes: UnsafeRawBufferPointer) {
    guard !isTooLong else { return }
    if line.count + bytes.count > ResultLineSearch.lineBytesMax {
      isTooLong = true
      line.removeAll()
    } else {
      line.append(contentsOf: bytes)
    }
  }
}
