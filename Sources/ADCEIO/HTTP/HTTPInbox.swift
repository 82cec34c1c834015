internal import CCurl

/// What other threads leave for the loop's thread. They touch the multi handle only to wake it,
/// the one call that libcurl allows from another thread.
final class HTTPInbox: @unchecked Sendable {
  struct Arrival {
    var id: UInt64
    var request: HTTPRequest
    var completion: HTTPClient.Completion
  }

  struct Contents {
    var arrivals: [Arrival] = []
    var cancelled: [UInt64] = []
    /// Transfers that waited for their reader, which has caught up.
    var resumed: [UInt64] = []
    var isStopping = false
    /// The loop has left: nothing more is taken in.
    var isClosed = false
    var lastID: UInt64 = 0
  }

  // Sound as `@unchecked Sendable`: the loop owns the handle; other threads wake it under the
  // lock, and not once `isClosed` is set, after which alone the loop frees it.
  let multi: UnsafeMutableRawPointer
  private let contents = Locked(Contents())

  init?() {
    guard let multi = curl_multi_init() else { return nil }
    self.multi = multi
  }

  func add(_ request: HTTPRequest, _ completion: @escaping HTTPClient.Completion) -> UInt64 {
    let (id, accepted) = contents.withLock { contents in
      contents.lastID += 1
      guard !contents.isStopping else { return (contents.lastID, false) }
      contents.arrivals.append(
        Arrival(id: contents.lastID, request: request, completion: completion))
      curl_multi_wakeup(multi)
      return (contents.lastID, true)
    }
    if !accepted { completion(.failure(HTTPFailure(.cancelled, "the client is shut down"))) }
    return id
  }

  func cancel(_ id: UInt64) {
    contents.withLock { contents in
      guard !contents.isClosed else { return }
      contents.cancelled.append(id)
      curl_multi_wakeup(multi)
    }
  }

  func resume(_ id: UInt64) {
    contents.withLock { contents in
      guard !contents.isClosed else { return }
      contents.resumed.append(id)
      curl_multi_wakeup(multi)
    }
  }

  func stop() {
    contents.withLock { contents in
      guard !contents.isClosed else { return }
      contents.isStopping = true
      curl_multi_wakeup(multi)
    }
  }

  /// Hands over what has arrived.
  func take() -> Contents {
    contents.withLock { contents in
      let taken = contents
      contents.arrivals.removeAll()
      contents.cancelled.removeAll()
      contents.resumed.removeAll()
      return taken
    }
  }

  func close() {
    contents.withLock { $0.isClosed = true }
  }
}
