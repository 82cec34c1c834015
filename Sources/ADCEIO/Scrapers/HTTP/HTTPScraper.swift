internal import ADCEKernel

/// Carries out attempts of an `http` scraper: one request, one object. Pure but for the lake and
/// the credentials; `ScraperExecutor` moves the request.
struct HTTPScraper: Sendable {
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
    let url = try url(item, work)
    guard let origin = URLOrigin(url: url) else {
      throw AttemptFault(.scraperFault, "not an http or https URL: \(shown(url))")
    }
    guard origin.isLoopback || !settings.obeysRobots else {
      throw AttemptFault(
        .ownFault,
        "robots.txt is not read yet, so with robots: obey only this machine is asked, "
          + "not \(origin.host)")
    }
    var request = HTTPRequest(url: url)
    request.limits.totalMilliseconds = max(1, settings.timeoutMilliseconds)
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
      throw AttemptFault(.scraperFault, "url_pattern: \(HTTPScraper.reason(error))")
    }
    if settings.baseURL.hasSuffix("/") && path.hasPrefix("/") {
      return settings.baseURL + path.dropFirst()
    }
    let needsSlash =
      !settings.baseURL.isEmpty && !settings.baseURL.hasSuffix("/") && !path.isEmpty
      && !path.hasPrefix("/") && !path.hasPrefix("?")
    return settings.baseURL + (needsSlash ? "/" : "") + path
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
  var message: String

  init(_ failureClass: FailureClass, _ message: String) {
    self.failureClass = failureClass
    self.message = message
  }
}
