internal import ADCEKernel

/// From a profile of the shared files: a role, keys, or a program that prints them.
struct ProfileCredentials: CredentialSource {
  let environment: AWSEnvironment
  /// It was asked for by name, so that it must be there.
  let explicitName: String?
  let tokens: SecurityTokens
  let http: MetadataHTTP

  private typealias Profile = [String: String]

  /// A chain of source profiles that is longer leads in a circle.
  private static let depthMax = 5

  func load() throws(S3Failure) -> S3Credentials? {
    let name = explicitName ?? environment.profileName
    let isNamed = explicitName != nil || environment["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] != nil
    let files = try SharedFiles(environment)
    guard let profile = files.profile(name) else {
      guard isNamed else { return nil }
      throw S3Failure(
        .configuration, "there is no profile \"\(name)\"",
        advice: "it should stand in \(environment.credentialsFile) or \(environment.configFile)")
    }
    let found = try credentials(of: profile, name, files, depth: 0)
    if found == nil, isNamed, profile.keys.contains(where: { $0.hasPrefix("sso_") }) {
      throw S3Failure(
        .configuration, "the profile \"\(name)\" signs in by SSO, which adce does not",
        advice: "give it credential_process = aws configure export-credentials --profile …")
    }
    return found
  }

  private func credentials(
    of profile: Profile, _ name: String, _ files: SharedFiles, depth: Int
  ) throws(S3Failure) -> S3Credentials? {
    // A profile may name itself as the source of its role: then its own keys are meant.
    if let role = profile["role_arn"], !(depth > 0 && profile["source_profile"] == name) {
      return try assume(role, profile, name, files, depth: depth)
    }
    if let id = profile["aws_access_key_id"] {
      guard let secret = profile["aws_secret_access_key"] else {
        throw S3Failure(
          .credentials, "the profile \"\(name)\" has half a key: no aws_secret_access_key")
      }
      return S3Credentials(
        accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"],
        origin: "profile \(name)")
    }
    if let command = profile["credential_process"] {
      return try CredentialProgram(command: command, environment: environment).load(name)
    }
    return nil
  }

  private func assume(
    _ role: String, _ profile: Profile, _ name: String, _ files: SharedFiles, depth: Int
  ) throws(S3Failure) -> S3Credentials {
    guard depth < ProfileCredentials.depthMax else {
      throw S3Failure(.configuration, "the source profiles of \"\(name)\" lead in a circle")
    }
    guard profile["mfa_serial"] == nil else {
      throw S3Failure(
        .configuration,
        "the profile \"\(name)\" wants a code of an MFA device, which nobody is there to type")
    }
    if let file = profile["web_identity_token_file"] {
      return try tokens.assume(
        role: role, session: profile["role_session_name"],
        webIdentityToken: try TokenFile.read(environment.expanded(file)))
    }
    let keys: S3Credentials?
    if let source = profile["source_profile"] {
      guard let other = files.profile(source) else {
        throw S3Failure(
          .configuration,
          "the profile \"\(name)\" has a source_profile that is not there: \(source)")
      }
      keys = try credentials(of: other, source, files, depth: depth + 1)
    } else {
      keys = try load(from: profile["credential_source"], name)
    }
    guard let keys else {
      throw S3Failure(
        .credentials, "nothing gives the keys with which the profile \"\(name)\" takes its role")
    }
    return try tokens.assume(
      role: role, session: profile["role_session_name"], externalID: profile["external_id"],
      seconds: profile["duration_seconds"], with: keys)
  }

  private func load(from source: String?, _ name: String) throws(S3Failure) -> S3Credentials? {
    switch source {
    case "Environment": return try EnvironmentCredentials(environment: environment).load()
    case "EcsContainer":
      return try ContainerCredentials(environment: environment, http: http).load()
    case "Ec2InstanceMetadata":
      return try InstanceCredentials(environment: environment, http: http).load()
    case let other:
      throw S3Failure(
        .configuration,
        "the profile \"\(name)\" has a role, but "
          + (other.map { "its credential_source \($0) is unknown" } ?? "no source_profile"))
    }
  }
}

/// `credential_process`: a program that prints keys as JSON ("Process credential provider" in the
/// AWS SDKs reference guide). It is trusted like the file that names it.
struct CredentialProgram: Sendable {
  let command: String
  let environment: AWSEnvironment

  /// Of ours, what such a program may need: never keys.
  private static let variables =
    CommandEnvironment.inherited + CommandEnvironment.proxies + [
      "AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_REGION",
      "AWS_SHARED_CREDENTIALS_FILE",
    ]

  func load(_ profile: String) throws(S3Failure) -> S3Credentials {
    let argv = CredentialProgram.words(command)
    guard let program = argv.first else {
      throw S3Failure(.configuration, "the profile \"\(profile)\" has an empty credential_process")
    }
    let mark = CredentialMark.next(profile)
    let inherited = CredentialProgram.variables.compactMap { name in
      environment.variable(name).map { "\(name)=\($0)" }
    }
    let outcome: SupervisedCommand.Outcome
    do throws(ChildProcess.Refused) {
      outcome = try SupervisedCommand().run(
        ChildProcess.Options(
          argv: argv, environment: inherited + [mark], workingDirectory: "/"),
        mark: mark, timeoutMilliseconds: Span.minute, graceMilliseconds: Span.second)
    } catch {
      throw S3Failure(
        .credentials, "the credential_process of \"\(profile)\" (\(program)) cannot be started",
        advice: "try it by hand")
    }
    guard outcome.exit == .code(0), !outcome.timedOut else {
      throw S3Failure(
        .credentials, "the credential_process of \"\(profile)\" (\(program)) failed",
        advice: "try it by hand")
    }
    guard
      let credentials = S3Credentials(
        json: outcome.outputTail, token: "SessionToken", origin: "credential_process of \(profile)")
    else {
      throw S3Failure(
        .credentials, "the credential_process of \"\(profile)\" (\(program)) printed no keys")
    }
    return credentials
  }

  /// Words at blanks; quotes of both kinds hold one together, a backslash keeps the next character.
  static func words(_ command: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = command.makeIterator()
    while let character = characters.next() {
      if character == "\\", quote != "'" {
        word = (word ?? "") + (characters.next().map { String($0) } ?? "")
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let whole = word { words.append(whole) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }
}
