import ADCEIO
import ADCEKernel
import ADCETestServers
import Testing

/// A bucket of its own for a test, on JuiceFS's gateway.
struct Bucket {
  let server: JuiceFSGateway
  let client: S3Client
  let name: String

  init(_ name: String) throws {
    server = try JuiceFSGateway.shared.get()
    client = try Bucket.client(of: server)
    // Names are unique in this process, and the server's folder belongs to it.
    self.name = name
    try client.makeBucket(name)
  }

  static func client(
    of server: any S3TestServer, secret: String? = nil, attempts: Int = 2
  ) throws -> S3Client {
    var settings = S3Settings(
      endpoint: try S3Endpoint(server.endpoint),
      credentials: FixedCredentials(
        S3Credentials(
          accessKeyID: server.accessKeyID, secretAccessKey: secret ?? server.secretAccessKey,
          origin: "test")))
    settings.retries.attemptsMax = attempts
    settings.retries.delayMilliseconds = 20
    return try S3Client(settings)
  }

  func lake(
    _ prefix: String = "", prefixes: [String] = [""], readers: Int = 4
  ) -> S3Lake {
    S3Lake(
      client: client, location: S3Location(bucket: name, prefix: Array(prefix.utf8)),
      prefixes: prefixes.map { Array($0.utf8) }, readers: readers)
  }
}
