import ADCEIO
import ADCEKernel
import ADCETestServers
import Testing

@Suite(
  "A lake in a bucket", .enabled(if: ServerPrograms.hasJuiceFS, "\(ServerPrograms.comment)"))
struct S3LakeTests {
  static let oddKeys = [
    "plain.json", "a b", "a+b", "a%2Bb", "100%", "a\u{1}b", "née/球場.json", "\"q\"&<>", "~", "a/b",
    "a.b", "a-b", "deep/er/and/deeper/x",
  ]

  @Test("What is stored is there: by look-up, by reading, in a scan")
  func oddKeys() throws {
    let lake = try Bucket("odd-keys").lake()
    for (index, key) in Self.oddKeys.enumerated() {
      let body = Array("\(key)\(String(repeating: "x", count: index))".utf8)
      let facts = try lake.store(Array(key.utf8), .bytes(body), compressing: false)
      #expect(facts.bytes == Int64(body.count))
      #expect(try lake.lookUp(Array(key.utf8)) == facts)
      #expect(try lake.read(Array(key.utf8), limit: 1000) == body)
    }
    let (sink, outcome) = try lake.scan { CollectingSink() }
    #expect(sink.keys == Self.oddKeys.sorted())
    #expect(outcome.objects == Self.oddKeys.count && outcome.source == .listing)
    let keys = Self.oddKeys.map { Array($0.utf8) } + [Array("never".utf8)]
    let found = try lake.lookUp(keys)
    #expect(found.last == .some(nil))
    for (key, facts) in zip(keys, found) { #expect(facts == sink.objects[key]) }
  }

  @Test("A scan began when the server says, not later than what it holds")
  func began() throws {
    let lake = try Bucket("began").lake()
    let facts = try lake.store([0x61], .bytes([1]), compressing: false)
    let began = try lake.scan { CollectingSink() }.outcome.began
    #expect(began.seconds >= facts.modifiedSeconds)
    #expect(began.milliseconds % 1000 == 0)
    let after = try lake.store([0x62], .bytes([1]), compressing: false)
    #expect(after.modifiedSeconds >= began.seconds)
  }

  @Test("A lake below a prefix has keys of its own")
  func prefix() throws {
    let bucket = try Bucket("below-a-prefix")
    let outside = bucket.lake()
    let lake = bucket.lake("some/lake", prefixes: ["a/", "b"])
    for key in ["a/1", "b2", "c3"] {
      _ = try lake.store(Array(key.utf8), .bytes([7]), compressing: false)
    }
    _ = try outside.store(Array("a/outside".utf8), .bytes([7]), compressing: false)
    #expect(try lake.scan { CollectingSink() }.sink.keys == ["a/1", "b2"])
    #expect(
      try outside.scan { CollectingSink() }.sink.keys
        == ["a/outside", "some/lake/a/1", "some/lake/b2", "some/lake/c3"])
    #expect(try lake.lookUp(Array("outside".utf8)) == nil)
    #expect(try lake.lookUp(Array("c3".utf8))?.bytes == 1)
  }

  @Test("Compressed bodies and files are stored as such")
  func compressed() throws {
    let bucket = try Bucket("compressed")
    let lake = bucket.lake()
    let body = Array(String(repeating: "{\"points\": 12}\n", count: 4000).utf8)
    let folder = TemporaryFolder()
    try folder.write(String(decoding: body, as: UTF8.self), to: "body.json")
    let contents: [(String, ObjectContents)] = [
      ("bytes.json", .bytes(body)), ("file.json", .file(path: folder.path + "/body.json")),
    ]
    for (key, contents) in contents {
      let packed = try lake.store(Array(key.utf8), contents, compressing: true)
      let stored = try #require(try lake.read(Array(key.utf8), limit: body.count))
      #expect(packed.bytes == Int64(stored.count) && stored.count < body.count / 10)
      #expect(try Gzip.decompress(stored) == body)
      #expect(try lake.store(Array(key.utf8), contents, compressing: false).bytes == body.count)
      #expect(try lake.read(Array(key.utf8), limit: body.count) == body)
    }
    #expect(throws: LakeError.tooLarge(key: "file.json", limit: 10)) {
      try lake.read(Array("file.json".utf8), limit: 10)
    }
  }

  @Test(
    "Compressed objects say so", .enabled(if: ServerPrograms.hasMoto, "\(ServerPrograms.comment)"))
  func encoding() throws {
    // JuiceFS keeps no Content-Encoding.
    let client = try Bucket.client(of: MotoServer.shared.get())
    try client.makeBucket("encoding")
    let lake = S3Lake(client: client, location: S3Location(bucket: "encoding"))
    let key = Array("a.json".utf8)
    _ = try lake.store(key, .bytes([1, 2, 3]), compressing: true)
    #expect(try client.head("encoding", key)?.contentEncoding == "gzip")
    _ = try lake.store(key, .bytes([1, 2, 3]), compressing: false)
    #expect(try client.head("encoding", key)?.contentEncoding == nil)
    #expect(try lake.scan { CollectingSink() }.sink.objects[key]?.bytes == 3)
  }

  @Test("Many look-ups: by listing where it is cheaper, by HEAD where it is not")
  func lookUps() throws {
    let bucket = try Bucket("look-ups")
    let lake = bucket.lake("l")
    var chance = SplitMix(state: 11)
    var all: [[UInt8]: ObjectFacts] = [:]
    for number in 0..<60 {
      let key = Array("season/\(number % 3)/game é\(number).json".utf8)
      let body = [UInt8](repeating: 0, count: number)
      all[key] = try lake.store(key, .bytes(body), compressing: false)
    }
    let absent = (0..<20).map { Array("season/\($0 % 4)/absent\($0)".utf8) }
    for count in [0, 1, 2, 12, 13, 40, 80] {
      let keys = Array((Array(all.keys) + absent).shuffled(using: &chance).prefix(count))
      #expect(try lake.lookUp(keys) == keys.map { all[$0] }, "\(count)")
    }
    let unstorable = [[], [0xFF], [UInt8](repeating: 0x61, count: 1025)] as [[UInt8]]
    #expect(try lake.lookUp(unstorable) == [nil, nil, nil])
    for key in unstorable {
      #expect(throws: LakeError.self) {
        try lake.store(key, .bytes([1]), compressing: false)
      }
    }
  }

  @Test("A bucket that is not there is not an empty one")
  func noBucket() throws {
    let bucket = try Bucket("there")
    let lake = S3Lake(client: bucket.client, location: S3Location(bucket: "not-there"))
    func isRefused(_ body: () throws(LakeError) -> Void) -> Bool {
      do throws(LakeError) { try body() } catch {
        guard case .remote(let failure) = error else { return false }
        return failure.exitCode == 69 && failure.description.contains("NoSuchBucket")
      }
      return false
    }
    #expect(isRefused { () throws(LakeError) in _ = try lake.scan { CollectingSink() } })
    #expect(isRefused { () throws(LakeError) in _ = try lake.lookUp([0x61]) })
    #expect(isRefused { () throws(LakeError) in _ = try lake.read([0x61], limit: 1) })
    #expect(
      isRefused { () throws(LakeError) in
        _ = try lake.store([0x61], .bytes([1]), compressing: false)
      })
  }

  @Test("A wrong secret is told as one")
  func wrongSecret() throws {
    let bucket = try Bucket("signed")
    let client = try Bucket.client(of: bucket.server, secret: "another")
    let lake = S3Lake(client: client, location: S3Location(bucket: bucket.name))
    do throws(LakeError) {
      _ = try lake.scan { CollectingSink() }
      Issue.record("it was listed all the same")
    } catch {
      #expect(error.exitCode == 77)
      #expect(error.description.contains("SignatureDoesNotMatch"))
    }
  }

  @Test("Several readers list some thousand objects in as many requests as there are pages")
  func parallel() throws {
    let bucket = try Bucket("parallel")
    let lake = bucket.lake()
    let keys = (0..<2600).map { Array("season/\(2000 + $0 / 200)/\($0).json".utf8) }
    let next = Locked(0)
    let failures = try onThreads(8) { () -> [LakeError] in
      var failures: [LakeError] = []
      while let key = next.withLock({ next -> [UInt8]? in
        guard next < keys.count else { return nil }
        next += 1
        return keys[next - 1]
      }) {
        do throws(LakeError) { _ = try lake.store(key, .bytes([1]), compressing: false) } catch {
          failures.append(error)
        }
      }
      return failures
    }
    #expect(failures.joined().isEmpty)
    let (sink, outcome) = try lake.scan { CollectingSink() }
    #expect(Set(sink.objects.keys) == Set(keys))
    #expect(sink.repeats == 0 && outcome.objects == keys.count)
    // A twentieth more than the pages that the keys fill, and one a range.
    #expect(outcome.ranges > 0)
    #expect(outcome.requests >= (keys.count + 999) / 1000)
    #expect(
      Double(outcome.requests) <= Double(keys.count) / 1000 * 1.05 + Double(outcome.ranges),
      "\(outcome.requests) requests in \(outcome.ranges) ranges")
  }
}

/// Calls `body` on so many threads, and waits.
private func onThreads<Result: Sendable>(
  _ count: Int, _ body: @escaping @Sendable () -> Result
) throws -> [Result] {
  let results = Locked<[Result]>([])
  let threads = try (0..<count).map { _ in
    try DedicatedThread {
      let result = body()
      results.withLock { $0.append(result) }
    }
  }
  for thread in threads { thread.join() }
  return results.withLock { $0 }
}
