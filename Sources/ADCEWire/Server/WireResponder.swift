internal import ADCEIO
internal import ADCEKernel
internal import ADCEOrigin
internal import ADCESimulation
internal import NIOCore

internal import struct HTTPTypes.HTTPField
internal import struct HTTPTypes.HTTPFields
internal import struct HTTPTypes.HTTPResponse
internal import struct HummingbirdCore.Request
internal import struct HummingbirdCore.ResponseWriter

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Reads each request, lets the faults decide what it meets, and writes what the lake or a source
/// answers.
final class WireResponder: Sendable {
  private let options: WireOptions
  private let log: AccessLog?
  private let s3: S3Face
  private let sources: SourceFace
  private let faults: WireFaults
  private let counters: Locked<WireStatistics>
  private let requests = Locked<UInt64>(0)

  /// The body of an answer is made and written in such pieces.
  private static let pieceBytes = 256 << 10
  /// Of a request's body: an object, and what chunks add to it.
  private static let bodyBytesMax = WireLake.objectBytesMax + (4 << 20)
  /// Longer than any client waits.
  private static let hang = Duration.seconds(600)

  init(_ world: World, _ options: WireOptions, _ log: AccessLog?) {
    self.options = options
    self.log = log
    let now = Self.now
    let due = (0..<world.objectCount).count { world.isDue($0, at: now) }
    let absent =
      switch options.missing {
      case .count(let count): count
      case .thousandths(let share): due * share / 1000
      }
    s3 = S3Face(lake: WireLake(world, seed: options.seed, absent: absent, now: now))
    sources = SourceFace(world, profile: options.profile)
    faults = WireFaults(profile: options.profile, draw: world.draw)
    var statistics = WireStatistics()
    for name in World.sourceNames {
      statistics.sources[name] = .init(limit: world.plan.requestsPerMinute)
    }
    counters = Locked(statistics)
  }

  private static var now: Instant { Instant(milliseconds: wallMilliseconds()) }

  var statistics: WireStatistics { counters.withLock { $0 } }

  func check() -> WireCheck { s3.lake.check(now: Self.now, isAttainable: sources.isAttainable) }

  func respond(
    to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let head = request.head
    var read = WireRequest(
      method: head.method.rawValue, target: head.path ?? "/", host: head.authority ?? "",
      fields: head.headerFields.map { HTTPHeader($0.name.rawName, $0.value) })
    if read.path == "/_sim/stats" {
      return try await write(statisticsAnswer(read.method), to: read, writer)
    }
    if read.path.hasPrefix(SourceFace.prefix) {
      return try await respondAsSource(to: read, writer, channel)
    }
    let place: WireProfile.Place = read.method == "GET" ? .reading : .changing
    let (fault, bits) = faults.next("\(read.method) \(read.target)", at: place)
    note(fault, at: "s3")
    if fault == .resetBefore { return try await reset(read, channel) }
    // Without it some clients wait a second before they send the body.
    if read.field("expect")?.lowercased() == "100-continue" {
      try await writer.writeInformationalHead(HTTPResponse(status: .continue))
    }
    guard let body = try await body(of: request) else {
      let fault = S3Fault(400, "EntityTooLarge", "Your proposed upload exceeds the maximum size.")
      return try await write(answer(fault, read), to: read, writer, closing: channel)
    }
    read.body = body
    if fault == .slow { try await Task.sleep(for: .milliseconds(200 + Int64(bits % 1800))) }
    let answer = s3Answer(read, fault)
    if fault == .resetAfter { return try await reset(read, channel) }
    let isCut = fault == .truncated && (200..<300).contains(answer.status)
    try await write(answer, to: read, writer, closing: isCut ? channel : nil, isCut: isCut)
  }

  /// nil if it is too long.
  private func body(of request: Request) async throws -> [UInt8]? {
    var body: [UInt8] = []
    if let length = request.head.headerFields[.contentLength].flatMap({ Int($0) }) {
      guard length <= Self.bodyBytesMax else { return nil }
      body.reserveCapacity(length)
    }
    for try await piece in request.body {
      piece.withUnsafeReadableBytes { body += $0 }
      guard body.count <= Self.bodyBytesMax else { return nil }
    }
    return body
  }

  // MARK: S3

  private func s3Answer(_ request: WireRequest, _ fault: WireFault?) -> WireAnswer {
    counters.withLock { $0.s3[Self.operation(request), default: 0] += 1 }
    switch fault {
    case .serverError: return answer(.internalError, request)
    case .slowDown: return answer(.slowDown, request)
    default: break
    }
    do throws(S3Fault) { return try s3.answer(to: request, now: Self.now) } catch {
      if error.status == 403 { counters.withLock { $0.unsigned += 1 } }
      return answer(error, request)
    }
  }

  /// As `statistics` names it.
  private static func operation(_ request: WireRequest) -> String {
    let isObject = request.path.dropFirst().firstIndex(of: "/").map {
      request.path.index(after: $0) < request.path.endIndex
    }
    switch request.method {
    case "GET": return isObject == true ? "gets" : "lists"
    case "HEAD": return "heads"
    case "PUT": return "puts"
    case "DELETE": return "deletes"
    default: return "others"
    }
  }

  private func answer(_ fault: S3Fault, _ request: WireRequest) -> WireAnswer {
    fault.answer(requestID: nextID(), resource: request.path)
  }

  private func nextID() -> String {
    let number = requests.withLock { number in
      number += 1
      return number
    }
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
  }

  // MARK: Sources

  private func respondAsSource(
    to request: WireRequest, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    guard let path = PercentEncoding.decode(request.path), let source = sources.source(of: path),
      request.method == "GET"
    else { return try await write(Self.page(404), to: request, writer) }
    let (finding, inMinute) = sources.find(
      path, in: source, now: Self.now, arrival: monotonicMilliseconds())
    count(source) {
      $0.requests += 1
      $0.mostInMinute = max($0.mostInMinute, inMinute)
      if case .overLimit = finding { $0.overLimit += 1 }
    }
    if options.latencyMilliseconds > 0 {
      try await Task.sleep(for: .milliseconds(options.latencyMilliseconds))
    }
    if case .overLimit(let waits) = finding {
      let answer = Self.page(429, retryAfterSeconds: (waits + 999) / 1000)
      return try await write(answer, to: request, writer)
    }
    let (fault, bits) = faults.next(path, at: .source)
    note(fault, at: "source")
    switch fault {
    case .serverError:
      return try await write(Self.page([500, 502, 503, 504][Int(bits % 4)]), to: request, writer)
    case .throttled, .slowDown:
      let answer = Self.page(429, retryAfterSeconds: 1 + Int64(bits % 3))
      return try await write(answer, to: request, writer)
    case .blockPage: return try await write(Self.page(200), to: request, writer)
    case .resetBefore, .resetAfter: return try await reset(request, channel)
    case .hang:
      log?.append(method: request.method, target: request.target, status: 0)
      try await Task.sleep(for: Self.hang)
      return try await channel.close()
    case .slow: try await Task.sleep(for: .milliseconds(200 + Int64(bits % 1800)))
    case .truncated, nil: break
    }
    guard case .object(let index) = finding else {
      return try await write(Self.page(404), to: request, writer)
    }
    let body = s3.lake.body(index)
    let object = WireLake.Object(content: .world(body), modified: Self.now, etag: "")
    let answer = WireAnswer(
      status: 200, fields: [HTTPHeader("Content-Type", "application/json")],
      body: .object(object, 0..<body.count))
    let isCut = fault == .truncated
    try await write(answer, to: request, writer, closing: isCut ? channel : nil, isCut: isCut)
    if !isCut { count(source) { $0.served += 1 } }
  }

  private func count(_ source: String, _ change: (inout WireStatistics.Source) -> Void) {
    counters.withLock { change(&$0.sources[source, default: .init()]) }
  }

  private func note(_ fault: WireFault?, at place: String) {
    guard let fault else { return }
    counters.withLock { $0.faults["\(place).\(fault.rawValue)", default: 0] += 1 }
  }

  /// What a server says that has nothing else to say.
  private static func page(_ status: Int, retryAfterSeconds: Int64? = nil) -> WireAnswer {
    var answer = WireAnswer(
      status: status, fields: [HTTPHeader("Content-Type", "text/html; charset=utf-8")],
      body: .bytes(
        Array("<!DOCTYPE html><html><body><h1>\(status)</h1></body></html>\n".utf8)))
    if let retryAfterSeconds {
      answer.fields.append(HTTPHeader("Retry-After", String(retryAfterSeconds)))
    }
    return answer
  }

  private func statisticsAnswer(_ method: String) -> WireAnswer {
    guard method == "GET" else { return Self.page(405) }
    return WireAnswer(
      status: 200, fields: [HTTPHeader("Content-Type", "application/json")],
      body: .bytes(Array(statistics.json(check()).utf8)))
  }

  // MARK: Writing

  /// Closes the connection without an answer, by a reset.
  private func reset(_ request: WireRequest, _ channel: any Channel) async throws {
    log?.append(method: request.method, target: request.target, status: 0)
    // Without lingering, closing sends a reset in place of the orderly end.
    try await (channel as? any SocketOptionProvider)?
      .setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    try await channel.close()
  }

  /// - Parameters:
  ///   - channel: closed after the answer, if there is one.
  ///   - isCut: the whole length is announced, and half of it sent.
  private func write(
    _ answer: WireAnswer, to request: WireRequest, _ writer: consuming ResponseWriter,
    closing channel: (any Channel)? = nil, isCut: Bool = false
  ) async throws {
    log?.append(method: request.method, target: request.target, status: answer.status)
    var fields = HTTPFields()
    for field in answer.fields {
      guard let name = HTTPField.Name(field.name) else { continue }
      fields.append(HTTPField(name: name, value: field.value))
    }
    fields[.date] = HTTPDate.format(Self.now)
    fields[.server] = "adce-sim"
    if let name = HTTPField.Name("x-amz-request-id") { fields[name] = nextID() }
    if answer.status != 204, answer.status != 304 {
      fields[.contentLength] = String(answer.body.count)
    }
    let head = HTTPResponse(status: .init(code: answer.status), headerFields: fields)
    guard request.method != "HEAD", answer.body.count > 0 else {
      return try await writer.writeResponse(head)
    }
    let count = isCut ? answer.body.count / 2 : answer.body.count
    var body = try await writer.writeHead(head)
    for start in stride(from: 0, to: count, by: Self.pieceBytes) {
      let piece = answer.body.bytes(start..<min(count, start + Self.pieceBytes))
      try await body.write(ByteBuffer(bytes: piece))
    }
    if !isCut { try await body.finish(nil) }
    try await channel?.close()
  }
}
