internal import ADCEIO
internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The `Date` of answers (RFC 9110 §6.6.1), written once a second.
final class HTTPDateLine: Sendable {
  private let kept = Locked<(seconds: Int64, text: String)>((.min, ""))

  var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let seconds = Int64(time.tv_sec)
    return kept.withLock { kept in
      if kept.seconds != seconds {
        kept = (seconds, HTTPDate.format(Instant(seconds: seconds)))
      }
      return kept.text
    }
  }
}
