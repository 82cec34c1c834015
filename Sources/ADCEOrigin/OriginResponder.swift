internal import Glibc
internal import Hummingbird
internal import NIOCore

/// A request's context that keeps the channel, so that a fault can break the connection.
struct OriginContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}

/// Answers every request: by the rules, or with the body of its target.
actor OriginResponder {
  private let options: OriginOptions
  private let log: AccessLog?
  /// How many requests each rule has selected.
  private var selected: [Int]
  private var requests = 0

  init(options: OriginOptions, log: AccessLog?) {
    self.options = options
    self.log = log
    selected = Array(repeating: 0, count: options.rules.count)
  }

  private enum Answer {
    case fault(OriginRule.Fault)
    case missing
    case body
  }

  /// With the request's number.
  private func decide(_ method: String, _ target: String) -> (Answer, Int) {
    requests += 1
    let answer = answer(to: target)
    let status =
      switch answer {
      case .body, .fault(.blockPage), .fault(.truncated): 200
      case .missing: 404
      case .fault(.status(let status, _)): status
      case .fault(.reset), .fault(.hang): 0
      }
    log?.append(method: method, target: target, status: status)
    return (answer, requests)
  }

  private func answer(to target: String) -> Answer {
    if options.missing.contains(target) { return .missing }
    for (index, rule) in options.rules.enumerated() where target.hasPrefix(rule.prefix) {
      selected[index] += 1
      if selected[index] % max(1, rule.every) == 0 { return .fault(rule.fault) }
    }
    return .body
  }
}

extension OriginResponder: HTTPResponder {
  nonisolated func respond(to request: Request, context: OriginContext) async throws -> Response {
    let target = request.head.path ?? "/"
    let (answer, number) = await decide(request.head.method.rawValue, target)
    if options.latencyMilliseconds > 0 {
      try await Task.sleep(for: .milliseconds(options.latencyMilliseconds))
    }
    switch answer {
    case .missing: return page(.notFound)
    case .body: return json(target, number)
    case .fault(let fault):
      return try await respond(with: fault, to: target, number, context.channel)
    }
  }

  private nonisolated func respond(
    with fault: OriginRule.Fault, to target: String, _ number: Int, _ channel: any Channel
  ) async throws -> Response {
    switch fault {
    case .status(let code, let retryAfter):
      var response = page(HTTPResponse.Status(code: code))
      if let retryAfter { response.headers[.retryAfter] = retryAfter }
      return response
    case .blockPage: return page(.ok)
    case .hang:
      try await Task.sleep(for: .milliseconds(options.lifetimeMilliseconds))
      return page(.ok)
    case .reset:
      // Without lingering, closing sends a reset in place of the orderly end.
      try await (channel as? any SocketOptionProvider)?
        .setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      try await channel.close()
      return page(.ok)
    case .truncated:
      let body = body(of: target, number)
      return Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(contentLength: body.count) { writer in
          try await writer.write(ByteBuffer(bytes: body.prefix(body.count / 2)))
          try await channel.close()
        })
    }
  }

  private nonisolated func body(of target: String, _ number: Int) -> [UInt8] {
    LoopbackOrigin.body(
      for: target, seed: options.seed, fields: options.fields,
      request: options.numbersRequests ? number : nil)
  }

  private nonisolated func json(_ target: String, _ number: Int) -> Response {
    let body = body(of: target, number)
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  private nonisolated func page(_ status: HTTPResponse.Status) -> Response {
    let text = "<!DOCTYPE html><html><body><h1>\(status.code)</h1></body></html>\n"
    return Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
