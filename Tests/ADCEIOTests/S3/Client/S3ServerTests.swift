import ADCEIO
import ADCEKernel
import ADCETestServers
import Testing

/// The client against a server that checks signatures: JuiceFS's gateway.
@Suite(.enabled(if: ServerPrograms.hasJuiceFS, "\(ServerPrograms.comment)"))
struct S3GatewayTests {
  /// What such a server can keep; it has no `.` or `..` in a key.
  private static let keys = [
    "plain.json", "folder/file name.csv", "a+b", "100%/%41/%2F/%zz", "double//slash",
    "tab\tnewline\nreturn\r", "bell\u{7}delete\u{7f}", "naïve/ключ/鍵/🏀",
    "!\"#$&'()*,:;<=>?@[]^_`{|}~",
  ]

  @Test(arguments: keys)
  func anOddKeyIsStoredAndReadAndSeen(key: String) throws {
    let bucket = try Bucket("odd-\(Hash128(of: Array(key.utf8)).low)")
    let bytes = Array("contents of \(key)".utf8)
    var options = S3PutOptions()
    options.checksum = .contentMD5
    try bucket.client.put(bucket.name, Array(key.utf8), .bytes(bytes), options)
    let found = try #require(try bucket.client.get(bucket.name, Array(key.utf8), limit: 1000))
    #expect(found.body == bytes)
    #expect(try bucket.client.head(bucket.name, Array(key.utf8))?.bytes == Int64(bytes.count))
    #expect(try bucket.client.head(bucket.name, Array((key + "x").utf8)) == nil)
    // It cannot encrypt, and has said so.
    #expect(bucket.client.lacksEncryption)
  }

  @Test func aWrongSecretIsToldAsOne() throws {
    let bucket = try Bucket("wrong-secret")
    let client = try Bucket.client(of: bucket.server, secret: "something else")
    for method in [S3Request.Method.get, .head] {
      let failure = S3Stage.failure { () throws(S3Failure) in
        _ = try client.send(S3Request(method, bucket: bucket.name, key: Array("k".utf8)))
      }
      #expect(failure?.code == "SignatureDoesNotMatch")
      #expect(failure?.exitCode == 77)
    }
  }

  @Test func anUnknownKeyIdIsToldAsOne() throws {
    let bucket = try Bucket("wrong-id")
    let keys = S3Credentials(accessKeyID: "NOBODY", secretAccessKey: "s", origin: "test")
    let client = try S3Stage.client(
      at: bucket.server.endpoint, credentials: FixedCredentials(keys))
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try client.get(bucket.name, [0x6B], limit: 1)
    }
    #expect(failure?.code == "InvalidAccessKeyId")
    #expect(failure?.kind == .credentials)
  }

  @Test func aBucketThatIsNotThereIsToldAsOne() throws {
    let bucket = try Bucket("there")
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try bucket.client.get("not-there", [0x6B], limit: 1)
    }
    #expect(failure?.kind == .noSuchBucket)
  }

  @Test func damageOnTheWayIsFoundByTheServer() throws {
    let bucket = try Bucket("damage")
    var request = S3Request(.put, bucket: bucket.name, key: Array("k".utf8))
    request.body = .bytes(Array("hello".utf8))
    request.headers = [HTTPHeader("Content-MD5", "kAFQmDzST7DWlj99KOF/cg==")]
    let failure = S3Stage.failure { () throws(S3Failure) in _ = try bucket.client.send(request) }
    #expect(failure?.kind == .damaged)
    #expect(try bucket.client.head(bucket.name, Array("k".utf8)) == nil)
  }

  @Test func rangesAndStreamsGiveTheBytes() throws {
    let bucket = try Bucket("ranges")
    let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 / 13) }
    let key = Array("large".utf8)
    try bucket.client.put(bucket.name, key, .bytes(bytes))
    let part = try bucket.client.get(
      bucket.name, key, range: 1_000_000..<1_000_100, limit: 100)
    #expect(part?.body == Array(bytes[1_000_000..<1_000_100]))
    #expect(part?.object.bytes == 1_500_000)
    #expect(
      try bucket.client.get(bucket.name, key, range: 2_000_000..<2_000_001, limit: 1)?.body
        == [])
    var read: [UInt8] = []
    let object = try bucket.client.read(bucket.name, key) { read += $0 }
    #expect(read == bytes)
    #expect(object.bytes == 1_500_000)
    #expect(object.md5 == MD5.hex(bytes))
  }

  @Test func aFileGoesInPartsAndComesOutWhole() throws {
    let bucket = try Bucket("parts")
    let bytes = (0..<(11 << 20)).map { UInt8(truncatingIfNeeded: $0 / 17) }
    let folder = TemporaryFolder()
    try FileTree.write(bytes, to: folder.path + "/body")
    let keys = S3Credentials(
      accessKeyID: bucket.server.accessKeyID, secretAccessKey: bucket.server.secretAccessKey,
      origin: "test")
    let client = try S3Stage.client(
      at: bucket.server.endpoint, credentials: FixedCredentials(keys)
    ) {
      $0.multipart.above = 6 << 20
      $0.multipart.partBytes = 5 << 20
    }
    let key = Array("in parts".utf8)
    let stored = try client.put(
      bucket.name, key, .file(path: folder.path + "/body", offset: 0, count: Int64(bytes.count)))
    #expect(stored.etag?.contains("-3") == true)
    var read = MD5.Running()
    #expect(try client.read(bucket.name, key) { read.update($0) }.bytes == Int64(bytes.count))
    #expect(read.hex == MD5.hex(bytes))
  }
}

/// The client against moto, which knows what the gateway does not.
@Suite(.enabled(if: ServerPrograms.hasMoto, "\(ServerPrograms.comment)"))
struct S3MotoTests {
  private let client: S3Client
  private let key = Array("folder/a b+%é".utf8)

  init() throws {
    client = try Bucket.client(of: try MotoServer.shared.get())
  }

  private func made(_ bucket: String) throws -> String {
    try client.makeBucket(bucket)
    return bucket
  }

  @Test func anObjectIsStoredOnlyWhereThereIsNone() throws {
    let bucket = try made("moto-absent")
    var options = S3PutOptions()
    options.condition = .absent
    try client.put(bucket, key, .bytes([1]), options)
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.put(bucket, key, .bytes([2]), options)
    }
    #expect(failure?.kind == .preconditionFailed)
    #expect(failure?.status == 412)
    #expect(try client.get(bucket, key, limit: 10)?.body == [1])
  }

  @Test func anObjectIsReplacedOnlyIfItIsTheOneThatWasSeen() throws {
    let bucket = try made("moto-match")
    let first = try client.put(bucket, key, .bytes([1]))
    var options = S3PutOptions()
    options.condition = .matches(etag: try #require(first.etag))
    try client.put(bucket, key, .bytes([2]), options)
    let failure = S3Stage.failure { () throws(S3Failure) in
      try client.put(bucket, key, .bytes([3]), options)
    }
    #expect(failure?.kind == .preconditionFailed)
    #expect(try client.get(bucket, key, limit: 10)?.body == [2])
  }

  @Test func encryptionAndCodingAreKeptWithTheObject() throws {
    let bucket = try made("moto-sse")
    var options = S3PutOptions()
    options.contentEncoding = "gzip"
    try client.put(bucket, key, .bytes(Array("hello".utf8)), options)
    let answer = try client.send(S3Request(.head, bucket: bucket, key: key))
    #expect(answer.header("x-amz-server-side-encryption") == "AES256")
    #expect(answer.header("content-encoding") == "gzip")
    #expect(!client.lacksEncryption)
  }

  @Test(arguments: [
    ".", "..", "./a/../b", "/leading", "trailing/", String(repeating: "é", count: 512),
  ])
  func keysThatLookLikePathsAreKeys(key: String) throws {
    let bucket = try made("moto-paths-\(Hash128(of: Array(key.utf8)).low)")
    try client.put(bucket, Array(key.utf8), .bytes([7]))
    #expect(try client.get(bucket, Array(key.utf8), limit: 10)?.body == [7])
    var list = S3Request(.get, bucket: bucket)
    list.query = [
      S3Request.QueryItem("list-type", "2"), S3Request.QueryItem("encoding-type", "url"),
    ]
    let listed = String(decoding: try client.send(list).body, as: UTF8.self)
    #expect(listed.contains("<KeyCount>1</KeyCount>"))
  }
}
