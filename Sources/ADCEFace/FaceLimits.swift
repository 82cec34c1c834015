#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a client may take of us. Times in milliseconds.
struct FaceLimits: Sendable {
  /// Connections at a time: beyond it the oldest is closed for the newest, so that many clients who
  /// send nothing, or a byte a second, do not keep others out.
  var connectionsMax = 2048
  /// From the connection to the end of the first request, and from its head to its end.
  var requestMax: Int64 = 10_000
  /// From an answer to the end of the next request's head.
  var idleMax: Int64 = 75_000
  /// From a request to the last byte of its answer.
  var answerMax: Int64 = 30_000
  /// After an answer to a request that is not read to its end: the client can still read why.
  var lingerMax: Int64 = 1000
  /// Of one header field, and of all with the target.
  var headerFieldBytesMax = 8 << 10
  var headerBytesMax = 16 << 10
  var headerCountMax = 100
  /// Nothing that is served reads a body; a small one is passed over.
  var bodyBytesMax = 64 << 10
  /// Connections that wait to be accepted.
  var backlog = 1024

  /// Leaves most of the process's file descriptors to the loop.
  static var ofThisProcess: FaceLimits {
    var limits = FaceLimits()
    var files = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    #else
      let status = getrlimit(RLIMIT_NOFILE, &files)
    #endif
    if status == 0 {
      limits.connectionsMax = max(16, min(limits.connectionsMax, Int(clamping: files.rlim_cur) / 2))
    }
    return limits
  }
}
