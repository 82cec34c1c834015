public import ADCEKernel

/// What the loop has published of itself: immutable, read by any thread.
public final class Bulletin: Sendable {
  /// Counts publications; a document that was made of one is good until the next.
  public let number: UInt64
  public let status: StatusReport
  /// Of the last time that somebody asked for them; nil = nobody has.
  public let tasks: TaskBoard?
  public let figures: Figures?
  /// True: not what the loop published, but what is known beside it.
  public let isOverridden: Bool

  init(
    number: UInt64, status: StatusReport, tasks: TaskBoard?, figures: Figures?,
    isOverridden: Bool = false
  ) {
    self.number = number
    self.status = status
    self.tasks = tasks
    self.figures = figures
    self.isOverridden = isOverridden
  }
}

/// The tasks at one moment.
public struct TaskBoard: Sendable {
  /// By the wall clock.
  public var made: Instant
  /// Live ones in the order in which they were made, then ended ones, newest first; bounded.
  public var tasks: [TaskView]
  public var openByPriority: [Int]
  public var byState: [(name: String, count: Int)]

  /// Live tasks and ended ones, each at most so many.
  static let tasksMax = 20_000

  init(_ kernel: borrowing Kernel, at now: Instant) {
    made = now + kernel.wallOffsetMilliseconds
    let counts = kernel.taskCounts
    openByPriority = counts.openByPriority
    byState = TaskRecord.State.allCases.map { ($0.name, counts.byState[$0] ?? 0) }
    var live: [TaskView] = []
    var ended: [TaskView] = []
    for id in kernel.taskIDs.suffix(2 * TaskBoard.tasksMax) {
      guard let task = kernel.task(id, at: now) else { continue }
      if task.state.isLive { live.append(task) } else { ended.append(task) }
    }
    tasks = Array(live.prefix(TaskBoard.tasksMax))
    tasks += ended.reversed().prefix(TaskBoard.tasksMax)
  }
}
