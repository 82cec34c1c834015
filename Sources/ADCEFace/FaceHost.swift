/// The names that this machine has for itself.
enum FaceHost {
  static func isLoopback(_ name: String) -> Bool {
    name == "localhost" || name == "::1" || name.hasPrefix("127.")
  }

  /// Whether a request's Host field (RFC 9110 §7.2) says a loopback name, or nothing.
  ///
  /// A page whose own name comes to mean 127.0.0.1 (DNS rebinding) can have a browser read what is
  /// served here, under the page's name.
  static func saysLoopback(_ authority: String?) -> Bool {
    guard let authority, !authority.isEmpty else { return true }
    if authority.hasPrefix("[") {
      return isLoopback(String(authority.dropFirst().prefix { $0 != "]" }))
    }
    let name = String(authority.prefix { $0 != ":" }).lowercased()
    // Of what begins like an address, only addresses: not 127.0.0.1.example.com.
    return isLoopback(name)
      && (name == "localhost" || name.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) })
  }
}
