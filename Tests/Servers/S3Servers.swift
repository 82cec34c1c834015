import Foundation

/// An S3 server on loopback, with the keys that it takes.
package protocol S3TestServer: AnyObject, Sendable {
  var endpoint: String { get }
  var accessKeyID: String { get }
  var secretAccessKey: String { get }
}

extension S3TestServer {
  /// What a process is told of it; nothing of this machine's own AWS settings is left.
  package var environment: [String: String] {
    [
      "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": accessKeyID,
      "AWS_SECRET_ACCESS_KEY": secretAccessKey, "AWS_REGION": "us-east-1",
      "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_ENDPOINT_URL": "",
      "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
      "AWS_EC2_METADATA_DISABLED": "true",
    ]
  }
}

/// JuiceFS's gateway: MinIO's front, which checks signatures, on files in a folder of its own.
package final class JuiceFSGateway: S3TestServer {
  package let accessKeyID = "adce-test"
  package let secretAccessKey = "adce-test-secret"
  package let endpoint: String
  private let program: String
  private let port: UInt16
  private let folder: ServerFolder
  private let process = Held()

  /// One for all tests of this process; each makes its own bucket.
  package static let shared = Result { try JuiceFSGateway() }

  /// An object that is there from the beginning: zeros, as long as it says.
  package struct Object: Sendable {
    package var key: String
    package var bytes: Int64
    /// LastModified, since 1970.
    package var seconds: Int64

    package init(key: String, bytes: Int64, seconds: Int64) {
      self.key = key
      self.bytes = bytes
      self.seconds = seconds
    }
  }

  /// - Parameter objects: of a bucket `lake` that is there then; with times that no PUT could give.
  package init(objects: [Object] = []) throws {
    guard let program = ServerPrograms.program("juicefs") else {
      throw ServerProcess.NotRunning(description: ServerPrograms.comment)
    }
    self.program = program
    folder = try ServerFolder("juicefs")
    port = try ServerProcess.freePort()
    endpoint = "http://127.0.0.1:\(port)"
    let path = folder.path
    let empty = objects.isEmpty ? meta : "sqlite3://\(path)/empty.db"
    try ServerPrograms.run([
      program, "format", "--storage", "file", "--bucket", path + "/data/", "--trash-days", "0",
      empty, "lake",
    ])
    if !objects.isEmpty {
      let lines = objects.map { "\(Self.encoded($0.key))\t\($0.bytes)\t\($0.seconds)\n" }
      try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path + "/objects"))
      try ServerPrograms.run([program, "dump", empty, path + "/empty.json"])
      try ServerPrograms.run([
        "/bin/sh", "-c", #"exec "$1" "$2" lake "$3/objects" <"$3/empty.json" >"$3/filled.json""#,
        "sh", ServerPrograms.program("python") ?? "python3",
        ServerPrograms.repository + "/scripts/juicefs-fill.py", path,
      ])
      try ServerPrograms.run([program, "load", meta, path + "/filled.json"])
    }
    try start()
  }

  private static func encoded(_ key: String) -> String {
    key.utf8.map { byte in
      byte > 0x20 && byte < 0x7F && byte != 0x25
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  private var meta: String { "sqlite3://\(folder.path)/meta.db" }

  /// Starts it, again after `stop`: what was stored is there.
  package func start() throws {
    process.set(
      try ServerProcess(
        [
          program, "gateway", "--multi-buckets", "--keep-etag", "--no-banner", "--no-usage-report",
          "--cache-dir", "memory", "--cache-size", "64",
          "--metrics", "127.0.0.1:\(try ServerProcess.freePort())", "--log",
          folder.path + "/gateway.log", meta, "127.0.0.1:\(port)",
        ],
        environment: ["MINIO_ROOT_USER": accessKeyID, "MINIO_ROOT_PASSWORD": secretAccessKey],
        log: folder.path + "/output.log", port: port
      ) { [port] in ServerProcess.serves(port) })
  }

  /// Ends it as a crash would.
  package func stop() { process.set(nil) }

  private final class Held: @unchecked Sendable {
    // Sound: read and written under the lock only.
    private let lock = NSLock()
    private var process: ServerProcess?

    func set(_ new: ServerProcess?) { lock.withLock { process = new } }
  }
}

/// moto: conditional writes and the like; checks no signature.
package final class MotoServer: S3TestServer {
  package let accessKeyID = "any"
  package let secretAccessKey = "any"
  package let endpoint: String
  private let process: ServerProcess
  private let folder: ServerFolder

  package static let shared = Result { try MotoServer() }

  package init() throws {
    guard let program = ServerPrograms.program("moto_server") else {
      throw ServerProcess.NotRunning(description: ServerPrograms.comment)
    }
    folder = try ServerFolder("moto")
    let port = try ServerProcess.freePort()
    endpoint = "http://127.0.0.1:\(port)"
    process = try ServerProcess(
      [program, "-H", "127.0.0.1", "-p", String(port)], environment: [:],
      log: folder.path + "/output.log", port: port, within: 60
    ) { ServerProcess.serves(port) }
  }
}
