package import ADCEKernel
internal import CCurl

/// Why no answer came.
package struct HTTPFailure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable, CaseIterable {
    /// The host's name does not resolve.
    case name
    /// Nobody listens there, or the way there is closed.
    case connect
    /// Over a time limit, or too slow for too long.
    case timeout
    /// The connection broke before the answer was whole.
    case reset
    /// The handshake failed.
    case tls
    /// The certificate is not valid for the host: counted as a violation.
    case certificate
    /// Over a bound on the body.
    case tooLarge
    /// Not HTTP, or a content coding that cannot be undone.
    case malformed
    /// The URL cannot be used: syntax, or a scheme other than http and https.
    case url
    /// More redirects than allowed, or one that leads nowhere.
    case redirect
    /// A redirect to a host that the request may not reach, or from https to http: it would come
    /// again however often one asks.
    case redirectRefused
    case cancelled
    /// Our machine: memory, threads, descriptors.
    case own
  }

  package var kind: Kind
  /// One sentence; holds no header and no query.
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The policy under which the kernel treats it.
  package var failureClass: FailureClass {
    switch kind {
    case .name, .connect, .timeout, .reset, .tls: .transient
    case .certificate, .redirectRefused: .refused
    case .tooLarge, .malformed, .redirect: .invalid
    case .url: .scraperFault
    case .cancelled, .own: .ownFault
    }
  }

  init(curl code: CURLcode, detail: String) {
    let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    self.init(HTTPFailure.kind(of: code), text)
  }

  private static func kind(of code: CURLcode) -> Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .name
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .connect
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_SSL_CONNECT_ERROR: .tls
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      .certificate
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY: .malformed
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .url
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .own
    // The rest are ways for a connection to break: GOT_NOTHING, RECV_ERROR, SEND_ERROR,
    // PARTIAL_FILE, HTTP2_STREAM and their like.
    default: .reset
    }
  }
}
