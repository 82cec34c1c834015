internal import Hummingbird
internal import Logging
internal import NIOCore

/// A source of objects over real HTTP on 127.0.0.1: it serves a body for any target, as
/// `OriginOptions` say, until it is stopped or its lifetime ends.
public struct LoopbackOrigin: Sendable {
  /// The port that it listens on.
  public let port: Int
  private let server: Task<Void, any Error>
  private let lifetime: Task<Void, Never>

  /// Listens, and returns once connections are taken.
  public static func start(_ options: OriginOptions) async throws -> LoopbackOrigin {
    let log: AccessLog? = if let path = options.logFile { try AccessLog(path: path) } else { nil }
    let (ports, found) = AsyncStream<Int>.makeStream()
    // Only what is wrong with the server itself; the faults that it injects are no news.
    var logger = Logger(label: "adce.origin")
    logger.logLevel = .critical
    let application = Application(
      responder: OriginResponder(options: options, log: log),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: options.port), serverName: "adce-origin"),
      onServerRunning: { found.yield($0.localAddress?.port ?? 0) },
      logger: logger)
    let server = Task {
      defer { found.finish() }
      try await application.run()
    }
    for await port in ports {
      let lifetime = Task {
        // Cancelled by `stop`, which cancels the server itself.
        guard (try? await Task.sleep(for: .milliseconds(options.lifetimeMilliseconds))) != nil
        else { return }
        server.cancel()
      }
      return LoopbackOrigin(port: port, server: server, lifetime: lifetime)
    }
    switch await server.result {
    case .success: throw OriginFailure.notListening("it ended at once")
    case .failure(let error): throw OriginFailure.notListening("\(error)")
    }
  }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// Ends the server, and what it holds open, and waits for that.
  public func stop() async {
    lifetime.cancel()
    server.cancel()
    _ = await server.result
  }

  /// Returns when the server has ended: by `stop`, or with its lifetime.
  public func wait() async { _ = await server.result }

  /// The body of a target (path and query as sent): a JSON object of 200 bytes or more.
  ///
  /// - Parameter request: its number, where requests are numbered.
  public static func body(
    for target: String, seed: UInt64 = 0, fields: [String] = [], request: Int? = nil
  ) -> [UInt8] {
    OriginBody.make(target: target, seed: seed, fields: fields, request: request)
  }
}
