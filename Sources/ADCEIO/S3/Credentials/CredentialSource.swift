/// One place where credentials may be.
package protocol CredentialSource: Sendable {
  /// Anew at each call; nil if this is not how this machine is set up.
  func load() throws(S3Failure) -> S3Credentials?
}

/// `AWS_ACCESS_KEY_ID` and its companions.
struct EnvironmentCredentials: CredentialSource {
  let environment: AWSEnvironment

  func load() throws(S3Failure) -> S3Credentials? {
    let id = environment["AWS_ACCESS_KEY_ID"]
    let secret = environment["AWS_SECRET_ACCESS_KEY"]
    guard id != nil || secret != nil else { return nil }
    guard let id, let secret else {
      let missing = id == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"
      throw S3Failure(
        .credentials, "the environment has half a key: \(missing) is not set",
        advice: "set both, or neither")
    }
    return S3Credentials(
      accessKeyID: id, secretAccessKey: secret,
      sessionToken: environment["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"], origin: "environment")
  }
}

/// Keys that the configuration refers to: `global.aws`. Variables that are not set are no keys, so
/// that the rest of the chain is asked.
struct ConfiguredCredentials: CredentialSource {
  let accessKeyID: CredentialReference
  let secretAccessKey: CredentialReference
  let environment: AWSEnvironment

  func load() throws(S3Failure) -> S3Credentials? {
    var token: String?
    if case .environment(let id) = accessKeyID, case .environment(let secret) = secretAccessKey {
      if environment[id] == nil, environment[secret] == nil { return nil }
      // The usual variables have a third beside them.
      if id == "AWS_ACCESS_KEY_ID" { token = environment["AWS_SESSION_TOKEN"] }
    }
    let resolution = CredentialResolution(environment: environment.variable)
    do throws(CredentialFault) {
      return S3Credentials(
        accessKeyID: try resolution.text(accessKeyID),
        secretAccessKey: try resolution.text(secretAccessKey), sessionToken: token,
        origin: "global.aws")
    } catch {
      throw S3Failure(.credentials, "global.aws: \(error.description)")
    }
  }
}

extension S3Failure {
  static let noCredentials = S3Failure(
    .credentials, "no AWS credentials were found",
    advice: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; looked in the "
      + "environment, web identity, the shared files, container and instance metadata")
}
