extension Analysis {
  /// Numbers of objects; `missing + present = expected`, and the stale and undersized are present.
  public struct Numbers: Hashable, Sendable {
    public var expected = 0
    public var present = 0
    public var missing = 0
    public var stale = 0
    public var undersized = 0
    /// Expected but for those missing that are waived or known to be absent.
    public var attainable = 0

    public init() {}

    /// Present of expected in millionths, rounded down; 1,000,000 if nothing is expected.
    public var completenessMicro: Int64 { Numbers.micro(present, of: expected) }
    /// Present of attainable in millionths, rounded down; 1,000,000 if nothing is attainable.
    public var attainableMicro: Int64 { Numbers.micro(present, of: attainable) }

    var hasGaps: Bool { missing + stale + undersized > 0 }

    static func micro(_ part: Int, of whole: Int) -> Int64 {
      whole == 0 ? 1_000_000 : Int64(part) * 1_000_000 / Int64(whole)
    }

    public static func += (sum: inout Numbers, more: Numbers) {
      sum.expected += more.expected
      sum.present += more.present
      sum.missing += more.missing
      sum.stale += more.stale
      sum.undersized += more.undersized
      sum.attainable += more.attainable
    }
  }
}
