/// How a request fared so far.
struct Course {
  let policy: S3RetryPolicy
  let began = monotonicMilliseconds()
  /// Requests made.
  var requests = 0
  /// Of them, those that the policy counts.
  var failed = 0
  /// Keys that the server does not take.
  var refused: S3Credentials?
  var last: S3Failure?
  /// Where the last attempt took the bucket to be.
  var region: String
  var regionsTried = 0
  var clockCorrected = false
  /// An attempt may have been carried out although it seemed to fail.
  var isAmbiguous = false

  init(policy: S3RetryPolicy, region: String) {
    self.policy = policy
    self.region = region
  }

  /// How long to wait before the next attempt; nil = there is none.
  mutating func delay(floor: Int64?) -> Int64? {
    failed += 1
    let delay = policy.delay(after: failed, floor: floor)
    guard failed < policy.attemptsMax,
      monotonicMilliseconds() - began + delay <= policy.totalMilliseconds
    else { return nil }
    return delay
  }
}

/// What to do after an attempt that failed.
enum Verdict: Hashable {
  case final
  /// Something on our side was put right: at once.
  case corrected
  /// After a wait, of at least so many milliseconds.
  case again(floor: Int64?)
}
