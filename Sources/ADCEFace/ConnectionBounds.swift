internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Holds one connection to its limits of time, and closes it after an answer that says so.
///
///     request ──(head)──▶ request ──(end)──▶ answer ──(flushed)──▶ idle ──(head)──▶ request …
///
/// Each state has a deadline; what passes it is closed. A request whose head comes byte by byte is
/// as idle as none: only whole parts arrive here.
final class ConnectionBounds: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: FaceLimits
  private let registry: ConnectionRegistry
  private var id: UInt64?
  private var deadline = NIODeadline.distantFuture
  private var timer: Scheduled<Void>?
  private var firesAt = NIODeadline.distantFuture
  /// Heads read, and answers flushed: requests may be sent in a row, and are answered in order.
  private var requests = 0
  private var answers = 0
  private var requestHasEnded = true
  /// The answer after which the client, or we ourselves, want it closed.
  private var closesAfter = Int.max

  init(limits: FaceLimits, registry: ConnectionRegistry) {
    self.limits = limits
    self.registry = registry
  }

  func handlerAdded(context: ChannelHandlerContext) {
    id = registry.add(context.channel)
    allow(limits.requestMax, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { forget() }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      requests += 1
      requestHasEnded = false
      if head.headerFields[.connection]?.lowercased() == "close" {
        closesAfter = min(closesAfter, requests)
      }
      allow(limits.requestMax, context)
    case .body: break
    case .end:
      requestHasEnded = true
      allow(limits.answerMax, context)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.headerFields[.connection] == "close" { closesAfter = min(closesAfter, answers + 1) }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      let flushed = promise ?? context.eventLoop.makePromise(of: Void.self)
      flushed.futureResult.assumeIsolated().whenComplete { _ in self.answered(context) }
      context.write(data, promise: flushed)
    }
  }

  private func answered(_ context: ChannelHandlerContext) {
    guard id != nil else { return }
    answers += 1
    if answers < closesAfter {
      let isIdle = answers == requests
      allow(
        !requestHasEnded ? limits.requestMax : isIdle ? limits.idleMax : limits.answerMax, context)
    } else if requestHasEnded {
      context.close(promise: nil)
    } else {
      // Closing on what is still being sent would reset the connection, and the answer with it.
      allow(limits.lingerMax, context)
    }
  }

  /// Sets the deadline. A timer that fires too early looks again, so it is seldom set anew.
  private func allow(_ milliseconds: Int64, _ context: ChannelHandlerContext) {
    deadline = .now() + .milliseconds(milliseconds)
    if timer == nil || deadline < firesAt { schedule(context) }
  }

  private func schedule(_ context: ChannelHandlerContext) {
    timer?.cancel()
    firesAt = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timer = nil
      guard self.id != nil else { return }
      if NIODeadline.now() < self.deadline {
        self.schedule(context)
      } else {
        self.registry.countTimeout()
        context.close(promise: nil)
      }
    }
  }

  private func forget() {
    timer?.cancel()
    timer = nil
    if let id { registry.remove(id) }
    id = nil
  }
}

@available(*, unavailable)
extension ConnectionBounds: Sendable {}
