extension HTTPClient {
  /// Sends a request and blocks this thread until its answer is there. Never to be called from a
  /// completion.
  package func wait(for request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    let answer = Monitor<Result<HTTPResponse, HTTPFailure>?>(nil)
    send(request) { result in answer.withLock { $0 = result } }
    guard let result = answer.wait(until: { $0 }) else {
      preconditionFailure("without a time limit, only an answer ends the wait")
    }
    return try result.get()
  }
}
