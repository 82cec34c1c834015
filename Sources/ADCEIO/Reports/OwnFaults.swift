public import ADCEKernel

/// Tasks that wait because of a fault that is ours: our disk, our lake, our credentials.
public struct OwnFaults: Sendable {
  public let count: Int
  /// What the first of them ran into.
  public let message: String

  /// nil if there are none.
  public init?(_ kernel: borrowing Kernel, at now: Instant) {
    var count = 0
    var first: String?
    for id in kernel.taskIDs {
      guard let task = kernel.task(id, at: now), task.state == .backingOff,
        task.lastFailure == .ownFault
      else { continue }
      count += 1
      if first == nil, !task.message.isEmpty { first = task.message }
    }
    guard count > 0 else { return nil }
    self.count = count
    message = first ?? "the reason was not told"
  }

  /// One line for a person.
  public var text: String {
    "\(Wording.counted(count, "task")) met a fault of this machine or the lake: \(message); "
      + "nothing is lost: the next run tries again"
  }
}
