public import ADCEIO
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The HTTP face of a daemon: read-only, on loopback unless it is told otherwise.
///
/// It never touches the kernel: it serves what `HealthWatch` was given by the loop, and says how
/// long the loop has been silent. A port that is taken is no reason for the daemon to end: the face
/// says so, and tries again with growing pauses.
public final class Face: Sendable {
  /// What is worth saying.
  public enum Notice: Hashable, Sendable {
    case listening(url: String)
    /// Anybody who reaches the address can read.
    case open(address: String)
    /// It will not listen at all.
    case refused(String)
  }

  private struct State {
    var settings: HealthSettings
    var server: Server<HTTP1Channel>?
    var task: Task<Void, Never>?
    var isStopping = false
  }

  private let state: Locked<State>
  private let watch: HealthWatch
  private let limits: FaceLimits
  private let say: @Sendable (Notice) -> Void

  /// - Parameter say: called from the face's own threads.
  public convenience init(
    _ settings: HealthSettings, watch: HealthWatch, say: @escaping @Sendable (Notice) -> Void
  ) {
    self.init(settings, watch: watch, limits: .ofThisProcess, say: say)
  }

  init(
    _ settings: HealthSettings, watch: HealthWatch, limits: FaceLimits,
    say: @escaping @Sendable (Notice) -> Void
  ) {
    state = Locked(State(settings: settings))
    self.watch = watch
    self.limits = limits
    self.say = say
  }

  /// Begins to serve, on threads of its own; returns at once.
  public func start() {
    state.withLock { state in
      let settings = state.settings
      state.task = Task { await self.serve(settings) }
    }
  }

  /// After a reload: listens where it is told now, if that is elsewhere. Returns at once.
  public func follow(_ settings: HealthSettings) {
    state.withLock { state in
      guard !Face.isSame(settings, state.settings), !state.isStopping else { return }
      state.settings = settings
      let (old, server) = (state.task, state.server)
      state.task = Task {
        old?.cancel()
        await Face.close(server)
        await old?.value
        await self.serve(settings)
      }
    }
  }

  /// Takes no more requests, lets those under way end, and waits for that at most so long.
  public func stop(withinMilliseconds limit: Int64 = 2000) {
    let (task, server) = state.withLock { state in
      state.isStopping = true
      return (state.task, state.server)
    }
    guard let task else { return }
    let hasEnded = Locked(false)
    Task {
      await Face.close(server)
      task.cancel()
      await task.value
      hasEnded.withLock { $0 = true }
    }
    var waited: Int64 = 0
    while waited < limit, !hasEnded.withLock({ $0 }) {
      usleep(5000)
      waited += 5
    }
    task.cancel()
  }

  private static func close(_ server: Server<HTTP1Channel>?) async {
    guard let server else { return }
    do { try await server.shutdownGracefully() } catch {
      // It has ended by itself, or is about to: that is what was wanted.
    }
  }

  private static func isSame(_ a: HealthSettings, _ b: HealthSettings) -> Bool {
    a.isEnabled == b.isEnabled && a.listen == b.listen && a.port == b.port
      && a.certificate == b.certificate
  }
}

// MARK: - Listening

extension Face {
  /// Its name among the parts of the process.
  private static let component = "http_face"
  private static let retryMax: Int64 = 60_000
  /// Of the same reason, one in so many tries is said.
  private static let repeatsUnsaid = 60

  private func serve(_ settings: HealthSettings) async {
    guard settings.isEnabled else { return }
    guard settings.certificate == nil else {
      return say(
        .refused(
          "health_check.tls: this version serves no HTTPS, and does not fall back to HTTP; "
            + "leave tls out to listen on loopback"))
    }
    if !FaceHost.isLoopback(settings.listen) { say(.open(address: settings.listen)) }
    // One thread is enough for tens of thousands of requests a second.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    await keepListening(settings, group)
    do { try await group.shutdownGracefully() } catch {
      // It was ours alone, and nothing of it is used any more.
    }
  }

  private func keepListening(_ settings: HealthSettings, _ group: any EventLoopGroup) async {
    let address = "\(settings.listen):\(settings.port)"
    var failures = 0
    var lastReason = ""
    while !isStopping {
      let hasListened = Locked(false)
      let reason = await listen(settings, group) { hasListened.withLock { $0 = true } }
      if isStopping { return }
      if hasListened.withLock({ $0 }) { failures = 0 }
      failures += 1
      let retry = min(Face.retryMax, 1000 << Int64(min(failures - 1, 6)))
      watch.components.failed(
        Face.component,
        "cannot listen on \(address): \(reason); the daemon goes on without it, and tries again",
        isNews: reason != lastReason || failures % Face.repeatsUnsaid == 0)
      lastReason = reason
      // Cancelled by `stop` and `follow`: the loop sees it.
      try? await Task.sleep(for: .milliseconds(retry))
      if !isStopping { watch.components.restarted(Face.component) }
    }
  }

  private var isStopping: Bool { Task.isCancelled || state.withLock { $0.isStopping } }

  /// Serves until the server ends; why it did.
  private func listen(
    _ settings: HealthSettings, _ group: any EventLoopGroup,
    onListening: @escaping @Sendable () -> Void
  ) async -> String {
    let registry = ConnectionRegistry(connectionsMax: limits.connectionsMax)
    let server = server(settings, group, registry, onListening)
    state.withLock { $0.server = server }
    defer { state.withLock { if $0.server === server { $0.server = nil } } }
    do {
      try await server.run()
      return "it ended"
    } catch let failure as IOError {
      return String(cString: strerror(failure.errnoCode))
    } catch {
      return String(describing: error)
    }
  }

  private func server(
    _ settings: HealthSettings, _ group: any EventLoopGroup, _ registry: ConnectionRegistry,
    _ onListening: @escaping @Sendable () -> Void
  ) -> Server<HTTP1Channel> {
    let limits = limits
    let responder = FaceResponder(
      watch: watch, limits: limits, figures: FaceFigures(registry: registry),
      documents: FaceDocuments(), date: HTTPDateLine(),
      isLoopbackOnly: FaceHost.isLoopback(settings.listen))
    var bounds = HTTP1Channel.Configuration.DecoderConfiguration()
    bounds.maxHeaderFieldSize = limits.headerFieldBytesMax
    bounds.maxHeaderListSize = limits.headerBytesMax
    bounds.maxHeaderFieldCount = limits.headerCountMax
    let channel = HTTP1Channel(
      responder: { request, writer, _ in try await responder.respond(to: request, writer) },
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [ConnectionBounds(limits: limits, registry: registry)],
        httpDecoderConfiguration: bounds))
    let say = say
    return Server(
      childChannelSetup: channel,
      configuration: ServerConfiguration(
        address: .hostname(settings.listen, port: settings.port), backlog: limits.backlog),
      onServerRunning: { channel in
        onListening()
        let port = channel.localAddress?.port ?? settings.port
        say(.listening(url: "http://\(Face.host(settings.listen)):\(port)"))
      },
      eventLoopGroup: group,
      // What a client does wrong is the client's affair, and counted.
      logger: Logger(label: "adce.face") { _ in SwiftLogNoOpLogHandler() })
  }

  /// As a URL writes it: an IPv6 address in brackets.
  private static func host(_ address: String) -> String {
    address.contains(":") ? "[\(address)]" : address
  }
}
