internal import CCurl
internal import Glibc

/// Requests over libcurl: one thread drives a multi handle, every other thread only leaves
/// requests for it and wakes it up.
///
/// Connections are kept and used again, HTTP/2 where a server offers it. How many requests are in
/// flight is the caller's affair. TLS is always verified.
package final class HTTPClient: Sendable {
  package typealias Completion = @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void

  package struct Options: Sendable {
    /// Idle connections that are kept.
    package var connectionsKept = 64
    /// PEM file to verify servers by; nil = the system's.
    package var certificateAuthorities: String?
    /// Hosts that are never asked through a proxy.
    var noProxy = "localhost,127.0.0.1,::1"

    package init() {
      let inherited = [getenv("no_proxy"), getenv("NO_PROXY")].compactMap { $0 }.first
      if let inherited { noProxy += "," + String(cString: inherited) }
    }
  }

  /// Names a request in flight, for `cancel`.
  package struct Handle: Hashable, Sendable {
    var number: UInt64
  }

  private let inbox: HTTPInbox
  private let thread: Locked<DedicatedThread?>

  /// - Throws: `own`, when the machine has no thread or memory for it.
  package init(options: Options = Options()) throws(HTTPFailure) {
    guard HTTPClient.initialised, let inbox = HTTPInbox() else {
      throw HTTPFailure(.own, "libcurl cannot be initialised")
    }
    self.inbox = inbox
    do {
      // The thread holds the inbox, not the client: so dropping the client ends it.
      thread = Locked(
        try DedicatedThread { HTTPLoop(inbox: inbox, options: options).run() })
    } catch {
      throw HTTPFailure(.own, "no thread for HTTP: errno \(error.errno)")
    }
  }

  deinit { shutdown() }

  /// Starts a request. `completion` is called exactly once, on the client's own thread, and must
  /// not block it.
  @discardableResult
  package func send(_ request: HTTPRequest, completion: @escaping Completion) -> Handle {
    Handle(number: inbox.add(request, completion))
  }

  /// Ends a request with `cancelled`, unless it has ended.
  package func cancel(_ handle: Handle) { inbox.cancel(handle.number) }

  /// Sends a request and waits for its answer; cancelling the task cancels the request.
  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let handle = Locked<Handle?>(nil)
    let result: Result<HTTPResponse, HTTPFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let sent = send(request) { continuation.resume(returning: $0) }
        handle.withLock { $0 = sent }
        // Cancelled before the handle was known: the handler below found nothing to cancel.
        if Task.isCancelled { cancel(sent) }
      }
    } onCancel: {
      if let sent = handle.withLock({ $0 }) { cancel(sent) }
    }
    return try result.get()
  }

  /// Cancels what is in flight, waits for the thread to end and closes every connection. Later
  /// requests end with `cancelled` at once. May be called twice.
  package func shutdown() {
    inbox.stop()
    let running = thread.withLock { value in
      defer { value = nil }
      return value
    }
    // A completion may drop the last reference to the client: the thread cannot wait for itself.
    guard let running else { return }
    if running.isCurrent { running.detach() } else { running.join() }
  }

  /// Once a process, before any other thread of ours calls libcurl.
  private static let initialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
