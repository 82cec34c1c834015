/// How often and how long a request is tried again.
package struct S3RetryPolicy: Sendable {
  /// Of one request, the first included; redirects and corrections don't count.
  package var attemptsMax = 6
  /// The first wait is drawn from 0…this; each later one from twice as much.
  package var delayMilliseconds: Int64 = 200
  package var delayMillisecondsMax: Int64 = 20_000
  /// No attempt begins later than so long after the first.
  package var totalMilliseconds: Int64 = 120_000

  package init() {}

  /// Full jitter; what the server asked for is a floor.
  ///
  /// - Parameter attempt: how many were made, from 1.
  func delay(after attempt: Int, floor: Int64?) -> Int64 {
    let ceiling = min(delayMillisecondsMax, delayMilliseconds << min(max(attempt - 1, 0), 20))
    return max(Int64.random(in: 0...max(0, ceiling)), floor ?? 0)
  }
}
