internal import CCurl

/// Scheme, host and port of a URL, as libcurl reads it: what curl would connect to.
package struct URLOrigin: Hashable, Sendable {
  /// Lower case.
  package var scheme: String
  /// Lower case; an IPv6 address in brackets; IPv4 in dotted form, however it was written.
  package var host: String
  /// The scheme's own where the URL has none.
  package var port: Int

  /// Nil unless it is an absolute http or https URL.
  package init?(url: String) {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
      let scheme = URLOrigin.part(CURLUPART_SCHEME, of: handle)?.lowercased(),
      scheme == "http" || scheme == "https",
      let host = URLOrigin.part(CURLUPART_HOST, of: handle)?.lowercased(), !host.isEmpty,
      let port = URLOrigin.part(CURLUPART_PORT, of: handle).flatMap({ Int($0) })
    else { return nil }
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// This machine: `localhost` (which curl never looks up), 127.0.0.0/8 or ::1.
  package var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK,
      let text
    else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
