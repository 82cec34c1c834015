/// What a command scraper finds in its environment: a list of what it may have of ours, what ADCE
/// tells it, and its own credentials. Nothing else.
struct CommandEnvironment {
  /// Of our own variables. Proxies are added where they hold no password.
  static let inherited = [
    "HOME", "LANG", "LANGUAGE", "LC_ADDRESS", "LC_ALL", "LC_COLLATE", "LC_CTYPE",
    "LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME", "LC_NUMERIC",
    "LC_PAPER", "LC_TELEPHONE", "LC_TIME", "LOGNAME", "PATH", "SHELL", "SSL_CERT_DIR",
    "SSL_CERT_FILE", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
  ]
  static let proxies = [
    "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "https_proxy", "http_proxy",
    "no_proxy",
  ]
  /// Where the lake is, for a scraper that writes to it itself: no secrets.
  static let lake = [
    "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION",
  ]

  private(set) var variables: [String: String] = [:]
  /// The values that must never be shown.
  private(set) var secrets: [String] = []

  init(
    _ settings: CommandScraperSettings, folder: PrivateFolder, credentials: CredentialResolution
  ) throws(CredentialFault) {
    for name in CommandEnvironment.inherited { inherit(name, credentials) }
    for name in CommandEnvironment.proxies { inherit(name, credentials, unless: "@") }
    for reference in settings.credentials {
      for (name, value) in try credentials.variables(reference) {
        // Who does not write to the lake gets no key to it.
        if settings.upload == .adce, name.hasPrefix("AWS_") { continue }
        variables[name] = value
        if case .profile = reference { continue }
        secrets.append(value)
      }
    }
    switch settings.upload {
    case .itself:
      for name in CommandEnvironment.lake where variables[name] == nil {
        inherit(name, credentials)
      }
    case .adce:
      // HOME leads to files with keys, and some machines give keys to whoever asks them.
      variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
      variables["AWS_CONFIG_FILE"] = "/dev/null"
      variables["AWS_EC2_METADATA_DISABLED"] = "true"
      variables["ADCE_OUTPUT_DIR"] = folder.outputFolder
    }
    variables["ADCE_TASK"] = folder.taskFile
    variables["ADCE_LOCAL_OUTPUT_DIR"] = settings.localOutputDirectory
    if variables["PATH"] == nil { variables["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
  }

  /// `NAME=VALUE`, sorted; a value that C cannot hold is left out.
  var list: [String] {
    variables.filter { !$0.value.utf8.contains(0) }.map { "\($0.key)=\($0.value)" }.sorted()
  }

  private mutating func inherit(
    _ name: String, _ credentials: CredentialResolution, unless mark: Character? = nil
  ) {
    guard let value = credentials.environment(name) else { return }
    if let mark, value.contains(mark) { return }
    variables[name] = value
  }
}
