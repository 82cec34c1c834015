import ADCEIO
import ADCEKernel
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("Directory lake")
struct DirectoryLakeTests {
  private let folder = TemporaryFolder()
  private var lake: DirectoryLake { DirectoryLake(root: folder.path) }

  private func scan() throws -> (sink: CollectingSink, outcome: ScanOutcome) {
    try lake.scan { CollectingSink() }
  }

  @Test func anEmptyDirectoryIsAnEmptyLake() throws {
    let (sink, outcome) = try scan()
    #expect(sink.objects.isEmpty)
    #expect(outcome.objects == 0)
    #expect(outcome.source == .directory)
  }

  @Test func aMissingDirectoryIsNoLake() throws {
    let path = folder.path + "/nowhere"
    let lake = DirectoryLake(root: path)
    #expect(throws: LakeError.noLake(path: path)) { try lake.scan { CollectingSink() } }
    #expect(throws: LakeError.noLake(path: path)) {
      try lake.store(Array("a".utf8), .bytes([1]), compressing: false)
    }
    #expect(throws: LakeError.noLake(path: path)) { try lake.lookUp(Array("a".utf8)) }
    try folder.write("", to: "file")
    let file = DirectoryLake(root: folder.path + "/file")
    #expect(throws: LakeError.noLake(path: file.root)) { try file.scan { CollectingSink() } }
  }

  @Test func keysArePathsWithSizesAndTimes() throws {
    try folder.write("12345", to: "nba/box_scores/2024-25/a b+c%20.json")
    try folder.write("", to: "empty")
    var times = [timeval(tv_sec: 1_700_000_000, tv_usec: 999_999)]
    times.append(times[0])
    #expect(utimes(folder.path + "/empty", times) == 0)
    let (sink, outcome) = try scan()
    #expect(sink.keys == ["empty", "nba/box_scores/2024-25/a b+c%20.json"])
    #expect(
      sink.objects[Array("empty".utf8)]
        == ObjectFacts(bytes: 0, modifiedSeconds: 1_700_000_000))
    #expect(outcome.objects == 2)
    #expect(outcome.bytes == 5)
  }

  @Test func manyFoldersAreAllSeenOnce() throws {
    var expected: [String] = []
    for top in 0..<7 {
      for middle in 0..<9 {
        for file in 0..<3 {
          let key = "top\(top)/middle\(middle)/deep/er/\(file)"
          expected.append(key)
          try folder.write(key, to: key)
        }
      }
    }
    let (sink, outcome) = try scan()
    #expect(sink.keys == expected.sorted())
    #expect(sink.repeats == 0)
    #expect(outcome.objects == expected.count)
  }

  @Test func namesThatAreNotUnicodeAreKeysToo() throws {
    let key: [UInt8] = [0x66, 0xFF, 0xFE, 0x0A, 0x22]
    _ = try lake.store(key, .bytes([1, 2]), compressing: false)
    #expect(try scan().sink.objects[key]?.bytes == 2)
    #expect(try lake.lookUp(key)?.bytes == 2)
  }

  @Test func linksToFilesCountAndLinksToFoldersDoNot() throws {
    try folder.write("abc", to: "real/file")
    symlink("real/file", folder.path + "/link")
    symlink("real", folder.path + "/folder-link")
    symlink("nowhere", folder.path + "/dangling")
    symlink("circle", folder.path + "/circle")
    #expect(try scan().sink.keys == ["link", "real/file"])
    #expect(try lake.lookUp(Array("link".utf8))?.bytes == 3)
    #expect(try lake.lookUp(Array("folder-link/file".utf8)) == nil)
    #expect(try lake.lookUp(Array("dangling".utf8)) == nil)
    #expect(try lake.lookUp(Array("circle".utf8)) == nil)
    #expect(
      throws: LakeError.unstorableKey(
        "folder-link/file", .clash(path: folder.path + "/folder-link"))
    ) {
      try lake.store(Array("folder-link/file".utf8), .bytes([]), compressing: false)
    }
  }

  @Test func theLakeItselfMayBeALink() throws {
    try folder.write("abc", to: "real/file")
    symlink("real", folder.path + "/lake")
    let lake = DirectoryLake(root: folder.path + "/lake")
    #expect(try lake.scan { CollectingSink() }.sink.keys == ["file"])
  }

  @Test func pipesAndTheLikeAreNoObjects() throws {
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(try scan().sink.objects.isEmpty)
    #expect(try lake.lookUp(Array("pipe".utf8)) == nil)
    #expect(try lake.read(Array("pipe".utf8), limit: 10) == nil)
  }

  @Test(.enabled(if: getuid() != 0, "root reads everything"))
  func aFolderThatCannotBeReadEndsTheScan() throws {
    try folder.write("abc", to: "locked/file")
    chmod(folder.path + "/locked", 0)
    defer { chmod(folder.path + "/locked", 0o700) }
    #expect {
      try scan()
    } throws: { error in
      guard case LakeError.unreadable(let failure) = error else { return false }
      return failure.path.hasSuffix("locked") && failure.code == EACCES
    }
  }

  @Test func aScanBeginsNoLaterThanWhatIsWrittenAfterIt() throws {
    for _ in 0..<50 {
      let outcome = try scan().outcome
      let facts = try lake.store(Array("key".utf8), .bytes([1]), compressing: false)
      #expect(outcome.began <= Instant(seconds: facts.modifiedSeconds))
    }
  }
}
