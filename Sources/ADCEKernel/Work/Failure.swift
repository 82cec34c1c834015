/// Why an attempt or an item of it failed; each class has a policy of its own.
public enum FailureClass: UInt8, Hashable, Sendable, CaseIterable {
  /// Timeouts, resets, DNS, 5xx: tried again with backoff.
  case transient = 1
  /// 429, or 503 with Retry-After: tried again, not before what the source said.
  case throttled = 2
  /// 404 or 410: the source does not have it. The known-absent ledger decides when to look again.
  case absent = 3
  /// 401, 403: the source refuses us.
  case refused = 4
  /// A body that fails validation, or is worse than the stored one.
  case invalid = 5
  /// A scraper that crashed, hung, lied or said "permanent".
  case scraperFault = 6
  /// Our disk, our lake, our machine: no fault of the source.
  case ownFault = 7
}
