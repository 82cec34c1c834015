import ADCEIO
import ADCEKernel
import Testing

/// Where credentials are looked for, in which order, and what is said where they are not.
@Suite struct CredentialChainTests {
  private let folder = TemporaryFolder()

  /// Nothing answers there.
  private static let nowhere = "http://127.0.0.1:1"

  private func environment(
    _ variables: [String: String], metadata: String = nowhere, container: String = nowhere
  ) -> AWSEnvironment {
    var environment = AWSEnvironment(variables.merging(["HOME": folder.path]) { $1 })
    environment.metadataService = metadata
    environment.containerService = container
    return environment
  }

  private func found(_ environment: AWSEnvironment) throws(S3Failure) -> S3Credentials {
    try S3Settings.found(in: environment).credentials.credentials()
  }

  private func failure(_ environment: AWSEnvironment) -> S3Failure? {
    S3Stage.failure { () throws(S3Failure) in _ = try found(environment) }
  }

  private func write(_ name: String, _ text: String) throws {
    try FileTree.makeFolders(folder.path + "/.aws")
    try FileTree.write(Array(text.utf8), to: folder.path + "/.aws/" + name)
  }

  private func answer(_ body: String) -> ScriptedServer.Answer {
    .response("200 OK", [], Array(body.utf8))
  }

  private static let keysJSON =
    "{\"Code\": \"Success\", \"AccessKeyId\": \"METAKEY\", \"SecretAccessKey\": \"s\", "
    + "\"Token\": \"t\", \"Expiration\": \"2099-01-01T00:00:00Z\"}"

  private static func roleXML(_ id: String) -> String {
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
      + "<AssumedRoleUser><Arn>arn</Arn></AssumedRoleUser><Credentials>"
      + "<AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
      + "<SessionToken>a+b/c=</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
      + "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
  }

  // MARK: The environment

  @Test func theEnvironmentComesFirst() throws {
    try write("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
    let keys = try found(
      environment([
        "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent",
      ]))
    #expect(keys.accessKeyID == "ENV")
    #expect(keys.sessionToken == "t")
    #expect(keys.origin == "environment")
  }

  @Test func halfAKeyIsAFault() {
    let failure = failure(environment(["AWS_ACCESS_KEY_ID": "ENV"]))
    #expect(failure?.kind == .credentials)
    #expect(failure?.message.contains("AWS_SECRET_ACCESS_KEY is not set") == true)
  }

  @Test func whatTheConfigurationRefersToComesBeforeTheEnvironment() throws {
    try FileTree.write(Array("SECRET\n".utf8), to: folder.path + "/secret")
    let configured = ConfiguredAWS(
      accessKeyID: .environment("LAKE_ID"), secretAccessKey: .file(folder.path + "/secret"))
    let variables = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "LAKE_ID": "LAKE"]
    let settings = try S3Settings.found(in: environment(variables), configured: configured)
    let keys = try settings.credentials.credentials()
    #expect(keys.accessKeyID == "LAKE")
    #expect(keys.secretAccessKey == "SECRET")
  }

  // MARK: Web identity

  @Test func anIdentityTokenIsExchangedForARolesKeys() throws {
    try FileTree.write(Array("to+ken/1=\n".utf8), to: folder.path + "/token")
    let server = try ScriptedServer { _, _ in
      .response("200 OK", [], Array(CredentialChainTests.roleXML("WEBKEY").utf8))
    }
    let keys = try found(
      environment([
        "AWS_WEB_IDENTITY_TOKEN_FILE": folder.path + "/token",
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/lake", "AWS_ENDPOINT_URL_STS": server.url,
      ]))
    #expect(keys.accessKeyID == "WEBKEY")
    #expect(keys.sessionToken == "a+b/c=")
    #expect(keys.expires == Instant(iso: "2099-01-01T00:00:00Z".utf8))
    #expect(server.lines == ["POST /"])
    #expect(server.field("Authorization", of: 0) == nil)
    let form = String(decoding: server.bodies[0], as: UTF8.self)
    #expect(form.contains("Action=AssumeRoleWithWebIdentity&"))
    #expect(form.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Flake&"))
    #expect(form.contains("WebIdentityToken=to%2Bken%2F1%3D&"))
    #expect(form.contains("Version=2011-06-15"))
  }

  @Test func aRoleIsAskedForByTheServersClockWhereOursIsWrong() throws {
    try write(
      "config",
      "[default]\nrole_arn = arn:role\nsource_profile = base\nregion = eu-west-1\n"
        + "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n")
    let server = try ScriptedServer { _, number in
      number == 0
        ? .response(
          "403 Forbidden", ["Date: Wed, 01 Jan 2020 00:00:00 GMT"],
          Array(
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>".utf8)
        )
        : .response("200 OK", [], Array(Self.roleXML("ROLE").utf8))
    }
    let keys = try found(environment(["AWS_ENDPOINT_URL_STS": server.url]))
    #expect(keys.accessKeyID == "ROLE")
    #expect(server.field("x-amz-date", of: 1)?.hasPrefix("20200101T0000") == true)
    #expect(server.requests.count == 2)
  }

  @Test func anIdentityTokenThatIsRefusedIsTold() throws {
    try FileTree.write(Array("secret-token".utf8), to: folder.path + "/token")
    let server = try ScriptedServer { _, _ in
      .response(
        "400 Bad Request", [],
        Array(
          ("<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
            + "<Message>Token expired</Message></Error></ErrorResponse>").utf8))
    }
    let failure = failure(
      environment([
        "AWS_WEB_IDENTITY_TOKEN_FILE": folder.path + "/token", "AWS_ROLE_ARN": "arn:role",
        "AWS_ENDPOINT_URL_STS": server.url,
      ]))
    #expect(failure?.kind == .credentials)
    #expect(failure?.code == "ExpiredTokenException")
    #expect(failure?.description.contains("secret-token") == false)
    #expect(server.requests.count == 1)
  }

  // MARK: Shared files

  @Test func aProfileOfTheSharedFilesIsRead() throws {
    try write(
      "credentials",
      "# comment\n[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n"
        + "[ work ]\naws_access_key_id = WORK ; note\naws_secret_access_key = s/+==\n"
        + "aws_session_token = tok\n")
    try write("config", "[profile work]\nregion = eu-west-1\naws_access_key_id = OTHER\n")
    let keys = try found(environment(["AWS_PROFILE": "work"]))
    #expect(keys.accessKeyID == "WORK")
    #expect(keys.secretAccessKey == "s/+==")
    #expect(keys.sessionToken == "tok")
    #expect(try found(environment([:])).accessKeyID == "DEFAULT")
  }

  @Test func aProfileThatIsNotThereIsAFault() {
    let failure = failure(environment(["AWS_PROFILE": "absent"]))
    #expect(failure?.kind == .configuration)
    #expect(failure?.message == "there is no profile \"absent\"")
  }

  @Test func aRoleIsTakenWithTheKeysOfItsSource() throws {
    try write("credentials", "[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n")
    try write(
      "config",
      "[profile lake]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n"
        + "external_id = ext\n")
    let server = try ScriptedServer { _, _ in
      .response("200 OK", [], Array(CredentialChainTests.roleXML("ROLEKEY").utf8))
    }
    let keys = try found(
      environment([
        "AWS_PROFILE": "lake", "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-3",
      ])
    )
    #expect(keys.accessKeyID == "ROLEKEY")
    let signature = server.field("Authorization", of: 0) ?? ""
    #expect(signature.contains("Credential=BASE/"))
    #expect(signature.contains("/eu-west-3/sts/aws4_request"))
    #expect(String(decoding: server.bodies[0], as: UTF8.self).contains("ExternalId=ext"))
  }

  @Test(arguments: [
    ("role_arn = r\nsource_profile = p", "circle"),
    ("role_arn = r\nsource_profile = gone", "source_profile that is not there: gone"),
    ("role_arn = r\nsource_profile = p\nmfa_serial = m", "MFA"),
    ("role_arn = r", "no source_profile"),
    ("role_arn = r\ncredential_source = Moon", "Moon is unknown"),
    ("sso_session = s\nsso_account_id = 1", "SSO"),
  ])
  func aProfileThatCannotBeUsedIsExplained(settings: String, words: String) throws {
    try write("config", "[profile p]\n\(settings)\n[profile q]\nrole_arn = r\nsource_profile = p\n")
    if words == "circle" {
      try write(
        "config",
        "[profile p]\nrole_arn = r\nsource_profile = q\n"
          + "[profile q]\nrole_arn = r\nsource_profile = p\n")
    }
    let failure = failure(environment(["AWS_PROFILE": "p"]))
    #expect(failure?.message.contains(words) == true, "\(failure?.description ?? "none")")
  }

  @Test func aProgramMayPrintThem() throws {
    try FileTree.write(
      Array(
        ("{\"Version\": 1, \"AccessKeyId\": \"PROG\", \"SecretAccessKey\": \"s\", "
          + "\"SessionToken\": \"t\", \"Expiration\": \"2099-01-01T00:00:00Z\"}").utf8),
      to: folder.path + "/my keys.json")
    try write(
      "config", "[default]\ncredential_process = /bin/cat \"\(folder.path)/my keys.json\"\n")
    let keys = try found(environment([:]))
    #expect(keys.accessKeyID == "PROG")
    #expect(keys.sessionToken == "t")
    try write("config", "[default]\ncredential_process = /bin/false\n")
    #expect(failure(environment([:]))?.message.contains("/bin/false) failed") == true)
  }

  // MARK: Container and instance

  @Test func aContainersServiceIsAskedWithItsToken() throws {
    try FileTree.write(Array("Bearer 1\n".utf8), to: folder.path + "/token")
    let server = try ScriptedServer { _, number in
      number == 0
        ? .response("503 Wait")
        : .response("200 OK", [], Array(CredentialChainTests.keysJSON.utf8))
    }
    let keys = try found(
      environment([
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/keys?x=1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": folder.path + "/token",
      ]))
    #expect(keys.accessKeyID == "METAKEY")
    #expect(keys.sessionToken == "t")
    #expect(server.lines == ["GET /keys?x=1", "GET /keys?x=1"])
    #expect(server.field("Authorization", of: 1) == "Bearer 1")
  }

  @Test func aRelativeAddressIsOneOfTheContainersService() throws {
    let server = try ScriptedServer { _, _ in
      .response("200 OK", [], Array(CredentialChainTests.keysJSON.utf8))
    }
    let keys = try found(
      environment(
        ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"], container: server.url))
    #expect(keys.origin == "container")
    #expect(server.lines == ["GET /v2/credentials/1"])
  }

  @Test func aContainersServiceElsewhereMustHaveTLS() {
    let failure = failure(
      environment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://keys.example/x"]))
    #expect(failure?.kind == .configuration)
  }

  @Test func anInstancesMetadataIsAskedWithAToken() throws {
    let server = try ScriptedServer { head, _ in
      if head.hasPrefix("PUT /latest/api/token") { return .response("200 OK", [], [0x54]) }
      if head.hasPrefix("GET /latest/meta-data/iam/security-credentials/lake-role ") {
        return .response("200 OK", [], Array(CredentialChainTests.keysJSON.utf8))
      }
      return .response("200 OK", [], Array("lake-role\n".utf8))
    }
    let keys = try found(environment([:], metadata: server.url))
    #expect(keys.accessKeyID == "METAKEY")
    #expect(keys.origin == "instance role lake-role")
    #expect(server.requests.count == 3)
    #expect(server.field("X-aws-ec2-metadata-token-ttl-seconds", of: 0) == "21600")
    #expect(server.field("X-aws-ec2-metadata-token", of: 1) == "T")
    #expect(server.field("X-aws-ec2-metadata-token", of: 2) == "T")
  }

  @Test func metadataThatIsSwitchedOffIsNotAsked() throws {
    let server = try ScriptedServer { _, _ in .response("200 OK") }
    let failure = failure(
      environment(["AWS_EC2_METADATA_DISABLED": "true"], metadata: server.url))
    #expect(failure?.kind == .credentials)
    #expect(failure?.exitCode == 77)
    #expect(server.requests.isEmpty)
  }

  @Test func withNothingAtAllTheMessageSaysWhatToSet() {
    #expect(failure(environment([:]))?.description.contains("AWS_PROFILE") == true)
  }
}
