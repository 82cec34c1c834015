internal import ADCEIO
internal import HummingbirdCore
internal import NIOCore

internal import struct HTTPTypes.HTTPRequest

/// Answers requests out of what the loop has published.
struct FaceResponder: Sendable {
  enum Path: String, CaseIterable, Sendable {
    case health = "/health"
    case live = "/livez"
    case ready = "/readyz"
    case status = "/status"
    case tasks = "/tasks"
    case metrics = "/metrics"
  }

  let watch: HealthWatch
  let limits: FaceLimits
  let figures: FaceFigures
  let documents: FaceDocuments
  let date: HTTPDateLine
  let isLoopbackOnly: Bool

  func respond(
    to request: Request, _ writer: consuming ResponseWriter
  ) async throws {
    let target = FaceTarget(request.head.path ?? "")
    let path = Path(rawValue: target.path)
    var answer = await answer(to: request.head, path, target)
    if answer.status != .contentTooLarge, isTooLong(request.head) {
      // Whatever it was: its body is not read.
      answer = .problem(
        .contentTooLarge, "a body may have \(limits.bodyBytesMax) bytes, and a known length")
    }
    if answer.status == .contentTooLarge { answer.fields[.connection] = "close" }
    figures.count(path, answer.status.code)
    try await answer.write(
      to: writer, isHead: request.head.method == .head, date: date.now)
  }

  private func isTooLong(_ head: HTTPRequest) -> Bool {
    if head.headerFields[.transferEncoding] != nil { return true }
    guard let text = head.headerFields[.contentLength] else { return false }
    return Int(text).map { $0 > limits.bodyBytesMax } ?? true
  }

  private func answer(
    to head: HTTPRequest, _ path: Path?, _ target: FaceTarget
  ) async -> FaceAnswer {
    guard !isLoopbackOnly || FaceHost.saysLoopback(head.authority) else {
      return .problem(
        .misdirectedRequest, "on loopback only localhost and loopback addresses are served")
    }
    switch head.method {
    case .get, .head: break
    case .post, .put, .delete, .patch: return unauthorized(head)
    default:
      guard path != nil else { return notFound }
      var answer = FaceAnswer.problem(.methodNotAllowed, "only GET and HEAD are served here")
      answer.fields[.allow] = "GET, HEAD"
      return answer
    }
    switch path {
    case .health: return await health()
    case .live: return live()
    case .ready: return await ready()
    case .status: return await status()
    case .tasks: return await tasks(target.query, accepts: head.headerFields[.accept])
    case .metrics: return await metrics()
    case nil: return notFound
    }
  }

  /// There are no tokens yet, so none is right (RFC 6750 §3).
  private func unauthorized(_ head: HTTPRequest) -> FaceAnswer {
    var answer = FaceAnswer.problem(
      .unauthorized, "acting takes a token; until tokens come, act through the command line")
    answer.fields[.wwwAuthenticate] =
      head.headerFields[.authorization] == nil
      ? "Bearer realm=\"adce\"" : "Bearer realm=\"adce\", error=\"invalid_token\""
    return answer
  }

  private var notFound: FaceAnswer {
    .problem(
      .notFound, "there is nothing here",
      [.init("paths", .list(Path.allCases.map { .text($0.rawValue) }))])
  }

  private var starting: FaceAnswer {
    .problem(.serviceUnavailable, "the loop has not said anything yet")
  }
}

// MARK: - What is served

extension FaceResponder {
  private func health() async -> FaceAnswer {
    await watch.refresh(.status)
    guard let bulletin = watch.current else { return starting }
    return documents.document(.health, of: bulletin) {
      let isWell = bulletin.status.health == .ok
      return FaceAnswer(isWell ? .ok : .serviceUnavailable, bulletin.status.healthJSON)
    }
  }

  /// Whether the process would be better off started again. A full disk is no such reason.
  private func live() -> FaceAnswer {
    watch.ask(.status)
    let hanging = watch.hanging
    return FaceAnswer(
      hanging == nil ? .ok : .serviceUnavailable,
      .map([
        .init("status", .text(hanging == nil ? "ok" : "failed")),
        .init(
          "message",
          .text(hanging == nil ? "the loop goes on" : "the loop has not answered")),
        .init("loop_silence_ms", .integer(watch.silence)),
      ]))
  }

  private func ready() async -> FaceAnswer {
    await watch.refresh(.status)
    guard let status = watch.current?.status else { return starting }
    let checks: [(String, Bool, String)] = [
      ("recovered", true, "the state is recovered"),
      (
        "catalogs", status.hasKeySpace,
        status.hasKeySpace ? "the catalogs are loaded" : "the catalogs have not been loaded yet"
      ),
      (
        "lake", status.hasSnapshot,
        status.hasSnapshot ? "what the lake holds is known" : "the lake has not been looked at yet"
      ),
      ("serving", !status.isDraining, status.isDraining ? "stopping" : "not stopping"),
      ("loop", watch.hanging == nil, watch.hanging == nil ? "goes on" : "has not answered"),
    ]
    let isReady = checks.allSatisfy { $0.1 }
    return FaceAnswer(
      isReady ? .ok : .serviceUnavailable,
      .map([
        .init("status", .text(isReady ? "ok" : "not_ready")),
        .init(
          "checks",
          .map(
            checks.map {
              .init($0.0, .map([.init("ok", .bool($0.1)), .init("message", .text($0.2))]))
            })),
      ]))
  }

  private func status() async -> FaceAnswer {
    await watch.refresh(.status)
    guard let bulletin = watch.current else { return starting }
    return documents.document(.status, of: bulletin) {
      FaceAnswer(.ok, bulletin.status.json)
    }
  }

  private func tasks(_ query: String, accepts: String?) async -> FaceAnswer {
    let filter: TaskFilter
    do throws(FaceQueryProblem) { filter = try FaceQuery.tasks(query) } catch {
      return .problem(.badRequest, error.message)
    }
    await watch.refresh(.tasks)
    guard let bulletin = watch.current, let board = bulletin.tasks else { return starting }
    if let accepts, accepts.contains("application/x-ndjson") {
      return FaceAnswer(.ok, board.lines(filter), type: FaceAnswer.linesType)
    }
    guard query.isEmpty else { return FaceAnswer(.ok, board.json(filter)) }
    return documents.document(.tasks, of: bulletin) { FaceAnswer(.ok, board.json(filter)) }
  }

  private func metrics() async -> FaceAnswer {
    await watch.refresh(.figures)
    guard let bulletin = watch.current else { return starting }
    return documents.document(.metrics, of: bulletin) {
      FaceAnswer(
        .ok, (watch.metricsText() ?? "") + figures.text, type: HealthWatch.metricsContentType)
    }
  }
}
