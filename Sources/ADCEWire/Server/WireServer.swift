internal import ADCEIO
internal import ADCEKernel
internal import ADCEOrigin
public import ADCESimulation
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix

/// A simulated world over real HTTP on 127.0.0.1, until it is stopped or its lifetime ends: its lake
/// as the bucket `lake` of an S3 that checks signatures, its sources under `/sources/NAME`, and what
/// they have seen at `/_sim/stats`.
public struct WireServer: Sendable {
  public let port: Int
  public let world: World
  private let responder: WireResponder
  private let listener: Server<HTTP1Channel>
  private let server: Task<Void, any Error>
  private let lifetime: Task<Void, Never>

  /// What is under way has so long to end by itself.
  private static let graceMilliseconds = 500

  /// The server ended before it listened, as when the port is taken.
  public struct NotListening: Error, CustomStringConvertible {
    public var description: String
  }

  /// Listens, and returns once connections are taken.
  public static func start(_ options: WireOptions) async throws -> WireServer {
    let log: AccessLog? = if let path = options.logFile { try AccessLog(path: path) } else { nil }
    let world = World(plan: options.plan, seed: options.seed)
    let responder = WireResponder(world, options, log)
    let (ports, found) = AsyncStream<Int>.makeStream()
    let channel = HTTP1Channel(responder: { request, writer, channel in
      try await responder.respond(to: request, writer, channel)
    })
    let listener = Server(
      childChannelSetup: channel,
      configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: options.port)),
      onServerRunning: { found.yield($0.localAddress?.port ?? 0) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      // The faults that it makes are no news.
      logger: Logger(label: "adce.wire") { _ in SwiftLogNoOpLogHandler() })
    let server = Task {
      defer { found.finish() }
      try await listener.run()
    }
    for await port in ports {
      let lifetime = Task {
        // Cancelled by `stop`, which cancels the server itself.
        guard (try? await Task.sleep(for: .milliseconds(options.lifetimeMilliseconds))) != nil
        else { return }
        await end(listener, server)
      }
      return WireServer(
        port: port, world: world, responder: responder, listener: listener, server: server,
        lifetime: lifetime)
    }
    switch await server.result {
    case .success: throw NotListening(description: "it ended at once")
    case .failure(let error): throw NotListening(description: "\(error)")
    }
  }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// What a client of the lake has in its environment, in order.
  public var environment: [(name: String, value: String)] {
    [
      ("AWS_ENDPOINT_URL_S3", url), ("AWS_ACCESS_KEY_ID", WireKeys.accessKeyID),
      ("AWS_SECRET_ACCESS_KEY", WireKeys.secretAccessKey), ("AWS_REGION", WireKeys.region),
    ]
  }

  public var statistics: WireStatistics { responder.statistics }

  /// The lake beside the world, as it is now.
  public func check() -> WireCheck { responder.check() }

  /// Ends the server, and what it holds open, and waits for that.
  public func stop() async {
    lifetime.cancel()
    await Self.end(listener, server)
  }

  /// First no connection is taken any more, then those that are left are broken: NIO ends the
  /// process over one that is taken while its server is cancelled.
  private static func end(
    _ listener: Server<HTTP1Channel>, _ server: Task<Void, any Error>
  ) async {
    let closing = Task { try await listener.shutdownGracefully() }
    let grace = Task {
      // Cancelled when all have ended.
      guard (try? await Task.sleep(for: .milliseconds(graceMilliseconds))) != nil else { return }
      server.cancel()
    }
    _ = await server.result
    grace.cancel()
    // It fails where the server had ended before: then nothing is left to close.
    _ = await closing.result
  }

  /// Returns when the server has ended: by `stop`, or with its lifetime.
  public func wait() async { _ = await server.result }

  /// The body of an object of the world that is served from `seed`.
  public static func body(of index: Int, in world: World, seed: UInt64) -> [UInt8] {
    WireBody(key: world.key(index), seed: seed, count: world.size(of: index)).bytes
  }
}
