internal import Glibc

/// Why a reference gave no secret. Says where, never what.
package struct CredentialFault: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
}

/// Finds the secrets that references lead to, anew for each attempt, so that a rotated key is used
/// at once. May block: a file is read, a program run.
struct CredentialResolution: Sendable {
  static let bytesMax = 64 << 10

  /// Looks a variable up in our own environment.
  var environment: @Sendable (String) -> String? = { name in
    getenv(name).map { String(cString: $0) }
  }

  /// One text: what a header's reference leads to, surrounding blanks removed.
  func text(_ reference: CredentialReference) throws(CredentialFault) -> String {
    let raw =
      switch reference {
      case .environment(let name): try variable(name)
      case .file(let path): try contents(of: path)
      case .program(let path): try output(of: path)
      case .profile:
        throw CredentialFault(description: "\(reference) cannot be a header's value")
      }
    let text = String(raw.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw CredentialFault(description: "\(reference) is empty, or more than one line")
    }
    return text
  }

  /// Variables for a scraper's environment.
  ///
  /// `env:NAME` gives NAME; `profile:NAME` gives AWS_PROFILE. A file or a program's output gives
  /// its `NAME=VALUE` lines, or the credentials of AWS's `credential_process` JSON; any other
  /// text is one value, under the file's name in capitals.
  func variables(
    _ reference: CredentialReference
  ) throws(CredentialFault) -> [(name: String, value: String)] {
    switch reference {
    case .environment(let name): return [(name, try variable(name))]
    case .profile(let name): return [("AWS_PROFILE", name)]
    case .file(let path):
      return CredentialResolution.variables(in: try contents(of: path), path: path)
    case .program(let path):
      return CredentialResolution.variables(in: try output(of: path), path: path)
    }
  }

  private func variable(_ name: String) throws(CredentialFault) -> String {
    guard let value = environment(name), !value.isEmpty else {
      throw CredentialFault(description: "env:\(name) is not set")
    }
    return value
  }

  /// A regular file of at most 64 KiB that nobody but its owner may write.
  func contents(of path: String) throws(CredentialFault) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw CredentialFault(
        description: "file:\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CredentialFault(description: "file:\(path) is no regular file")
    }
    // Whoever may write it chooses what the scraper sends, and to whom.
    guard status.st_mode & 0o022 == 0 else {
      throw CredentialFault(description: "file:\(path) may be written by others than its owner")
    }
    var bytes = [UInt8](repeating: 0, count: CredentialResolution.bytesMax + 1)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0, count <= CredentialResolution.bytesMax else {
      throw CredentialFault(description: "file:\(path) cannot be read, or is over 64 KiB")
    }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// What a program prints, within ten seconds. It is trusted like the configuration that names
  /// it, and gets our environment's allow-list only.
  private func output(of path: String) throws(CredentialFault) -> String {
    let environment = CommandEnvironment.inherited.compactMap { name in
      self.environment(name).map { "\(name)=\($0)" }
    }
    let mark = CredentialMark.next(path)
    let outcome: SupervisedCommand.Outcome
    do {
      outcome = try SupervisedCommand().run(
        ChildProcess.Options(
          argv: [path], environment: environment + [mark], workingDirectory: "/"),
        mark: mark, timeoutMilliseconds: 10_000, graceMilliseconds: 1000)
    } catch {
      throw CredentialFault(
        description: "exec:\(path) cannot be started: \(String(cString: strerror(error.code)))")
    }
    guard outcome.exit == .code(0), !outcome.timedOut else {
      throw CredentialFault(description: "exec:\(path) failed")
    }
    return String(decoding: outcome.outputTail, as: UTF8.self)
  }

  private static func variables(
    in text: String, path: String
  ) -> [(name: String, value: String)] {
    if let document = JSONValue(parsing: Array(text.utf8)), document["AccessKeyId"] != nil {
      let names = [
        ("AccessKeyId", "AWS_ACCESS_KEY_ID"), ("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
        ("SessionToken", "AWS_SESSION_TOKEN"),
      ]
      return names.compactMap { from, to in document[from]?.text.map { (to, $0) } }
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
    let pairs = lines.compactMap { line -> (name: String, value: String)? in
      let line = line.hasPrefix("export ") ? line.dropFirst(7) : line
      guard let equals = line.firstIndex(of: "="), isName(line[..<equals]) else { return nil }
      var value = line[line.index(after: equals)...]
      if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'",
        value.last == quote
      {
        value = value.dropFirst().dropLast()
      }
      return (String(line[..<equals]), String(value))
    }
    if !pairs.isEmpty, pairs.count == lines.count { return pairs }
    let base = path.split(separator: "/").last.map(String.init) ?? path
    let stem = base.split(separator: ".").first.map(String.init) ?? base
    let name = String(
      stem.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    let value = text.split(whereSeparator: \.isNewline).joined(separator: "\n")
    return [(name, value)]
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy {
      $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
        || (0x61...0x7A).contains($0)
    }
  }
}
