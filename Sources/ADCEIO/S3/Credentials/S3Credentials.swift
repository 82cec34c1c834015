package import ADCEKernel

/// Keys to sign with. Printing them shows the identifier alone.
package struct S3Credentials: Hashable, Sendable {
  package var accessKeyID: String
  package var secretAccessKey: String
  package var sessionToken: String?
  /// By the wall clock; nil = they do not expire.
  package var expires: Instant?
  /// Where they come from, for messages.
  package var origin: String

  package init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
    expires: Instant? = nil, origin: String
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expires = expires
    self.origin = origin
  }
}

extension S3Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(accessKeyID) (\(origin))" }
  package var debugDescription: String { description }
  /// Also `dump` and the messages of failed tests.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where keys come from. Called from several threads; may block.
package protocol S3CredentialProvider: Sendable {
  /// Keys that are good for the next request.
  func credentials() throws(S3Failure) -> S3Credentials

  /// Others, because the server says that these have expired; the same, if there are none.
  func credentials(insteadOf refused: S3Credentials) throws(S3Failure) -> S3Credentials
}

/// Keys that are given once and for all.
package struct FixedCredentials: S3CredentialProvider {
  private let fixed: S3Credentials

  package init(_ credentials: S3Credentials) { fixed = credentials }

  package func credentials() -> S3Credentials { fixed }
  package func credentials(insteadOf refused: S3Credentials) -> S3Credentials { fixed }
}
