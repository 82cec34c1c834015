/// Reads one part of a report: inflates, splits, and verifies size and MD5, all in one pass and
/// in constant memory (about 0.5 MB), whatever its size.
struct InventoryPart {
  let part: InventoryManifest.Part
  let schema: InventorySchema

  private static let inputBytes = 64 << 10
  /// Rows are split when it is full; a longer row is refused.
  private static let windowBytes = 256 << 10

  /// Adds the part's objects to `sink` and its counts to `rows`. When it throws, they hold part
  /// of a refused report, and must be thrown away.
  func read(
    _ file: consuming OpenFile, into sink: inout some ObjectSink, _ rows: inout InventoryRows
  ) throws(InventoryError) {
    let input = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.inputBytes, alignment: 64)
    defer { input.deallocate() }
    var contents = Contents(schema)
    var digest = MD5.Running()
    var size: Int64 = 0
    // What is wrong with the contents. A checksum that does not match explains it better, so the
    // file is read to its end all the same.
    var problem: InventoryError?
    while true {
      let count: Int
      do { count = try file.read(into: input) } catch { throw .system(error) }
      let piece = UnsafeRawBufferPointer(rebasing: input[..<count])
      digest.update(piece)
      size += Int64(count)
      let isLast = count < input.count
      if problem == nil {
        do throws(ContentsFault) {
          try contents.take(piece, isLast: isLast, into: &sink)
        } catch {
          problem = error.inPart(part.key, row: contents.rows.rows + 1)
        }
      }
      if isLast { break }
    }
    guard size == part.bytes else {
      throw .partSize(part: part.key, found: size, expected: part.bytes)
    }
    let found = digest.hex
    guard found == part.md5 else {
      throw .partChecksum(part: part.key, found: found, expected: part.md5)
    }
    if let problem { throw problem }
    rows.add(contents.rows)
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
      let compressed = isCompressed ?? Gzip.begins(piece)
      isCompressed = compressed
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
