/// Takes secrets out of texts that people will see.
package struct Redaction: Sendable {
  /// Longest first, so that a secret that holds another goes whole.
  private var secrets: [[UInt8]] = []

  /// Of the longest secret.
  package var bytesMax: Int { secrets.first?.count ?? 0 }

  package init(_ secrets: some Sequence<String> = []) {
    var spellings: Set<[UInt8]> = []
    // Shorter ones would black out words, and are no secrets.
    for secret in secrets where secret.utf8.count >= 4 {
      spellings.insert(Array(secret.utf8))
      spellings.insert(Array(URLTemplate.encoded(secret).utf8))
    }
    self.secrets = spellings.sorted { ($1.count, $0.description) < ($0.count, $1.description) }
  }

  package func apply(_ bytes: [UInt8]) -> [UInt8] {
    guard !secrets.isEmpty else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var at = 0
    next: while at < bytes.count {
      for secret in secrets where bytes[at] == secret[0] && bytes[at...].starts(with: secret) {
        result += Array("[redacted]".utf8)
        at += secret.count
        continue next
      }
      result.append(bytes[at])
      at += 1
    }
    return result
  }

  package func apply(_ text: String) -> String {
    secrets.isEmpty ? text : String(decoding: apply(Array(text.utf8)), as: UTF8.self)
  }

  /// A message fit for the store: redacted, one line that steers no terminal, at most 512 bytes of UTF-8, cut between
  /// characters.
  package func message(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    var bytes = 0
    for scalar in apply(text).unicodeScalars {
      let shown: Unicode.Scalar = scalar.steers ? " " : scalar
      bytes += UTF8.width(shown)
      guard bytes <= 512 else { break }
      line.append(shown)
    }
    return String(line)
  }
}
