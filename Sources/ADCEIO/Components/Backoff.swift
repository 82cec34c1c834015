/// How long to wait before something that failed is tried again: doubling from failure to failure,
/// capped, and forgotten once it has run for a while.
public struct Backoff: Hashable, Sendable {
  public var firstMilliseconds: Int64
  public var maxMilliseconds: Int64
  /// What has run for so long is taken for mended.
  public var forgetsAfterMilliseconds: Int64
  /// Failures since it was last taken for mended.
  public private(set) var failuresInARow = 0

  public init(
    firstMilliseconds: Int64 = 250, maxMilliseconds: Int64 = 60_000,
    forgetsAfterMilliseconds: Int64 = 60_000
  ) {
    self.firstMilliseconds = firstMilliseconds
    self.maxMilliseconds = maxMilliseconds
    self.forgetsAfterMilliseconds = forgetsAfterMilliseconds
  }

  /// Notes a failure after a run of `ranMilliseconds`; how long to wait before the next try.
  public mutating func failed(afterMilliseconds ranMilliseconds: Int64) -> Int64 {
    if ranMilliseconds >= forgetsAfterMilliseconds { failuresInARow = 0 }
    // Beyond 2^40 every cap is reached; a shift further would overflow.
    let doublings = min(failuresInARow, 40)
    failuresInARow += 1
    let (delay, isTooBig) = firstMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
    return isTooBig ? maxMilliseconds : min(delay, maxMilliseconds)
  }
}
