internal import CCurl
internal import Glibc

/// The thread that drives libcurl: takes requests in, lets libcurl work, hands answers out.
final class HTTPLoop {
  private let inbox: HTTPInbox
  private let options: HTTPClient.Options
  private var running: [UInt64: (transfer: HTTPTransfer, easy: UnsafeMutableRawPointer)] = [:]
  /// Handles to use again: they keep their buffers.
  private var spare: [UnsafeMutableRawPointer] = []

  init(inbox: HTTPInbox, options: HTTPClient.Options) {
    self.inbox = inbox
    self.options = options
  }

  func run() {
    // A TLS library may write to a connection that the other side has closed: then the signal stays
    // pending on this thread, and the write fails, which is what libcurl goes by.
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &broken, nil)
    _ = adce_curl_multi_set_long(
      inbox.multi, CURLMOPT_MAXCONNECTS, options.connectionsKept)
    var isStopping = false
    while !isStopping {
      let arrived = inbox.take()
      for arrival in arrived.arrivals { start(arrival) }
      for id in arrived.cancelled { end(id, with: HTTPFailure(.cancelled, "cancelled")) }
      for id in arrived.resumed {
        guard let easy = running[id]?.easy else { continue }
        curl_easy_pause(easy, CURLPAUSE_CONT)
      }
      isStopping = arrived.isStopping
      if isStopping { break }
      var active: Int32 = 0
      curl_multi_perform(inbox.multi, &active)
      collect()
      // Ends early for sockets, for libcurl's own timers and for `curl_multi_wakeup`.
      curl_multi_poll(inbox.multi, nil, 0, 60_000, nil)
    }
    for id in running.keys.sorted() {
      end(id, with: HTTPFailure(.cancelled, "the client is shut down"))
    }
    for easy in spare { curl_easy_cleanup(easy) }
    inbox.close()
    curl_multi_cleanup(inbox.multi)
  }

  private func start(_ arrival: HTTPInbox.Arrival) {
    guard let easy = spare.popLast() ?? curl_easy_init() else {
      arrival.completion(.failure(HTTPFailure(.own, "no memory for a request")))
      return
    }
    let transfer = HTTPTransfer(
      id: arrival.id, request: arrival.request, started: monotonicMilliseconds(),
      completion: arrival.completion)
    transfer.resume = { [inbox] in inbox.resume(arrival.id) }
    running[arrival.id] = (transfer, easy)
    launch(transfer, easy)
  }

  private func launch(_ transfer: HTTPTransfer, _ easy: UnsafeMutableRawPointer) {
    do throws(HTTPFailure) {
      guard URLOrigin(url: transfer.request.url) != nil else {
        throw HTTPFailure(.url, "not an absolute http or https URL")
      }
      try transfer.configure(easy, options: options, now: monotonicMilliseconds())
    } catch {
      retire(transfer.id)
      transfer.completion(.failure(error))
      return
    }
    curl_multi_add_handle(inbox.multi, easy)
  }

  /// Reads what libcurl has finished.
  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(inbox.multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
        continue
      }
      // Read before the handle is removed: the message dies with it.
      let result = adce_curl_message_result(message)
      var context: UnsafeMutableRawPointer?
      _ = adce_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
      finished(HTTPTransfer.of(context), easy, result)
    }
  }

  private func finished(
    _ transfer: HTTPTransfer, _ easy: UnsafeMutableRawPointer, _ result: CURLcode
  ) {
    if let failure = transfer.stoppedBecause {
      return end(transfer.id, with: failure)
    }
    guard result == CURLE_OK else {
      return end(transfer.id, with: HTTPFailure(curl: result, detail: transfer.errorDetail))
    }
    var status = 0
    var target: UnsafePointer<CChar>?
    var raw: curl_off_t = 0
    _ = adce_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    _ = adce_curl_get_string(easy, CURLINFO_REDIRECT_URL, &target)
    _ = adce_curl_get_size(easy, CURLINFO_SIZE_DOWNLOAD_T, &raw)
    do throws(HTTPFailure) {
      if let next = try transfer.redirected(
        status: status, to: target.map { String(cString: $0) })
      {
        curl_multi_remove_handle(inbox.multi, easy)
        curl_easy_reset(easy)
        transfer.request = next
        return launch(transfer, easy)
      }
    } catch {
      return end(transfer.id, with: error)
    }
    retire(transfer.id)
    transfer.completion(
      .success(
        HTTPResponse(
          status: status, headers: transfer.headers, body: transfer.body,
          url: transfer.request.url, hops: transfer.hops,
          milliseconds: monotonicMilliseconds() - transfer.started, rawBytes: Int64(raw))))
  }

  private func end(_ id: UInt64, with failure: HTTPFailure) {
    // Ended by itself before the cancel came: nothing to do.
    guard let transfer = running[id]?.transfer else { return }
    retire(id)
    transfer.completion(.failure(failure))
  }

  private func retire(_ id: UInt64) {
    guard let (_, easy) = running.removeValue(forKey: id) else { return }
    curl_multi_remove_handle(inbox.multi, easy)
    curl_easy_reset(easy)
    if spare.count < options.connectionsKept { spare.append(easy) } else { curl_easy_cleanup(easy) }
  }
}

/// Milliseconds of the monotonic clock.
package func monotonicMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

/// Milliseconds since 1970 by the wall clock.
package func wallMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
