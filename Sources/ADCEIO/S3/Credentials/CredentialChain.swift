/// What the configuration says of the lake's keys and region: `global.aws`.
package struct ConfiguredAWS: Hashable, Sendable {
  package var region: String?
  package var accessKeyID: CredentialReference?
  package var secretAccessKey: CredentialReference?

  package init(
    region: String? = nil, accessKeyID: CredentialReference? = nil,
    secretAccessKey: CredentialReference? = nil
  ) {
    self.region = region
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
  }

  /// The profile that it names in place of keys.
  var profile: String? {
    for reference in [accessKeyID, secretAccessKey] {
      if case .profile(let name) = reference { return name }
    }
    return nil
  }
}

extension S3Settings {
  /// Region, endpoint and credentials as every AWS tool finds them.
  ///
  /// - The region: `AWS_REGION`, `AWS_DEFAULT_REGION`, `global.aws.region`, the profile's; without
  ///   any, us-east-1, from where AWS leads to the right one.
  /// - The endpoint: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the profile's; unless
  ///   `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true.
  /// - Credentials: those that `global.aws` refers to; else the environment, web identity, the
  ///   profile, container, instance metadata. They are not fetched yet.
  ///
  /// - Throws: `configuration`, for settings that cannot be used.
  package static func found(
    in environment: AWSEnvironment = .process, configured: ConfiguredAWS = ConfiguredAWS(),
    rules: HeldCredentials.Rules = HeldCredentials.Rules()
  ) throws(S3Failure) -> S3Settings {
    let name = configured.profile ?? environment.profileName
    let files = try SharedFiles(environment)
    let profile = files.profile(name) ?? [:]
    let region =
      environment["AWS_REGION", "AWS_DEFAULT_REGION"] ?? configured.region ?? profile["region"]
    var named: String?
    if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" {
      named =
        environment["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
        ?? files.endpoint(profile: name, service: "s3")
    }
    if let region, !S3Endpoint.isRegion(region) {
      throw S3Failure(.configuration, "\"\(region)\" is no region's name")
    }
    let authorities = environment["AWS_CA_BUNDLE"] ?? profile["ca_bundle"]
    let http = MetadataHTTP(certificateAuthorities: authorities)
    let sources = sources(environment, configured, region: region, http)
    var settings = S3Settings(
      endpoint: named == nil ? .aws : try S3Endpoint(named ?? ""),
      region: region ?? S3Settings.usualRegion,
      credentials: HeldCredentials(sources, rules: rules, wall: environment.wall))
    settings.certificateAuthorities = authorities
    return settings
  }

  private static func sources(
    _ environment: AWSEnvironment, _ configured: ConfiguredAWS, region: String?,
    _ http: MetadataHTTP
  ) -> [any CredentialSource] {
    let tokens = SecurityTokens(environment: environment, http: http, region: region)
    func profile(_ name: String?) -> ProfileCredentials {
      ProfileCredentials(
        environment: environment, explicitName: name, tokens: tokens, http: http)
    }
    if let name = configured.profile { return [profile(name)] }
    var sources: [any CredentialSource] = []
    if let id = configured.accessKeyID, let secret = configured.secretAccessKey {
      sources.append(
        ConfiguredCredentials(
          accessKeyID: id, secretAccessKey: secret, environment: environment))
    }
    return sources + [
      EnvironmentCredentials(environment: environment),
      WebIdentityCredentials(environment: environment, tokens: tokens),
      profile(nil),
      ContainerCredentials(environment: environment, http: http),
      InstanceCredentials(environment: environment, http: http),
    ]
  }
}
