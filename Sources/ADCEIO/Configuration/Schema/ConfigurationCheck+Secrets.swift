/// Literal secrets are refused with their line (DESIGN.md §9); webhook URLs excepted.
extension ConfigurationCheck {
  mutating func checkLiteral(_ node: YAMLNode, _ field: ConfigurationField, _ path: String) {
    switch field.kind {
    case .secret:
      guard let text = node.scalar?.text, CredentialReference(text) == nil else { return }
      problems.warn(
        node.mark, path,
        "\(path): a webhook's URL is a secret; better write a reference "
          + "(env:NAME, file:PATH or exec:PATH)")
    case .text, .textOrReference:
      guard let scalar = node.scalar else { return }
      let key = path.split(separator: ".").last.map(String.init) ?? ""
      if LiteralSecret.isOne(scalar, key: field.kind == .textOrReference ? key : "") {
        refuse(node, path)
      } else if LiteralSecret.urlHasPassword(scalar.text) {
        refuse(node, path)
      }
    case .texts:
      for item in node.list ?? [] {
        if let scalar = item.scalar, LiteralSecret.isOne(scalar, key: "") { refuse(item, path) }
      }
    default: break
    }
  }

  /// In a tree whose content is not ours to know: what is called a secret, or looks like one.
  mutating func checkForSecrets(_ node: YAMLNode, _ path: String, key: String) {
    switch node.content {
    case .scalar(let scalar):
      if LiteralSecret.isOne(scalar, key: key) || LiteralSecret.urlHasPassword(scalar.text) {
        refuse(node, path)
      }
    case .list(let items):
      for item in items { checkForSecrets(item, path, key: key) }
    case .map(let entries):
      for entry in entries {
        checkForSecrets(entry.value, "\(path).\(entry.key)", key: entry.key)
      }
    }
  }

  private mutating func refuse(_ node: YAMLNode, _ path: String) {
    problems.error(
      node.mark, path,
      "\(path): a literal secret is refused; write a reference "
        + "(env:NAME, file:PATH, profile:NAME or exec:PATH)")
  }
}

enum LiteralSecret {
  private static let prefixes = [
    "-----BEGIN", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "xoxa-", "sk_live_",
  ]
  private static let names = [
    "password", "passwd", "secret", "token", "apikey", "accesskey", "accesskeyid", "secretkey",
    "secretaccesskey", "privatekey", "authorization", "cookie", "clientsecret",
  ]

  /// What has the form of a secret wherever it stands; or, under a key that calls it one, what is
  /// long and mixed enough to be one. Words such as `token: optional` are not.
  static func isOne(_ scalar: YAMLScalar, key: String) -> Bool {
    let text = scalar.text
    if isAWSKeyID(text) || prefixes.contains(where: text.hasPrefix) { return true }
    guard isSecretName(key), CredentialReference(text) == nil, !text.hasPrefix("$") else {
      return false
    }
    guard case .text = scalar.meaning, !text.contains("/path/"), text.utf8.count >= 12 else {
      return false
    }
    let hasDigit = text.utf8.contains { (0x30...0x39).contains($0) }
    let hasLetter = text.utf8.contains { (0x41...0x5A).contains($0 & 0xDF) }
    let words = text.split(separator: " ").count
    return hasDigit && hasLetter && words <= 2 && !text.contains("://")
  }

  /// The tree with each literal secret in it replaced, webhooks' URLs too.
  static func masked(_ node: YAMLNode, key: String) -> YAMLNode {
    var node = node
    switch node.content {
    case .scalar(let scalar):
      if isOne(scalar, key: key) || urlHasPassword(scalar.text) || isWebhook(scalar, key: key) {
        node.content = .scalar(YAMLScalar(text: "(secret)", isPlain: false))
      }
    case .list(let items):
      node.content = .list(items.map { masked($0, key: key) })
    case .map(let entries):
      node.content = .map(
        entries.map {
          YAMLEntry(
            key: $0.key, keyMark: $0.keyMark,
            value: masked($0.value, key: isURLOfWebhook($0.key, below: key) ? key : $0.key))
        })
    }
    return node
  }

  /// Whoever knows a webhook's URL can write to it.
  private static func isWebhook(_ scalar: YAMLScalar, key: String) -> Bool {
    guard scalar.text.contains("://"), CredentialReference(scalar.text) == nil else { return false }
    return isWebhookName(key) || scalar.text.lowercased().contains("://hooks.")
  }

  /// `slack_webhook`, `webhook_url`, `webhooks`.
  private static func isWebhookName(_ key: String) -> Bool {
    let letters = key.lowercased().filter { $0.isLetter }
    return ["webhook", "webhooks", "webhookurl", "webhookurls"].contains { letters.hasSuffix($0) }
  }

  /// `webhook: {url: …}`.
  private static func isURLOfWebhook(_ key: String, below parent: String) -> Bool {
    isWebhookName(parent) && ["url", "urls"].contains(key.lowercased())
  }

  /// The last words of a key: `x_api_key`, `X-Auth-Token`.
  private static func isSecretName(_ key: String) -> Bool {
    let letters = key.lowercased().filter { $0.isLetter }
    return names.contains { letters.hasSuffix($0) }
  }

  /// AWS: an access key id is 20 characters, AKIA (long-term) or ASIA (temporary) first.
  private static func isAWSKeyID(_ text: String) -> Bool {
    guard text.utf8.count == 20, text.hasPrefix("AKIA") || text.hasPrefix("ASIA") else {
      return false
    }
    return text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
  }

  /// `https://user:password@host/`.
  static func urlHasPassword(_ text: String) -> Bool {
    guard let scheme = text.index(afterASCII: "://") else { return false }
    let authority = text[scheme...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let at = authority.lastIndex(of: "@") else { return false }
    return authority[..<at].contains(":")
  }
}

extension String {
  /// The index after the first occurrence of an ASCII needle.
  func index(afterASCII needle: String) -> String.Index? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(needle) { return self.index(index, offsetBy: needle.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
