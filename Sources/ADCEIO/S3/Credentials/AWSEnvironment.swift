#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What AWS's settings are read from: variables, shared files, and two addresses of the machine's
/// own network. Tests give their own.
package struct AWSEnvironment: Sendable {
  /// A variable's value; nil if it is not set, or empty.
  package var variable: @Sendable (String) -> String?
  /// Of the service that gives credentials to containers (ECS), without a slash at its end.
  package var containerService = "http://169.254.170.2"
  /// Of EC2's instance metadata, likewise.
  package var metadataService = "http://169.254.169.254"
  /// Milliseconds since 1970.
  package var wall: @Sendable () -> Int64 = { wallMilliseconds() }

  package init(variable: @escaping @Sendable (String) -> String?) {
    self.variable = { name in variable(name).flatMap { $0.isEmpty ? nil : $0 } }
  }

  package init(_ variables: [String: String]) {
    self.init { variables[$0] }
  }

  /// That of this process.
  package static let process = AWSEnvironment { name in getenv(name).map { String(cString: $0) } }

  package subscript(names: String...) -> String? {
    for name in names {
      if let value = variable(name) { return value }
    }
    return nil
  }

  /// Of the two shared files.
  package var profileName: String { self["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] ?? "default" }

  /// A path with a leading `~` replaced.
  func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = self["HOME"] else { return path }
    return home + path.dropFirst()
  }

  var credentialsFile: String {
    expanded(self["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials")
  }

  var configFile: String { expanded(self["AWS_CONFIG_FILE"] ?? "~/.aws/config") }
}
