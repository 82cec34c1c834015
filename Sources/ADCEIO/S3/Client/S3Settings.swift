/// All that a client goes by.
package struct S3Settings: Sendable {
  package var endpoint: S3Endpoint
  /// Where buckets are believed to be until a server says otherwise.
  package var region: String
  package var credentials: any S3CredentialProvider
  package var retries = S3RetryPolicy()
  package var timeouts = Timeouts()
  package var multipart = S3Multipart()
  /// PEM file to verify servers by; nil = the system's.
  package var certificateAuthorities: String?

  package struct Timeouts: Sendable {
    package var connectMilliseconds: Int64 = 5_000
    /// Of one attempt, to its last byte.
    package var totalMilliseconds: Int64 = 3_600_000
    /// An attempt on which nothing moves for so long is given up.
    package var idleSeconds = 30

    package init() {}
  }

  /// The region that AWS's own tools fall back on.
  package static let usualRegion = "us-east-1"

  package init(
    endpoint: S3Endpoint = .aws, region: String = S3Settings.usualRegion,
    credentials: any S3CredentialProvider
  ) {
    self.endpoint = endpoint
    self.region = region
    self.credentials = credentials
  }
}
