internal import ADCEKernel

/// Carries out attempts of an `http` scraper: one request, one object. Pure but for the lake and
/// the credentials; `ScraperExecutor` moves the request.
struct HTTPScraper: Sendable {
  /// Of a body, decompressed: it is held whole while it is checked, and many are at a time. What is
  /// larger is a `command` scraper's.
  static let bodyBytesMax: Int64 = 64 << 20
  /// Of an answer that is no success: as much as `error_patterns` see.
  static let errorBytesMax: Int64 = Int64(BodyRules.patternBytesMax)

  let settings: HTTPScraperSettings
  let lake: any Lake
  let credentials: CredentialResolution

  /// A request on its way.
  struct Prepared: Sendable {
    var request: HTTPRequest
    var redaction: Redaction
    var isConditional: Bool
  }

  /// Builds the request, or says why there can be none.
  func prepare(_ work: AttemptWork) throws(AttemptFault) -> Prepared {
    guard work.items.count == 1 else {
      throw AttemptFault(.ownFault, "an http attempt is for one object, not \(work.items.count)")
    }
    let item = work.items[0]
    // Before anybody is asked for what cannot be kept.
    if let fault = lake.fault(of: item.key) {
      let key = String(decoding: item.key, as: UTF8.self)
      throw .permanent(LakeError.unstorableKey(key, fault).description)
    }
    let url = try url(item, work)
    guard let origin = URLOrigin(url: url) else {
      throw .permanent("not an http or https URL: \(shown(url))")
    }
    if let reason = settings.refusal(of: origin) { throw .permanent(reason) }
    var request = HTTPRequest(url: url)
    request.limits.totalMilliseconds = max(1, settings.timeoutMilliseconds)
    request.limits.bodyBytesMax = HTTPScraper.bodyBytesMax
    request.limits.cutsErrors = HTTPScraper.errorBytesMax
    request.redirects.loopbackOnly = settings.obeysRobots
    let secrets = try addHeaders(to: &request)
    var isConditional = false
    if let stored = item.stored, item.storedIsSufficient {
      // A minute earlier than the copy: clocks differ, and an unneeded answer does less harm
      // than a change that is missed.
      let since = Instant(seconds: stored.modifiedSeconds) - Span.minute
      request.headers.append(HTTPHeader("If-Modified-Since", HTTPDate.format(since)))
      isConditional = true
    }
    return Prepared(
      request: request, redaction: Redaction(secrets), isConditional: isConditional)
  }

  private func url(_ item: AttemptWork.Item, _ work: AttemptWork) throws(AttemptFault) -> String {
    let path: String
    do {
      path = try settings.template.expand { name in
        if let value = (item.parameters + item.columns).first(where: { $0.name == name })?.value {
          return value
        }
        switch name {
        case "season": return work.season
        case "data_type": return work.dataType
        case "source": return work.source
        default: return nil
        }
      }
    } catch {
      throw .permanent("url_pattern: \(HTTPScraper.reason(error))")
    }
    return HTTPScraper.joined(settings.baseURL, path)
  }

  /// The base and what a pattern gave, with one slash between them; none in a query or a fragment
  /// (RFC 3986 §3), be it the base's or the pattern's own.
  static func joined(_ base: String, _ path: String) -> String {
    if base.contains("?") || base.contains("#") { return base + path }
    if base.hasSuffix("/") && path.hasPrefix("/") { return base + path.dropFirst() }
    let isJoined =
      base.isEmpty || path.isEmpty || base.hasSuffix("/")
      || ["/", "?", "#"].contains { path.hasPrefix($0) }
    return base + (isJoined ? "" : "/") + path
  }

  private static func reason(_ fault: URLTemplate.ExpansionFault) -> String {
    switch fault {
    case .unknownName(let name): "no value for {\(name)}"
    case .unfit(let name, let value, let form):
      "{\(name)} is \(value), which has no \(form.rawValue)"
    }
  }

  /// Adds the configured headers and returns the secrets among them.
  private func addHeaders(to request: inout HTTPRequest) throws(AttemptFault) -> [String] {
    var secrets: [String] = []
    if let agent = settings.userAgent {
      request.headers.append(HTTPHeader("User-Agent", agent))
    }
    for header in settings.headers {
      request.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
      switch header.value {
      case .literal(let text):
        request.headers.append(HTTPHeader(header.name, text))
      case .reference(let reference):
        do {
          let text = try credentials.text(reference)
          secrets.append(text)
          request.headers.append(HTTPHeader(header.name, text, isSecret: true))
        } catch {
          throw AttemptFault(.ownFault, "header \(header.name): \(error)")
        }
      }
    }
    return secrets
  }

  /// A URL without its query and without user and password, for messages.
  func shown(_ url: String) -> String {
    let bare = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
    let rest = bare[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return String(bare) }
    return String(bare[..<scheme.upperBound]) + String(rest[rest.index(after: at)...])
  }
}

/// Why an attempt ends before it has results.
struct AttemptFault: Error, Hashable, Sendable {
  var failureClass: FailureClass
  /// Nothing that another attempt does would change it.
  var isPermanent = false
  var message: String

  init(_ failureClass: FailureClass, _ message: String) {
    self.failureClass = failureClass
    self.message = message
  }

  /// What is configured cannot work; only its owner can mend it.
  static func permanent(_ message: String) -> AttemptFault {
    var fault = AttemptFault(.scraperFault, message)
    fault.isPermanent = true
    return fault
  }
}
