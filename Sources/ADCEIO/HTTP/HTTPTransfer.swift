internal import CCurl

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// One request on its way: what libcurl's callbacks write into. Belongs to the loop's thread.
final class HTTPTransfer {
  let id: UInt64
  let completion: HTTPClient.Completion
  var request: HTTPRequest
  /// Monotonic milliseconds.
  let started: Int64
  var hops = 0

  var headers: [HTTPHeader] = []
  var body: [UInt8] = []
  /// Set by a callback that stops the transfer: wins over curl's own word.
  var stoppedBecause: HTTPFailure?

  /// Wakes the transfer up when its stream has room again.
  var resume: @Sendable () -> Void = {}

  var status = 0
  /// Of the body, in a stream.
  var streamed: Int64 = 0
  /// Of the body, read and not kept.
  var dropped: Int64 = 0
  var headerBytes = 0
  var sent: Int64 = 0
  /// Whether this hop's request has left, or is about to.
  var hasLeft = false
  /// Open while a file is sent.
  private var file: OpenFile?
  private var headerList: UnsafeMutablePointer<curl_slist>?
  /// libcurl writes its sentence on an error here: it must not move while the transfer lives.
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(
    id: UInt64, request: HTTPRequest, started: Int64, completion: @escaping HTTPClient.Completion
  ) {
    self.id = id
    self.request = request
    self.started = started
    self.completion = completion
    errorText.pointee = 0
  }

  deinit {
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  var errorDetail: String { String(cString: errorText) }

  /// Sets the handle up for the next hop.
  func configure(_ easy: UnsafeMutableRawPointer, options: HTTPClient.Options, now: Int64)
    throws(HTTPFailure)
  {
    let remaining = request.limits.totalMilliseconds - (now - started)
    guard remaining > 0 else { throw HTTPFailure(.timeout, "no time left for a redirect") }
    hops += 1
    headers.removeAll(keepingCapacity: true)
    body.removeAll(keepingCapacity: true)
    status = 0
    streamed = 0
    dropped = 0
    headerBytes = 0
    sent = 0
    hasLeft = false
    errorText.pointee = 0
    try openFile()
    // Every option below exists in 7.85 and later; a failure is one of memory, or of the URL.
    var ok = adce_curl_set_string(easy, CURLOPT_URL, request.url) == CURLE_OK
    func set(_ option: CURLoption, _ value: Int) {
      ok = adce_curl_set_long(easy, option, value) == CURLE_OK && ok
    }
    ok = adce_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK && ok
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PATH_AS_IS, request.keepsDotSegments ? 1 : 0)
    if request.stream != nil { set(CURLOPT_BUFFERSIZE, 256 << 10) }
    if request.file != nil { set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10) }
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_TIMEOUT_MS, Int(remaining))
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(remaining, request.limits.connectMilliseconds)))
    set(CURLOPT_LOW_SPEED_LIMIT, request.limits.lowSpeedBytesPerSecond)
    set(CURLOPT_LOW_SPEED_TIME, request.limits.lowSpeedSeconds)
    if request.decompresses {
      ok = adce_curl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK && ok
    }
    if let file = options.certificateAuthorities {
      ok = adce_curl_set_string(easy, CURLOPT_CAINFO, file) == CURLE_OK && ok
    }
    // A proxy of the environment is used, but never for this machine.
    ok = adce_curl_set_string(easy, CURLOPT_NOPROXY, options.noProxy) == CURLE_OK && ok
    setMethod(set)
    setHeaders(easy)
    setCallbacks(easy, set)
    guard ok else { throw HTTPFailure(.own, "libcurl refused an option") }
  }

  private func setMethod(_ set: (CURLoption, Int) -> Void) {
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .head: set(CURLOPT_NOBODY, 1)
    case .delete: set(CURLOPT_HTTPGET, 1)
    case .post, .put: set(CURLOPT_UPLOAD, 1)
    }
  }

  private func setHeaders(_ easy: UnsafeMutableRawPointer) {
    curl_slist_free_all(headerList)
    // An empty `Expect:` keeps curl from waiting a second for "100 Continue".
    headerList = curl_slist_append(nil, "Expect:")
    for header in request.headers {
      // A field that is there but empty is written with a semicolon (curl's manual).
      let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
      headerList = curl_slist_append(headerList, line) ?? headerList
    }
    _ = adce_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    if request.method == .post || request.method == .put {
      _ = adce_curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(bodyBytes))
    }
    if request.method == .post || request.method == .delete {
      _ = adce_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }

  private func setCallbacks(_ easy: UnsafeMutableRawPointer, _ set: (CURLoption, Int) -> Void) {
    // Unretained is sound: the loop keeps the transfer until the handle has left the multi handle,
    // and libcurl calls back only from the loop's own calls.
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = adce_curl_set_pointer(easy, CURLOPT_PRIVATE, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_READDATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_SEEKDATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_XFERINFODATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_PREREQDATA, context)
    _ = adce_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    _ = adce_curl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      HTTPTransfer.of(context).received(bytes, size * count)
    }
    _ = adce_curl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      HTTPTransfer.of(context).receivedHeader(bytes, size * count)
    }
    _ = adce_curl_set_data_callback(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
      HTTPTransfer.of(context).fill(bytes, size * count)
    }
    _ = adce_curl_set_seek_callback(easy) { context, offset, _ in
      HTTPTransfer.of(context).rewind(to: offset)
    }
    _ = adce_curl_set_before_request_callback(easy) { context, _, _, _, _ in
      HTTPTransfer.of(context).leaves()
    }
    set(CURLOPT_NOPROGRESS, 0)
    _ = adce_curl_set_progress_callback(easy) { context, _, down, _, _ in
      HTTPTransfer.of(context).progressed(down)
    }
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer {
    Unmanaged<HTTPTransfer>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Of the request.
  var bodyBytes: Int64 { request.file?.count ?? Int64(request.body.count) }

  private func openFile() throws(HTTPFailure) {
    guard let path = request.file?.path else { return }
    do throws(SystemCallFailure) {
      file = try OpenFile.open(path, O_RDONLY)
    } catch {
      throw HTTPFailure(.own, error.description)
    }
  }

  func readFile(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemCallFailure) -> Int {
    if file == nil { return 0 }
    return try file!.read(into: buffer, at: offset)
  }
}
