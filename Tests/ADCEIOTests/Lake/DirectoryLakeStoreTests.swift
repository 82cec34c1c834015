import ADCEIO
import ADCEKernel
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("Storing into a directory lake")
struct DirectoryLakeStoreTests {
  private let folder = TemporaryFolder()
  private var lake: DirectoryLake { DirectoryLake(root: folder.path) }

  @Test func whatIsStoredIsThereByteForByte() throws {
    let key = Array("nba/schedule/2024 25/x+y.json".utf8)
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let facts = try lake.store(key, .bytes(bytes), compressing: false)
    #expect(facts.bytes == 300_000)
    #expect(try lake.read(key, limit: 300_000) == bytes)
    #expect(try lake.lookUp(key) == facts)
    let (sink, _) = try lake.scan { CollectingSink() }
    #expect(sink.objects == [key: facts])
  }

  @Test func aFileIsStoredLikeItsBytes() throws {
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 * 11) }
    let source = TemporaryFolder()
    try FileTree.write(bytes, to: source.path + "/body")
    let contents = ObjectContents.file(path: source.path + "/body")
    let plain = try lake.store(Array("plain".utf8), contents, compressing: false)
    #expect(plain.bytes == 600_000)
    #expect(try lake.read(Array("plain".utf8), limit: 1 << 20) == bytes)
    _ = try lake.store(Array("packed".utf8), contents, compressing: true)
    let packed = try #require(try lake.read(Array("packed".utf8), limit: 1 << 20))
    #expect(try Gzip.decompress(packed) == bytes)
  }

  @Test func aNewerObjectReplacesTheOlder() throws {
    let key = Array("a/b".utf8)
    _ = try lake.store(key, .bytes([1, 2, 3]), compressing: false)
    _ = try lake.store(key, .bytes([4]), compressing: false)
    #expect(try lake.read(key, limit: 10) == [4])
    #expect(try lake.scan { CollectingSink() }.outcome.objects == 1)
  }

  @Test func anObjectMayBeCompressed() throws {
    let bytes = [UInt8](repeating: 65, count: 10_000)
    let facts = try lake.store(Array("a".utf8), .bytes(bytes), compressing: true)
    #expect(facts.bytes < 200)
    #expect(try Gzip.decompress(try #require(try lake.read(Array("a".utf8), limit: 200))) == bytes)
  }

  @Test(arguments: [
    ("", KeyFault.empty), ("/a", .emptyComponent), ("a/", .emptyComponent),
    ("a//b", .emptyComponent), ("..", .dotComponent), ("a/../../b", .dotComponent),
    ("a/./b", .dotComponent), ("a\0b", .holdsNUL),
    (".adce-tmp-1", .temporaryName), ("a/.adce-tmp-1/b", .temporaryName),
    (String(repeating: "x", count: 256), .tooLong),
    (String(repeating: "x/", count: 512) + "y", .tooLong),
  ])
  func noKeyLeavesTheLake(key: String, fault: KeyFault) throws {
    #expect(throws: LakeError.unstorableKey(key, fault)) {
      try lake.store(Array(key.utf8), .bytes([1]), compressing: false)
    }
    #expect(try lake.lookUp(Array(key.utf8)) == nil)
    #expect(try lake.read(Array(key.utf8), limit: 10) == nil)
  }

  @Test func aKeyCannotBeBothAFileAndAFolder() throws {
    _ = try lake.store(Array("a/b".utf8), .bytes([1]), compressing: false)
    #expect(throws: LakeError.unstorableKey("a", .clash(path: folder.path + "/a"))) {
      try lake.store(Array("a".utf8), .bytes([1]), compressing: false)
    }
    #expect(throws: LakeError.unstorableKey("a/b/c", .clash(path: folder.path + "/a/b"))) {
      try lake.store(Array("a/b/c".utf8), .bytes([1]), compressing: false)
    }
    #expect(try lake.lookUp(Array("a".utf8)) == nil)
    #expect(try lake.lookUp(Array("a/b/c".utf8)) == nil)
    #expect(try lake.scan { CollectingSink() }.sink.keys == ["a/b"])
    #expect(try lake.removeLeftovers() == 0)
  }

  @Test func filesAndFoldersHaveOrdinaryModes() throws {
    _ = try lake.store(Array("a/b".utf8), .bytes([1]), compressing: false)
    let mask = umask(0)
    umask(mask)
    var status = stat()
    #expect(stat(folder.path + "/a/b", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o644 & ~mask)
    #expect(stat(folder.path + "/a", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o755 & ~mask)
  }

  @Test func whatACrashLeftIsNoObjectAndIsRemoved() throws {
    try folder.write("half", to: ".adce-tmp-17-0")
    try folder.write("half", to: "a/b/.adce-tmp-17-1")
    try folder.write("whole", to: "a/b/c")
    #expect(try lake.scan { CollectingSink() }.sink.keys == ["a/b/c"])
    #expect(try lake.removeLeftovers() == 2)
    #expect(try lake.removeLeftovers() == 0)
    #expect(try lake.read(Array("a/b/c".utf8), limit: 10) == Array("whole".utf8))
  }

  @Test func aSourceThatIsNotThereLeavesNothingBehind() throws {
    let missing = ObjectContents.file(path: folder.path + "/missing")
    #expect(throws: LakeError.self) {
      try lake.store(Array("a".utf8), missing, compressing: false)
    }
    #expect(try lake.scan { CollectingSink() }.sink.objects.isEmpty)
    #expect(try lake.removeLeftovers() == 0)
  }

  @Test func manyKeysAreLookedUpInTheirOrder() throws {
    let facts = try lake.store(Array("b".utf8), .bytes([1]), compressing: false)
    let keys = ["a", "b", "../b", "c/d"].map { Array($0.utf8) }
    #expect(try lake.lookUp(keys) == [nil, facts, nil, nil])
  }

  @Test func anObjectOverTheLimitIsNotRead() throws {
    _ = try lake.store(Array("a".utf8), .bytes([1, 2, 3]), compressing: false)
    #expect(throws: LakeError.tooLarge(key: "a", limit: 2)) {
      try lake.read(Array("a".utf8), limit: 2)
    }
    #expect(try lake.read(Array("a".utf8), limit: 3) == [1, 2, 3])
  }

  @Test func threadsStoringTheSameKeyLeaveOneWholeObject() async throws {
    let lake = lake
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for _ in 0..<25 {
            let bytes = [UInt8](repeating: UInt8(writer), count: 10_000 + writer)
            #expect(throws: Never.self) {
              try lake.store(Array("x/y/z".utf8), .bytes(bytes), compressing: false)
            }
          }
        }
      }
    }
    let bytes = try #require(try lake.read(Array("x/y/z".utf8), limit: 20_000))
    let first = try #require(bytes.first)
    #expect(bytes == [UInt8](repeating: first, count: 10_000 + Int(first)))
    #expect(try lake.removeLeftovers() == 0)
  }
}
