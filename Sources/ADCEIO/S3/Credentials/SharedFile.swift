/// One of AWS's shared files: sections of settings ("Configuration and credential file settings" in
/// the AWS CLI user guide).
struct SharedFile: Hashable, Sendable {
  /// By section name, as it stands between the brackets; an indented setting is named
  /// `outer.inner`.
  private(set) var sections: [String: [String: String]] = [:]

  init() {}

  init(_ text: String) {
    var section: String?
    var outer: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let isIndented = line.first == " " || line.first == "\t"
      let trimmed = SharedFile.trimmed(line)
      guard let first = trimmed.first, first != "#", first != ";" else { continue }
      if first == "[" {
        let name = trimmed.dropFirst().prefix { $0 != "]" }
        let words = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        section = words
        outer = nil
        sections[words, default: [:]].merge([:]) { $1 }
        continue
      }
      guard let section, let equals = trimmed.firstIndex(of: "=") else { continue }
      let name = SharedFile.trimmed(trimmed[..<equals]).lowercased()
      var value = SharedFile.trimmed(trimmed[trimmed.index(after: equals)...])
      if let comment = value.indices.dropFirst().first(where: {
        (value[$0] == "#" || value[$0] == ";") && value[value.index(before: $0)].isWhitespace
      }) {
        value = SharedFile.trimmed(value[..<comment])
      }
      if isIndented, let outer {
        sections[section, default: [:]]["\(outer).\(name)"] = String(value)
      } else {
        outer = name
        sections[section, default: [:]][name] = String(value)
      }
    }
  }

  /// Nothing, if there is no such file.
  ///
  /// - Throws: `configuration`, if it cannot be read, or if others than its owner may write it.
  static func read(_ path: String) throws(S3Failure) -> SharedFile {
    do throws(SystemCallFailure) {
      guard try FileTree.exists(path) else { return SharedFile() }
    } catch {
      throw S3Failure(.configuration, error.description)
    }
    do throws(CredentialFault) {
      return SharedFile(try CredentialResolution().contents(of: path))
    } catch {
      throw S3Failure(.configuration, error.description)
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// Both files, by profile.
struct SharedFiles: Hashable, Sendable {
  var credentials: SharedFile
  var config: SharedFile

  init(_ environment: AWSEnvironment) throws(S3Failure) {
    credentials = try SharedFile.read(environment.credentialsFile)
    config = try SharedFile.read(environment.configFile)
  }

  /// A profile's settings, those of the credentials file before those of the other; nil if neither
  /// has it.
  func profile(_ name: String) -> [String: String]? {
    let secret = credentials.sections[name]
    let plain =
      config.sections[name == "default" ? name : "profile \(name)"]
      ?? (name == "default" ? config.sections["profile default"] : nil)
    guard secret != nil || plain != nil else { return nil }
    return (secret ?? [:]).merging(plain ?? [:]) { ours, _ in ours }
  }

  /// Where a profile sends a service's requests, in either of the two ways of writing it.
  func endpoint(profile: String, service: String) -> String? {
    guard let settings = self.profile(profile) else { return nil }
    if let name = settings["services"],
      let endpoint = config.sections["services \(name)"]?["\(service).endpoint_url"]
    {
      return endpoint
    }
    return settings["endpoint_url"]
  }
}
