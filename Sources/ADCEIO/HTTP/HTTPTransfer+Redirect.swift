/// Redirects are followed here, not by libcurl: it knows which of its own credentials must not
/// travel, but not that an `X-Api-Key` is one.
extension HTTPTransfer {
  /// The next hop, if the answer is a redirect that is to be followed; nil: it is the answer.
  func redirected(status: Int, to target: String?) throws(HTTPFailure) -> HTTPRequest? {
    guard [301, 302, 303, 307, 308].contains(status), request.redirects.limit > 0,
      request.method == .get || request.method == .head
    else { return nil }
    guard let target, let next = URLOrigin(url: target), let here = URLOrigin(url: request.url)
    else { throw HTTPFailure(.redirect, "a redirect (\(status)) without a usable Location") }
    guard hops <= request.redirects.limit else {
      throw HTTPFailure(.redirect, "more than \(request.redirects.limit) redirects")
    }
    guard !(here.scheme == "https" && next.scheme == "http") else {
      throw HTTPFailure(.redirectRefused, "a redirect from https to http (\(next.host))")
    }
    guard next.isLoopback || !request.redirects.loopbackOnly else {
      throw HTTPFailure(
        .redirectRefused, "a redirect to \(next.host), which may not be asked yet (robots: obey)")
    }
    var request = request
    request.url = target
    if next != here {
      request.headers.removeAll { $0.isSecret || HTTPTransfer.isCredential($0.name) }
    }
    return request
  }

  private static func isCredential(_ name: String) -> Bool {
    ["authorization", "cookie", "proxy-authorization"].contains(name.lowercased())
  }
}
