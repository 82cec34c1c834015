internal import ADCEKernel

/// Operators who wait for an answer: of the kernel, or for the end of a comparison.
struct WaitingOperators {
  typealias Reply = OperatorDesk.Reply

  /// What a comparison's report needs to know of the time before it.
  struct Baseline {
    var tasksMade: UInt64
    var cancelled: Int
  }

  struct Comparison {
    var cycle: UInt64
    var baseline: Baseline
    /// What is compared in place of the lake; nil = the lake.
    var report: InventoryReport?
    var reply: Reply
  }

  enum Question {
    case action(Reply)
    case comparison(InventoryReport?, Reply)
  }

  private var nextID: UInt64 = 1
  private var questions: [UInt64: Question] = [:]
  private var comparisons: [Comparison] = []
  /// What is told once the step that did it is durable.
  private var promises: [(reply: Reply, answer: ControlReply)] = []
  /// Reports to compare in place of the lake, by the number of the cycle.
  private(set) var reports: [UInt64: InventoryReport] = [:]

  /// An id for a request to the kernel, whose answer goes to `question`.
  mutating func id(for question: Question) -> UInt64 {
    defer { nextID += 1 }
    questions[nextID] = question
    return nextID
  }

  mutating func takeQuestion(_ id: UInt64) -> Question? { questions.removeValue(forKey: id) }

  /// Refused, at once, where somebody waits for the same cycle with another report: it has one.
  mutating func wait(for comparison: Comparison) {
    let others = comparisons.filter { $0.cycle == comparison.cycle }
    guard others.allSatisfy({ $0.report?.identity == comparison.report?.identity }) else {
      return comparison.reply(
        .refused(75, "another comparison is asked for, with another report: try again after it"))
    }
    comparisons.append(comparison)
    if let report = comparison.report { reports[comparison.cycle] = report }
  }

  mutating func promise(_ reply: @escaping Reply, _ answer: ControlReply) {
    promises.append((reply, answer))
  }

  mutating func keepPromises() {
    for promise in promises { promise.reply(promise.answer) }
    promises = []
  }

  /// Those who wait for this cycle or an earlier one.
  mutating func takeComparisons(upTo cycle: UInt64) -> [Comparison] {
    reports = reports.filter { $0.key > cycle }
    let ended = comparisons.filter { $0.cycle <= cycle }
    comparisons.removeAll { $0.cycle <= cycle }
    return ended
  }

  /// Tells everybody the same.
  mutating func dismissAll(_ reply: ControlReply) {
    for id in questions.keys.sorted() {
      switch questions[id] {
      case .action(let tell)?, .comparison(_, let tell)?: tell(reply)
      case nil: break
      }
    }
    for comparison in comparisons { comparison.reply(reply) }
    for promise in promises { promise.reply(reply) }
    promises = []
    questions = [:]
    comparisons = []
    reports = [:]
  }
}
