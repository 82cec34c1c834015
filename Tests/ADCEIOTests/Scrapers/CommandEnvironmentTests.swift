import ADCEIO
import ADCEKernel
import Glibc
import Testing

@Suite struct CommandEnvironmentTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  private static let ours = [
    "PATH": "/usr/bin:/bin", "HOME": "/home/someone", "LC_ALL": "C.UTF-8",
    "AWS_SECRET_ACCESS_KEY": "parent-aws-secret", "AWS_REGION": "eu-west-1",
    "DATABASE_PASSWORD": "parent-secret", "KAGGLE_KEY": "kaggle-secret",
    "ADCE_TOKEN": "parent-token", "HTTP_PROXY": "http://user:pass@proxy:3128",
    "https_proxy": "http://proxy:3128",
  ]

  /// What `env` prints in a scraper, by name.
  private func environment(
    _ upload: ScraperSettings.Upload, _ credentials: [String]
  ) async throws -> (variables: [String: String], end: AttemptEnd) {
    var settings = CommandScraperSettings(
      id: "x", argv: ["/bin/sh", try bench.script("env > \"$ADCE_LOCAL_OUTPUT_DIR/env\"")],
      workingDirectory: bench.folder, upload: upload)
    settings.localOutputDirectory = bench.folder
    settings.credentials = credentials.compactMap { CredentialReference($0) }
    let end = try await bench.run(
      .command(settings), .fixture(["a/1.json"]), environment: { Self.ours[$0] })
    var variables: [String: String] = [:]
    for line in bench.text(bench.folder + "/env").split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    return (variables, end)
  }

  @Test func nothingOfOursGetsInThatIsNotOnTheList() async throws {
    let (variables, _) = try await environment(.adce, ["env:KAGGLE_KEY"])
    let expected: Set<String> = [
      "PATH", "HOME", "LC_ALL", "https_proxy", "KAGGLE_KEY", "ADCE_TASK", "ADCE_OUTPUT_DIR",
      "ADCE_LOCAL_OUTPUT_DIR", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",
      "AWS_EC2_METADATA_DISABLED",
    ]
    // The shell adds these itself.
    #expect(Set(variables.keys).subtracting(["PWD", "OLDPWD", "_", "SHLVL"]) == expected)
    #expect(variables["KAGGLE_KEY"] == "kaggle-secret")
    #expect(variables["AWS_CONFIG_FILE"] == "/dev/null")
  }

  @Test func onlyWhoUploadsItselfGetsKeysToTheLake() async throws {
    let references = ["env:AWS_SECRET_ACCESS_KEY", "profile:lake"]
    let (without, _) = try await environment(.adce, references)
    #expect(without["AWS_SECRET_ACCESS_KEY"] == nil)
    #expect(without["AWS_PROFILE"] == nil)
    let (with, _) = try await environment(.itself, references)
    #expect(with["AWS_SECRET_ACCESS_KEY"] == "parent-aws-secret")
    #expect(with["AWS_PROFILE"] == "lake")
    #expect(with["AWS_REGION"] == "eu-west-1")
    #expect(with["AWS_CONFIG_FILE"] == nil)
    #expect(with["ADCE_OUTPUT_DIR"] == nil)
  }

  @Test func filesAndProgramsGiveTheirVariables() async throws {
    bench.write(
      bench.folder + "/pairs.env", "# a comment\nexport USER_NAME='me'\nTOKEN=a=b\n", mode: 0o600)
    bench.write(bench.folder + "/kaggle-key.txt", "s3cret\n", mode: 0o600)
    let program = try bench.script("#!/bin/sh\necho PRINTED=yes\n", name: "print")
    let process = try bench.script(
      "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"SK12\"}'\n",
      name: "process")
    let (variables, _) = try await environment(
      .itself,
      [
        "file:\(bench.folder)/pairs.env", "file:\(bench.folder)/kaggle-key.txt", "exec:\(program)",
        "exec:\(process)",
      ])
    #expect(variables["USER_NAME"] == "me")
    #expect(variables["TOKEN"] == "a=b")
    #expect(variables["KAGGLE_KEY"] == "s3cret")
    #expect(variables["PRINTED"] == "yes")
    #expect(variables["AWS_ACCESS_KEY_ID"] == "AK")
    #expect(variables["AWS_SECRET_ACCESS_KEY"] == "SK12")
  }

  @Test func aReferenceThatLeadsNowhereStartsNothing() async throws {
    bench.write(bench.folder + "/open", "secret", mode: 0o666)
    chmodOpen()
    for (reference, reason) in [
      ("env:ABSENT", "env:ABSENT is not set"),
      ("file:/no/such/file", "file:/no/such/file cannot be read: No such file or directory"),
      ("exec:/no/such/program", "exec:/no/such/program cannot be started"),
      ("file:\(bench.folder)/open", "may be written by others"),
    ] {
      let (variables, end) = try await environment(.adce, [reference])
      #expect(variables.isEmpty)
      #expect(end.failure == .ownFault)
      #expect(end.message.contains(reason))
    }
  }

  private func chmodOpen() { _ = chmod(bench.folder + "/open", 0o666) }

  @Test func secretsAreTakenOutOfItsLastWords() async throws {
    var settings = CommandScraperSettings(
      id: "x",
      argv: ["/bin/sh", try bench.script("echo \"denied for $KAGGLE_KEY\" >&2; exit 1")],
      workingDirectory: bench.folder, upload: .adce)
    settings.credentials = [.environment("KAGGLE_KEY")]
    let end = try await bench.run(
      .command(settings), .fixture(["a/1.json"]), environment: { Self.ours[$0] })
    #expect(end.message == "exit 1; denied for [redacted]")
  }
}
