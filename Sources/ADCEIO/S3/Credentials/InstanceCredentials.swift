/// From EC2's instance metadata, version 2: a token first ("Use the Instance Metadata Service" in
/// the EC2 user guide). A machine that has none is found out within about a second.
struct InstanceCredentials: CredentialSource {
  let environment: AWSEnvironment
  let http: MetadataHTTP

  private static let folder = "/latest/meta-data/iam/security-credentials/"

  func load() throws(S3Failure) -> S3Credentials? {
    guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
    var service = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? environment.metadataService
    while service.hasSuffix("/") { service.removeLast() }
    var tokenRequest = HTTPRequest(url: service + "/latest/api/token")
    tokenRequest.method = .put
    tokenRequest.headers = [HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", "21600")]
    let token: String
    do throws(HTTPFailure) {
      let answer = try http.answer(to: tokenRequest, timeoutMilliseconds: 1_000, attempts: 1)
      guard answer.status == 200, !answer.body.isEmpty else { return nil }
      token = String(decoding: answer.body, as: UTF8.self)
    } catch {
      // Nobody there: not an instance, or one whose metadata is closed to us.
      return nil
    }
    guard let role = try text(service + InstanceCredentials.folder, token) else { return nil }
    let name = role.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard !name.isEmpty else { return nil }
    let keys = try text(service + InstanceCredentials.folder + name, token) ?? ""
    guard
      let credentials = S3Credentials(
        json: Array(keys.utf8), token: "Token", origin: "instance role \(name)")
    else {
      throw S3Failure(.credentials, "instance metadata gives no keys for the role \(name)")
    }
    return credentials
  }

  /// Nil: there is no such thing (404).
  private func text(_ url: String, _ token: String) throws(S3Failure) -> String? {
    var request = HTTPRequest(url: url)
    request.headers = [HTTPHeader("X-aws-ec2-metadata-token", token, isSecret: true)]
    do throws(HTTPFailure) {
      let answer = try http.answer(to: request, timeoutMilliseconds: 2_000, attempts: 3)
      switch answer.status {
      case 200: return String(decoding: answer.body, as: UTF8.self)
      case 404: return nil
      default:
        throw HTTPFailure(.reset, "the service answered \(answer.status)")
      }
    } catch {
      throw S3Failure(.unreachable, "instance metadata: \(error.message)")
    }
  }
}
