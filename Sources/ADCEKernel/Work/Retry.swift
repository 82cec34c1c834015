extension Configuration.Retry {
  /// How long to wait after failure number `failures` (1 for the first), in milliseconds.
  ///
  /// Exponential with full jitter, capped (M. Brooker, "Exponential Backoff And Jitter", AWS
  /// Architecture Blog, 2015); the jitter is a hash, so that the same failure of the same task
  /// always waits as long.
  func delayMilliseconds(
    failures: Int, isThrottled: Bool, seed: UInt64, task: UInt64, attempt: UInt64
  ) -> Int64 {
    let cap = max(0, maxDelayMilliseconds)
    var delay = min(max(0, baseDelayMilliseconds), cap)
    if exponential {
      for _ in 1..<max(1, min(failures, 63)) where delay < cap { delay = min(delay * 2, cap) }
    }
    if isThrottled {
      let (product, overflow) = delay.multipliedReportingOverflow(by: throttledMultiplierMicro)
      delay = overflow ? cap : min(product / 1_000_000, cap)
    }
    guard jitter, delay > 0 else { return delay }
    var encoder = Encoder()
    encoder.put(task)
    encoder.put(attempt)
    let draw = Hash128(of: encoder.bytes, seed: seed).low
    return Int64(draw % UInt64(delay + 1))
  }
}
