import ADCEIO
import Testing

@Suite("Gzip")
struct GzipTests {
  /// Compressible and incompressible stretches, longer than any buffer.
  private func sample(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix(state: seed)
    var bytes: [UInt8] = []
    while bytes.count < count {
      if Bool.random(using: &random) {
        bytes += Array("\"lake\",\"nba/box_scores/2024-25/\(random.next() % 1000).json\"\n".utf8)
      } else {
        bytes += (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
    }
    return bytes
  }

  /// Inflates with input and output cut into pieces of the given sizes.
  private func inflate(_ file: [UInt8], input: Int, output: Int) throws -> [UInt8] {
    var inflater = GzipInflater()
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: output, alignment: 16)
    defer { room.deallocate() }
    var result: [UInt8] = []
    for start in stride(from: 0, to: file.count, by: input) {
      try file[start..<min(start + input, file.count)].withUnsafeBytes { piece in
        var rest = piece
        while true {
          let written = try inflater.inflate(&rest, into: room)
          result += room[..<written]
          if written < output { break }
        }
        #expect(rest.isEmpty)
      }
    }
    try inflater.finish()
    return result
  }

  @Test(arguments: [0, 1, 100, 65_536, 300_000, 2_000_000])
  func whatIsCompressedInflatesToTheSame(count: Int) throws {
    let bytes = sample(count, seed: UInt64(count))
    #expect(try Gzip.decompress(Gzip.compress(bytes)) == bytes)
  }

  @Test func textShrinks() {
    let text = Array(String(repeating: "{\"points\": 31, \"rebounds\": 12}\n", count: 1000).utf8)
    #expect(Gzip.compress(text).count < text.count / 20)
  }

  @Test(arguments: [(1, 1), (1, 65_536), (7, 13), (1000, 1), (65_536, 4096)])
  func anyCutOfInputAndOutputGivesTheSame(cut: (Int, Int)) throws {
    let members = (0..<5).map { sample(3_000 * $0, seed: UInt64($0)) }
    let file = members.flatMap { Gzip.compress($0) }
    let inflated = try inflate(file, input: cut.0, output: cut.1)
    #expect(inflated == members.flatMap { $0 })
  }

  @Test func everyTruncationIsAnError() throws {
    let file = Gzip.compress(sample(2_000, seed: 1))
    for count in 0..<file.count {
      #expect(throws: GzipError.truncated) { try Gzip.decompress(Array(file[..<count])) }
    }
    #expect(throws: GzipError.truncated) {
      try Gzip.decompress(file + file[..<5])
    }
  }

  @Test func garbageAfterTheEndIsAnError() {
    let file = Gzip.compress(Array("hello".utf8))
    for garbage in [[0], [0x1F, 0x8C, 8, 0, 0, 0, 0, 0, 0, 0], Array("tail".utf8)] as [[UInt8]] {
      #expect(throws: GzipError.trailingGarbage) { try Gzip.decompress(file + garbage) }
    }
  }

  @Test func whatIsNotGzipIsSaidToBe() {
    #expect(throws: GzipError.notGzip) { try Gzip.decompress(Array("plain text".utf8)) }
    #expect(throws: GzipError.notGzip) {
      try Gzip.decompress([0x1F, 0x8C, 8, 0, 0, 0, 0, 0, 0, 0])
    }
  }

  @Test func aWrongChecksumOrLengthIsAnError() {
    let file = Gzip.compress(sample(5_000, seed: 2))
    for position in (file.count - 8)..<file.count {
      var damaged = file
      damaged[position] ^= 1
      #expect(throws: GzipError.checksum) { try Gzip.decompress(damaged) }
    }
  }

  @Test func noFlippedBitInTheContentsGoesUnseen() {
    let bytes = sample(1_000, seed: 3)
    let file = Gzip.compress(bytes)
    for position in 10..<(file.count - 8) {
      var damaged = file
      damaged[position] ^= 0x10
      #expect(throws: GzipError.self) { try Gzip.decompress(damaged) }
    }
  }

  @Test func moreThanTheLimitIsRefused() throws {
    let file = Gzip.compress([UInt8](repeating: 0, count: 1_000_000))
    #expect(throws: GzipError.overLimit(999_999)) { try Gzip.decompress(file, limit: 999_999) }
    #expect(try Gzip.decompress(file, limit: 1_000_000).count == 1_000_000)
  }
}
