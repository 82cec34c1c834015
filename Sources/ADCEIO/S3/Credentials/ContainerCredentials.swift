/// From the service that gives credentials to containers (ECS, EKS Pod Identity): "Container
/// credential provider" in the AWS SDKs reference guide.
struct ContainerCredentials: CredentialSource {
  let environment: AWSEnvironment
  let http: MetadataHTTP

  /// The only addresses, beside this machine's own, that may be asked without TLS.
  private static let hosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]

  func load() throws(S3Failure) -> S3Credentials? {
    let url: String
    if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
      url = environment.containerService + path
    } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
      guard let origin = URLOrigin(url: full),
        origin.scheme == "https" || origin.isLoopback
          || ContainerCredentials.hosts.contains(origin.host)
      else {
        throw S3Failure(
          .configuration,
          "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to a host that may not be asked without TLS")
      }
      url = full
    } else {
      return nil
    }
    var request = HTTPRequest(url: url)
    request.headers = [HTTPHeader("Accept", "application/json")]
    if let token = try token() {
      request.headers.append(HTTPHeader("Authorization", token, isSecret: true))
    }
    let response: HTTPResponse
    do throws(HTTPFailure) {
      response = try http.answer(to: request, timeoutMilliseconds: 2_000, attempts: 3)
    } catch {
      throw S3Failure(.unreachable, "container credentials: \(error.message)")
    }
    guard response.status == 200,
      let credentials = S3Credentials(json: response.body, token: "Token", origin: "container")
    else {
      throw S3Failure(
        response.status >= 500 ? .server : .credentials,
        "container credentials: the service answered \(response.status) without keys")
    }
    return credentials
  }

  private func token() throws(S3Failure) -> String? {
    if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
      return try TokenFile.read(path)
    }
    guard let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
    guard !token.utf8.contains(where: { $0 < 0x20 }) else {
      throw S3Failure(.configuration, "AWS_CONTAINER_AUTHORIZATION_TOKEN is more than one line")
    }
    return token
  }
}

/// A file with one token in it, written anew by whoever rotates it.
enum TokenFile {
  static func read(_ path: String) throws(S3Failure) -> String {
    do throws(CredentialFault) {
      return try CredentialResolution().text(.file(path))
    } catch {
      throw S3Failure(.credentials, "the token in \(error.description)")
    }
  }
}
