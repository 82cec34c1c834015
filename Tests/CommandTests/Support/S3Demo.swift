import ADCEIO
import ADCETestServers
import Foundation
import Testing

/// The demo's lake in a bucket, with the same holes.
final class S3Demo {
  let demo: DemoLake
  let lake: S3Lake
  let url: String
  /// What `adce` is told of the server.
  var environment: [String: String]

  /// - Parameter lake: the bucket's name, and perhaps a prefix.
  init(
    _ name: String, latencyMilliseconds: Int = 0,
    edit: (_ file: String, _ text: String) -> String = { $1 }
  ) throws {
    demo = try DemoLake(latencyMilliseconds: latencyMilliseconds, edit: edit)
    let server = try JuiceFSGateway.shared.get()
    environment = server.environment
    url = "s3://" + name
    lake = try S3Demo.lake(url, on: server)
    try lake.client.makeBucket(lake.location.bucket)
    for file in Files.below(demo.folder.path("lake")) {
      _ = try lake.store(
        Array(file.utf8), .file(path: demo.folder.path("lake/" + file)), compressing: false)
    }
  }

  static func lake(_ url: String, on server: any S3TestServer) throws -> S3Lake {
    let settings = S3Settings(
      endpoint: try S3Endpoint(server.endpoint),
      credentials: FixedCredentials(
        S3Credentials(
          accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey,
          origin: "test")))
    return S3Lake(client: try S3Client(settings), location: try S3Location(url))
  }

  var options: [String] {
    [
      "--config-dir", demo.folder.path("config"), "--state-dir", demo.folder.path("state"),
      "--lake", url,
    ]
  }

  func adce(_ arguments: String..., within seconds: Double = 60) throws -> Outcome {
    try Program.adce.run(options + arguments, environment: environment, within: seconds)
  }

  func start(_ arguments: String...) throws -> RunningProgram {
    try Program.adce.start(options + arguments, environment: environment)
  }

  /// Objects that are not there, and those that differ from what the source serves.
  func faults() throws -> [String] {
    try demo.faults { try lake.read(Array($0.key.utf8), limit: 1 << 20) }
  }
}
