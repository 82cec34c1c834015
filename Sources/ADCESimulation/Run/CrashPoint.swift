/// Where a run's process is made to die: at one of its durable writes, and perhaps once more at the
/// first one that its successor makes.
public struct CrashPoint: Hashable, Sendable, CustomStringConvertible {
  public enum Side: String, Hashable, Sendable, CaseIterable {
    /// Nothing of the write is on disk.
    case before
    /// It is, and nobody has heard of it: none of its effects has left. A store that writes as a
    /// whole or not at all has no third case; what dies in the middle of a write is one of the two.
    case after
  }

  /// The number of the write, counted from 1; those that recoveries make count, too.
  public var write: UInt64
  public var side: Side
  /// nil = the recovery goes well.
  public var inRecovery: Side?

  public var description: String {
    "\(side) write \(write)" + (inRecovery.map { ", and \($0) that of its recovery" } ?? "")
  }
}
