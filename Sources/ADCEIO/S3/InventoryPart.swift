/// Reads one part of a report as its bytes come: inflates, splits, and verifies size and MD5, all in
/// one pass and in constant memory (about 0.5 MB), whatever its size.
struct InventoryPart: ~Copyable {
  private let part: InventoryManifest.Part
  private var contents: Contents
  private var digest = MD5.Running()
  private var size: Int64 = 0
  /// What is wrong with the contents. A checksum that does not match explains it better, so the
  /// part is taken to its end all the same.
  private var problem: InventoryError?

  /// Rows are split when it is full; a longer row is refused.
  private static let windowBytes = 256 << 10

  init(_ part: InventoryManifest.Part, _ schema: InventorySchema) {
    self.part = part
    contents = Contents(schema)
  }

  /// Adds the objects of the next piece to `sink`.
  mutating func take(_ piece: UnsafeRawBufferPointer, into sink: inout some ObjectSink) {
    digest.update(piece)
    size += Int64(piece.count)
    take(piece, isLast: false, into: &sink)
  }

  /// The part's counts. When it throws, the sink holds part of a refused report, and must be thrown
  /// away.
  mutating func finish(
    into sink: inout some ObjectSink
  ) throws(InventoryError) -> InventoryRows {
    take(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, into: &sink)
    guard size == part.bytes else {
      throw .partSize(part: part.key, found: size, expected: part.bytes)
    }
    let found = digest.hex
    guard found == part.md5 else {
      throw .partChecksum(part: part.key, found: found, expected: part.md5)
    }
    if let problem { throw problem }
    return contents.rows
  }

  private mutating func take(
    _ piece: UnsafeRawBufferPointer, isLast: Bool, into sink: inout some ObjectSink
  ) {
    guard problem == nil else { return }
    do throws(ContentsFault) {
      try contents.take(piece, isLast: isLast, into: &sink)
    } catch {
      problem = error.inPart(part.key, row: contents.rows.rows + 1)
    }
  }
}

extension InventoryPart {
  private enum ContentsFault: Error {
    case compression(GzipError)
    case row(InventoryRowFault)

    func inPart(_ part: String, row: Int) -> InventoryError {
      switch self {
      case .compression(let error): .partCompression(part: part, error)
      case .row(let fault): .row(part: part, number: row, fault)
      }
    }
  }

  /// The rows of a part, given its bytes piece by piece, compressed or (by their magic) not.
  private struct Contents: ~Copyable {
    private(set) var rows: InventoryRows
    private let window: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var inflater = GzipInflater()
    private var isCompressed: Bool?
    /// The first byte, while it alone is known: two tell whether it is compressed.
    private var first: UInt8?

    init(_ schema: InventorySchema) {
      rows = InventoryRows(schema)
      window = .allocate(byteCount: windowBytes + InventoryRows.slack, alignment: 64)
      // The slack is read, if never used.
      window.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { window.deallocate() }

    mutating func take(
      _ piece: UnsafeRawBufferPointer, isLast: Bool, into sink: inout some ObjectSink
    ) throws(ContentsFault) {
      var piece = piece
      guard let compressed = try begin(piece, isLast, into: &sink) else { return }
      while true {
        let room = UnsafeMutableRawBufferPointer(rebasing: window[filled..<windowBytes])
        filled += compressed ? try inflate(&piece, room) : Self.copy(&piece, room)
        if filled < windowBytes { break }
        try split(isLast: false, into: &sink)
      }
      if isLast {
        if compressed {
          do { try inflater.finish() } catch { throw .compression(error) }
        }
        try split(isLast: true, into: &sink)
      }
    }

    /// Whether the part is compressed; nil if that cannot be said yet.
    private mutating func begin(
      _ piece: UnsafeRawBufferPointer, _ isLast: Bool, into sink: inout some ObjectSink
    ) throws(ContentsFault) -> Bool? {
      if let isCompressed { return isCompressed }
      let begin = (first.map { [$0] } ?? []) + piece.prefix(2)
      guard begin.count >= 2 || isLast else {
        first = begin.first
        return nil
      }
      let compressed = Gzip.begins(begin)
      isCompressed = compressed
      if let held = first {
        first = nil
        try withUnsafeBytes(of: held) { byte throws(ContentsFault) in
          try take(byte, isLast: false, into: &sink)
        }
      }
      return compressed
    }

    private mutating func inflate(
      _ piece: inout UnsafeRawBufferPointer, _ room: UnsafeMutableRawBufferPointer
    ) throws(ContentsFault) -> Int {
      do { return try inflater.inflate(&piece, into: room) } catch { throw .compression(error) }
    }

    private static func copy(
      _ piece: inout UnsafeRawBufferPointer, _ room: UnsafeMutableRawBufferPointer
    ) -> Int {
      let count = min(piece.count, room.count)
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<count]))
      piece = UnsafeRawBufferPointer(rebasing: piece[count...])
      return count
    }

    /// Takes the whole rows off the window and moves the rest to its front.
    private mutating func split(
      isLast: Bool, into sink: inout some ObjectSink
    ) throws(ContentsFault) {
      let bytes = UnsafeMutableRawBufferPointer(rebasing: window[..<filled])
      let used: Int
      do { used = try rows.consume(bytes, isLast: isLast, into: &sink) } catch {
        throw .row(error)
      }
      if used == 0, filled == windowBytes { throw .row(.tooLong) }
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[used...]))
      filled -= used
    }
  }
}
